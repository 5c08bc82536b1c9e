/** The value of a whole number in an address's query, or undefined. */
export function wholeIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
}
