import { Rates } from '@app/pages/status/rates';
import { sparklinePath } from '@app/pages/status/sparkline_path';

/** Looks every 2 s, from 1000 s on. */
function looked(values: (number | undefined)[], rates = new Rates()): Rates {
  values.forEach((value, index) => {
    rates.add(1_000_000 + index * 2000, new Map(value === undefined ? [] : [['n', value]]));
  });
  return rates;
}

describe('rates of counters', () => {
  it('are not known before two looks, nor of a counter that is not there', () => {
    expect(looked([]).rate('n')).toBeNull();
    expect(looked([5]).rate('n')).toBeNull();
    expect(looked([5, 7]).rate('other')).toBeNull();
    expect(looked([undefined, 5]).rate('n')).toBeNull();
  });

  it('are of the last seconds only', () => {
    const rates = looked([0, 1000, 2000, 2000, 2010, 2020, 2030, 2040]);
    expect(rates.rate('n', 4000)).toBe(5);
    expect(rates.rate('n', 1000)).toBe(5);
    expect(rates.growth('n', 4000)).toBe(20);
    expect(rates.rate('n', 60_000)).toBeCloseTo(2040 / 14);
  });

  it('take a counter that fell for one that was started anew', () => {
    const rates = looked([100, 120, 6, 10]);
    expect(rates.points('n').map(({ rate }) => rate)).toEqual([10, 3, 2]);
    expect(rates.growth('n', 60_000)).toBe(30);
  });

  it('leave out looks at which the counter was not told', () => {
    const rates = looked([100, undefined, 104, 108]);
    expect(rates.points('n').map(({ rate }) => rate)).toEqual([null, null, 2]);
    expect(rates.rate('n', 60_000)).toBe(2);
  });

  it('take the time that passed: a look that came late tells the mean since the one before', () => {
    const rates = looked([0]);
    rates.add(1_100_000, new Map([['n', 500]]));
    expect(rates.rate('n')).toBe(5);
  });

  it('pass over a look that is not later than the last', () => {
    const rates = looked([0, 10]);
    rates.add(1_002_000, new Map([['n', 1000]]));
    rates.add(900_000, new Map([['n', 1000]]));
    expect(rates.rate('n')).toBe(5);
  });

  it('never remember more than five minutes, or so many looks', () => {
    const rates = looked(Array.from({ length: 5000 }, (_, index) => index));
    expect(rates.points('n')).toHaveLength(150);
    const fast = new Rates(300_000, 50);
    for (let index = 0; index < 5000; ++index) fast.add(index, new Map([['n', index]]));
    expect(fast.points('n')).toHaveLength(49);
  });
});

describe('a sparkline', () => {
  it('ends at the right, has 0 at the bottom and the highest rate at the top', () => {
    const path = sparklinePath([{ at: 0, rate: 0 }, { at: 300_000, rate: 10 }], 100, 20);
    expect(path).toBe('M0.0 18.0L100.0 2.0');
  });

  it('leaves a gap where a rate is not known, and draws a quiet line where nothing comes', () => {
    const points = [0, null, 0, 0].map((rate, index) => ({ at: index * 100_000, rate }));
    expect(sparklinePath(points, 300, 20)).toBe('M0.0 18.0M200.0 18.0L300.0 18.0');
    expect(sparklinePath([], 300, 20)).toBe('');
  });
});
