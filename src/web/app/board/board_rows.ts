// Where the rows of a long board stand, and who is next to whom. No DOM here.

import type { BoardView } from '../api/live_board';
import type { Entry } from '../api/types';

/** Rows from `first` up to before `end`. */
interface Stretch {
  first: number;
  end: number;
}

/** The rows that can be seen in a box of `height` that is scrolled by `scrolled`, and `spare` more on both sides. */
export function rowsInSight(
  count: number,
  rowHeight: number,
  { scrolled, height }: { scrolled: number; height: number },
  spare: number,
): Stretch {
  const within = (row: number) => Math.min(Math.max(row, 0), count);
  return {
    first: within(Math.floor(scrolled / rowHeight) - spare),
    end: within(Math.ceil((scrolled + height) / rowHeight) + spare),
  };
}

/** The rows to draw: those in sight and those of `others` that are on the board at all, in the order of the board. */
export function rowsToDraw(sight: Stretch, count: number, others: readonly number[]): number[] {
  const rows = new Set<number>();
  for (let row = sight.first; row < sight.end; ++row) rows.add(row);
  for (const row of others) if (row >= 0 && row < count) rows.add(row);
  return [...rows].sort((a, b) => a - b);
}

/** Fewer rows than this between a row and the edge of the box: it is about to leave. */
const NEAR_EDGE = 2;

/** How far to scroll so that `row` stands in the middle; null while it is well in sight, or where nothing can be mended. */
export function scrollToShow(
  row: number,
  count: number,
  rowHeight: number,
  { scrolled, height }: { scrolled: number; height: number },
): number | null {
  const margin = Math.max(0, Math.min(NEAR_EDGE * rowHeight, (height - rowHeight) / 2));
  const top = row * rowHeight;
  const inSight = top >= scrolled + margin && top + rowHeight <= scrolled + height - margin;
  if (inSight) return null;
  const middle = top - (height - rowHeight) / 2;
  const target = Math.max(0, Math.min(middle, count * rowHeight - height));
  return Math.abs(target - scrolled) < 1 ? null : target;
}

export interface Neighbour {
  entry: Entry;
  /** What the neighbour has more. */
  gap: number;
}

export interface OwnPlace {
  own: Entry;
  /** Among the view's entries; null: further down than they reach. */
  index: number | null;
  total: number;
  above: Neighbour | null;
  below: Neighbour | null;
}

/** Null: the racer is not on this board. */
export function ownPlace(view: BoardView, racerId: number): OwnPlace | null {
  const index = view.entries.findIndex((entry) => entry.racerId === racerId);
  const own = index < 0 ? view.me : view.entries[index];
  if (own?.racerId !== racerId) return null;
  const neighbour = (at: number): Neighbour | null => {
    const entry = index < 0 ? undefined : view.entries[at];
    return entry ? { entry, gap: entry.output - own.output } : null;
  };
  return {
    own,
    index: index < 0 ? null : index,
    total: view.total,
    above: neighbour(index - 1),
    below: neighbour(index + 1),
  };
}

const TELL_EVERY_MS = 10_000;

/** In how many ms the rank may be said aloud, when `told` was said last; null: it has not changed since. */
export function pauseBeforeTelling(
  told: { rank: number; at: number } | null,
  rank: number,
  now: number,
): number | null {
  if (!told) return 0;
  return told.rank === rank ? null : Math.max(0, told.at + TELL_EVERY_MS - now);
}
