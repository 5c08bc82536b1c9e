import { nextClass, shownClass, turnSeconds, type Turn } from '@app/pages/wall/wall_rotation';

import { randomNumbers } from './board_samples';

const turn = (classId: number, riders = 0, rows = riders > 0): Turn => ({ classId, riders, rows });

/** Which classes get the next `count` turns. */
function round(turns: Turn[], from: number | undefined, count: number): (number | undefined)[] {
  const shown: (number | undefined)[] = [];
  for (let current = from; shown.length < count; shown.push(current)) current = nextClass(turns, current);
  return shown;
}

describe('the rotation of a wall', () => {
  it('goes round the classes with riders and passes over the others', () => {
    expect(round([turn(1, 5), turn(2), turn(3, 1), turn(4, 9)], undefined, 5)).toEqual([1, 3, 4, 1, 3]);
  });

  it('goes on behind a class that everybody has left', () => {
    expect(nextClass([turn(1, 5), turn(2), turn(3, 1)], 2)).toBe(3);
  });

  it('shows the last results while nobody rides at all', () => {
    expect(round([turn(1), turn(2, 0, true), turn(3, 0, true)], 1, 4)).toEqual([2, 3, 2, 3]);
  });

  it('shows all classes while all are empty', () => {
    expect(round([turn(1), turn(2), turn(3)], undefined, 4)).toEqual([1, 2, 3, 1]);
  });

  it('stays where there is one class only', () => {
    expect(round([turn(1, 3), turn(2)], 1, 3)).toEqual([1, 1, 1]);
  });

  it('has nothing to show before classes are known', () => {
    expect(nextClass([], undefined)).toBeUndefined();
    expect(shownClass([], 3)).toBeUndefined();
  });

  it('begins with a class that has riders', () => {
    expect(shownClass([turn(1), turn(2, 4)], undefined)).toBe(2);
  });

  it('does not leave a class before its turn is over, unless the class is gone', () => {
    expect(shownClass([turn(1), turn(2, 4)], 1)).toBe(1);
    expect(shownClass([turn(1), turn(2, 4)], 9)).toBe(2);
  });

  it('gives each class with riders its turn, whoever comes and goes, 100,000 times', () => {
    const random = randomNumbers(5);
    const turns = Array.from({ length: 6 }, (_, at) => turn(at + 1));
    const seen = new Map<number | undefined, number>();
    let current: number | undefined;
    let empty = 0;
    for (let count = 0; count < 100_000; ++count) {
      for (const one of turns) one.riders = one.classId === 4 ? 1 : random(2);
      current = nextClass(turns, current);
      if (!turns.find(({ classId }) => classId === current)?.riders) ++empty;
      seen.set(current, (seen.get(current) ?? 0) + 1);
    }
    expect(empty).toBe(0);
    expect(seen.size).toBe(6);
    expect(seen.get(4)).toBeGreaterThan(100_000 / 6);
  });

  it('has turns of five seconds to an hour, usually twenty', () => {
    expect([undefined, 0, -5, 60, 99_999].map(turnSeconds)).toEqual([20, 5, 5, 60, 3600]);
  });
});
