import { comparison, missingSeconds, rideCurve, rideLength } from '@app/pages/results/ride_curves';

const row = (second: number, output: number | null, cadence = 80) => ({
  second,
  time: null,
  cadence,
  resistance: 40,
  output,
  watts: null,
});

describe('the curve of a ride', () => {
  it('is null at seconds that are missing', () => {
    expect(rideCurve([row(1, 10), row(4, 40)], 'output', 5)).toEqual([10, null, null, 40, null]);
  });

  it('can be of another column', () => {
    expect(rideCurve([row(2, 10, 91)], 'cadence', 2)).toEqual([null, 91]);
    expect(rideCurve([row(2, 10)], 'watts', 2)).toEqual([null, null]);
  });

  it('leaves out what is beyond its length', () => {
    expect(rideCurve([row(0, 1), row(3, 3)], 'output', 2)).toEqual([null, null]);
  });

  it('is as long as the race, or as the longest ride', () => {
    expect(rideLength(60, [[row(59, 1)]])).toBe(60);
    expect(rideLength(60, [[row(59, 1)], [row(75, 1)]])).toBe(75);
    expect(rideLength(60, [])).toBe(60);
  });

  it('knows how many seconds are missing before its end', () => {
    expect(missingSeconds([row(1, 1), row(4, 1), row(4, 1)])).toBe(2);
    expect(missingSeconds([])).toBe(0);
  });
});

describe('two rides', () => {
  it('are compared at the last second that both have', () => {
    expect(comparison([10, 20, 30, 40], [12, 18, 25, null])).toMatchObject({
      second: 3,
      end: { one: 30, other: 25, gap: 5 },
    });
  });

  it('are compared on the whole', () => {
    const compared = comparison([10, 20, 30], [20, 20, null]);
    expect(compared?.mean).toEqual({ one: 20, other: 20, gap: 0 });
    expect(compared?.highest).toEqual({ one: 30, other: 20, gap: 10 });
  });

  it('count who was ahead only where both have a value, and a tie for nobody', () => {
    expect(comparison([10, 20, 30, null], [9, 20, null, 5])).toMatchObject({ ahead: 1, both: 2 });
  });

  it('are not compared where they have no second in common', () => {
    expect(comparison([1, null], [null, 1])).toBeNull();
    expect(comparison([], [])).toBeNull();
  });
});
