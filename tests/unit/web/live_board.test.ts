import { applied, type BoardView } from '@app/api/live_board';
import type { BoardFrame, Entry } from '@app/api/types';

import { entryOf, randomNumbers } from './board_samples';

const head = { seq: 1, classId: 1, raceId: 9, board: 'now' as const, total: 0 };

/** What the daemon holds: the best first, of equals those who got there first. */
class DaemonBoard {
  private scores = new Map<number, { output: number; since: number }>();
  private clock = 0;

  set(racerId: number, output: number): void {
    if (this.scores.get(racerId)?.output !== output) this.scores.set(racerId, { output, since: ++this.clock });
  }
  remove(racerId: number): void {
    this.scores.delete(racerId);
  }
  entries(): Entry[] {
    const sorted = [...this.scores].sort(([, a], [, b]) => b.output - a.output || a.since - b.since);
    return sorted.map(([racerId, { output }]) => {
      const rank = 1 + sorted.filter(([, other]) => other.output > output).length;
      return entryOf(racerId, { rank, output });
    });
  }
}

/** The delta as the daemon writes it: within a rank, whoever stands behind a named row or has overtaken is named too. */
function deltaOf(before: readonly Entry[], after: readonly Entry[]): BoardFrame {
  const entries: Entry[] = [];
  let rank = 0;
  let named = false;
  let leftUntil = 0;
  for (const entry of after) {
    if (entry.rank !== rank) [rank, named, leftUntil] = [entry.rank, false, 0];
    const position = before.findIndex(({ racerId }) => racerId === entry.racerId);
    const same = position >= 0 && JSON.stringify(before[position]) === JSON.stringify(entry);
    if (same && !named && position >= leftUntil) {
      leftUntil = position + 1;
    } else {
      named = true;
      entries.push(entry);
    }
  }
  const left = new Set(after.map(({ racerId }) => racerId));
  const removed = before.map(({ racerId }) => racerId).filter((racerId) => !left.has(racerId));
  return { ...head, type: 'delta', total: after.length, entries, removed };
}

const shown = (view: BoardView | null) => view?.entries.map(({ rank, racerId, output }) => [rank, racerId, output]);
const wanted = (entries: readonly Entry[]) => entries.map(({ rank, racerId, output }) => [rank, racerId, output]);

describe('the board that a viewer holds', () => {
  it('is after each of many random deltas what a snapshot would say, with many ties', () => {
    for (let seed = 1; seed <= 20; ++seed) {
      const random = randomNumbers(seed);
      const daemon = new DaemonBoard();
      let before = daemon.entries();
      let view = applied(null, { ...head, type: 'snapshot', entries: before });
      for (let tick = 0; tick < 60; ++tick) {
        for (let change = random(8); change >= 0; --change) {
          const racer = random(25);
          if (random(6) === 0) daemon.remove(racer);
          else daemon.set(racer, random(7)); // few outputs, so ranks are shared
        }
        const after = daemon.entries();
        view = applied(view, deltaOf(before, after));
        expect(shown(view), `seed ${seed}, tick ${tick}`).toEqual(wanted(after));
        before = after;
      }
    }
  });

  it('starts anew with a snapshot', () => {
    const first = applied(null, { ...head, type: 'snapshot', entries: [entryOf(1), entryOf(2, { rank: 2 })] });
    const next = applied(first, { ...head, type: 'snapshot', raceId: 10, entries: [entryOf(3)] });
    expect(next).toMatchObject({ raceId: 10, entries: [{ racerId: 3 }] });
  });

  it('cannot be made of a delta alone', () => {
    expect(applied(null, { ...head, type: 'delta', entries: [entryOf(1)], removed: [] })).toBeNull();
  });

  it('forgets the own row when a frame has none', () => {
    const with_ = applied(null, { ...head, type: 'snapshot', entries: [], me: entryOf(7) });
    expect(with_?.me?.racerId).toBe(7);
    expect(applied(with_, { ...head, type: 'delta', entries: [], removed: [] })?.me).toBeNull();
  });

  it('leaves the view before as it was', () => {
    const before = applied(null, { ...head, type: 'snapshot', entries: [entryOf(1)] });
    applied(before, { ...head, type: 'delta', entries: [entryOf(2)], removed: [1] });
    expect(before?.entries).toEqual([entryOf(1)]);
  });
});
