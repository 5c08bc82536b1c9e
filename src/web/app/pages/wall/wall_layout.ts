// Sizes of a wall, in pixels. No DOM here.

/** What everything on the wall is a multiple of: a hundredth of a screen's height, less where the screen is narrow. */
export function unitOf(width: number, height: number): number {
  return Math.max(5, Math.min(height / 100, width / 95));
}

/** Of a row; so ten to twelve fit on a screen of 16 : 9. */
const ROW_UNITS = 5.9;
/** A list this much wider than high has room for two columns of names. */
const TWO_COLUMNS = 3.4;
/** As many rows as a wall asks the daemon for. */
export const MOST_ROWS = 48;

export interface WallLayout {
  columns: number;
  rows: number;
  rowWidth: number;
  rowHeight: number;
  gap: number;
}

/** How the rows of a board fill a box: whole rows only. */
export function layoutOf(width: number, height: number, unit: number): WallLayout {
  const columns = height > 0 && width / height >= TWO_COLUMNS ? 2 : 1;
  const gap = columns > 1 ? 3 * unit : 0;
  const rows = Math.min(MOST_ROWS / columns, Math.max(1, Math.floor(height / (ROW_UNITS * unit))));
  return { columns, rows, rowWidth: (width - gap * (columns - 1)) / columns, rowHeight: height / rows, gap };
}

/** Where row `index` stands: down the first column, then down the next. */
export function rowPlace(index: number, { rows, rowWidth, rowHeight, gap }: WallLayout): { x: number; y: number } {
  return { x: Math.floor(index / rows) * (rowWidth + gap), y: (index % rows) * rowHeight };
}

const ring = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

/** By how many steps the whole picture is shifted in a minute: no screen shows the same pixels for weeks. */
export function shiftAt(minute: number): { x: number; y: number } {
  const [x, y] = ring[Math.abs(minute) % ring.length] ?? [0, 0];
  return { x, y };
}
