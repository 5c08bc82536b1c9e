// Which class a wall shows next. No DOM here.

export interface Turn {
  classId: number;
  /** Who rides there now. */
  riders: number;
  /** Whether its board has any rows: of a race that is over, say. */
  rows: boolean;
}

/** Those that are worth a look: where somebody rides; else where somebody has ridden; else all. */
function worthALook(turns: readonly Turn[]): readonly Turn[] {
  const ridden = turns.filter(({ riders }) => riders > 0);
  if (ridden.length > 0) return ridden;
  const filled = turns.filter(({ rows }) => rows);
  return filled.length > 0 ? filled : turns;
}

/** The class behind `current` in the order of `turns`, and round again; undefined where there is none. */
export function nextClass(turns: readonly Turn[], current: number | undefined): number | undefined {
  const worth = worthALook(turns);
  const at = turns.findIndex(({ classId }) => classId === current);
  const behind = worth.find((turn) => turns.indexOf(turn) > at);
  return (behind ?? worth[0])?.classId;
}

/** What is shown now: `current` as long as it is still among the classes. */
export function shownClass(turns: readonly Turn[], current: number | undefined): number | undefined {
  return turns.some(({ classId }) => classId === current) ? current : nextClass(turns, undefined);
}

const SHORTEST_S = 5;
const LONGEST_S = 3600;
const USUAL_S = 20;

/** How long a class is shown. `asked` is of the address. */
export function turnSeconds(asked: number | undefined): number {
  return Math.max(SHORTEST_S, Math.min(asked ?? USUAL_S, LONGEST_S));
}
