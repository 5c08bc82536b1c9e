/** Free numbers are looked for among these: short enough to remember, long enough to be nobody's. */
const LOWEST = 100_000;
const HIGHEST = 999_999;
const NAME_CHARACTERS = 64;

const isNumber = (text: string) => /^\d{1,15}$/.test(text);

/** What was typed into the search, as the beginning of a new rider. */
export function firstGuess(text: string): { name: string; number: string } {
  return isNumber(text) ? { name: '', number: text } : { name: text, number: '' };
}

export function randomNumber(random = Math.random): number {
  return LOWEST + Math.floor(random() * (HIGHEST - LOWEST + 1));
}

/** The name as it is sent, or null where there is none or too long a one. */
export function checkedName(text: string): string | null {
  const name = text.trim();
  return name !== '' && Array.from(name).length <= NAME_CHARACTERS ? name : null;
}

export function checkedNumber(text: string): number | null {
  return isNumber(text.trim()) ? Number(text.trim()) : null;
}
