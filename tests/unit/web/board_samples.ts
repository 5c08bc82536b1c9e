import type { BoardView } from '@app/api/live_board';
import type { Entry } from '@app/api/types';

export function entryOf(racerId: number, other: Partial<Entry> = {}): Entry {
  return { rank: 1, racerId, name: `Rider ${racerId}`, second: 10, output: 100, record: false, ...other };
}

export function viewOf(entries: Entry[], other: Partial<BoardView> = {}): BoardView {
  return { classId: 1, raceId: 9, board: 'now', total: entries.length, entries, me: null, ...other };
}

/** Whole numbers from 0 to below `limit`, the same ones for the same seed. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
