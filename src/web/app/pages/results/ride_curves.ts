import { summaryOf, type Values } from '../../chart/curve_data';
import type { RideRow } from './ride_csv';

export const measures = ['output', 'cadence', 'resistance', 'watts'] as const;
export type Measure = (typeof measures)[number];

/** The race's length, or more where a ride went on. */
export function rideLength(raceLength: number, rides: readonly (readonly RideRow[])[]): number {
  return rides.flat().reduce((longest, { second }) => Math.max(longest, second), raceLength);
}

/** Value of second 1, 2, …; null where the ride has none. */
export function rideCurve(ride: readonly RideRow[], measure: Measure, length: number): (number | null)[] {
  const values: (number | null)[] = Array.from({ length }, () => null);
  for (const row of ride) {
    if (row.second >= 1 && row.second <= length) values[row.second - 1] = row[measure];
  }
  return values;
}

/** Seconds up to the last one of the ride that are not in it. */
export function missingSeconds(ride: readonly RideRow[]): number {
  const seconds = new Set(ride.map(({ second }) => second));
  return Math.max(0, ...seconds) - seconds.size;
}

interface Pair {
  one: number;
  other: number;
  /** one − other. */
  gap: number;
}
export interface Comparison {
  /** The last second that both have ridden. */
  second: number;
  end: Pair;
  mean: Pair;
  highest: Pair;
  /** Of the seconds that both have: in how many the one was above the other. */
  ahead: number;
  both: number;
}

const pair = (one: number, other: number): Pair => ({ one, other, gap: one - other });

/** Null: there is no second that both have. Means and highest are of all that each has. */
export function comparison(one: Values, other: Values): Comparison | null {
  const all = { one: summaryOf(one), other: summaryOf(other) };
  let end: Pair | null = null;
  let second = 0;
  let ahead = 0;
  let both = 0;
  one.forEach((value, index) => {
    const against = other[index] ?? null;
    if (value === null || against === null) return;
    end = pair(value, against);
    second = index + 1;
    both++;
    if (value > against) ahead++;
  });
  if (!end || !all.one || !all.other) return null;
  return {
    second,
    end,
    mean: pair(all.one.mean, all.other.mean),
    highest: pair(all.one.highest, all.other.highest),
    ahead,
    both,
  };
}
