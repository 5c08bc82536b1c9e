// Long lists, of which the daemon tells a page at a time.

export interface Pages<H, R> {
  /** What the newest answer said beside the rows. */
  head: H;
  rows: readonly R[];
  /** Asks for the next page; null: this was the last one. */
  next: ((signal: AbortSignal) => Promise<Pages<H, R>>) | null;
}

type Key<R> = (row: R) => unknown;

function without<R>(rows: readonly R[], gone: readonly R[], key: Key<R>): R[] {
  const keys = new Set(gone.map(key));
  return rows.filter((row) => !keys.has(key(row)));
}

/** The rows with the page behind them. A row that moved there from an earlier page is not listed twice. */
export function appended<H, R>(before: Pages<H, R>, page: Pages<H, R>, key: Key<R>): Pages<H, R> {
  return { ...page, rows: [...without(before.rows, page.rows, key), ...page.rows] };
}

/**
 * The rows after the list was asked for again from its start. Where the answer is shorter than the list, what came
 * behind it before stays, unless the two have nothing in common: then there may be rows between them that nobody has
 * asked for. Where it is as long, a row that is not in it any more has left, or moved further down.
 */
export function refreshed<H, R>(before: Pages<H, R>, fresh: Pages<H, R>, key: Key<R>): Pages<H, R> {
  const rest = without(before.rows, fresh.rows, key);
  const overlap = rest.length < before.rows.length;
  const shorter = fresh.rows.length < before.rows.length;
  const keepsRest = fresh.next !== null && shorter && overlap && rest.length > 0;
  return keepsRest ? { head: fresh.head, rows: [...fresh.rows, ...rest], next: before.next } : fresh;
}
