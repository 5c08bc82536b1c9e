// What a viewer of /live holds: a snapshot, then deltas. No sockets here.

import type { Board, BoardFrame, Entry } from './types';

export interface BoardView {
  classId: number;
  raceId: number | null;
  board: Board;
  total: number;
  /** In the order of the board: by rank; who shares a rank stands in the order the daemon told. */
  entries: readonly Entry[];
  me: Entry | null;
}

/**
 * The board after `frame`. A delta's rows replace those of the same racers and stand behind the others of their rank.
 * Null: a delta without the board it belongs to.
 */
export function applied(before: BoardView | null, frame: BoardFrame): BoardView | null {
  const head = {
    classId: frame.classId,
    raceId: frame.raceId,
    board: frame.board,
    total: frame.total,
    me: frame.me ?? null,
  };
  if (frame.type === 'snapshot') return { ...head, entries: frame.entries };
  if (!before) return null;
  const gone = new Set(frame.removed);
  for (const entry of frame.entries) gone.add(entry.racerId);
  const entries = before.entries.filter((entry) => !gone.has(entry.racerId));
  entries.push(...frame.entries);
  entries.sort((a, b) => a.rank - b.rank); // stable
  return { ...head, entries };
}
