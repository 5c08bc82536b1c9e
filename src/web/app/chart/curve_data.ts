// What the chart draws and says, without a canvas.

/** Value of second 1, 2, …; null where there is none. */
export type Values = readonly (number | null)[];

/** Seconds 1 … `length`, and each curve cut or filled up to that length. */
export function alignedData(curves: readonly { values: Values }[], length: number): [number[], ...(number | null)[][]] {
  const seconds = Array.from({ length }, (_, index) => index + 1);
  return [seconds, ...curves.map(({ values }) => seconds.map((second) => values[second - 1] ?? null))];
}

/** The last second that has a value; 0 if none has. */
export function lastSecond(values: Values): number {
  for (let second = values.length; second > 0; second--) {
    if (values[second - 1] != null) return second;
  }
  return 0;
}

interface Summary {
  highest: number;
  highestSecond: number;
  mean: number;
  last: number;
  lastSecond: number;
}

/** Null: there are no values. */
export function summaryOf(values: Values): Summary | null {
  let highest = -Infinity;
  let highestSecond = 0;
  let sum = 0;
  let count = 0;
  values.forEach((value, index) => {
    if (value === null) return;
    sum += value;
    count++;
    if (value > highest) {
      highest = value;
      highestSecond = index + 1;
    }
  });
  const end = lastSecond(values);
  const last = values[end - 1];
  return last == null ? null : { highest, highestSecond, mean: sum / count, last, lastSecond: end };
}

/**
 * Indices that are drawn as dots: values that stand alone, of which a line shows nothing, and the end of a curve that
 * is still growing.
 */
export function dots(values: Values, growing: boolean): number[] {
  const at = (index: number) => values[index] ?? null;
  const end = lastSecond(values) - 1;
  const found: number[] = [];
  values.forEach((value, index) => {
    const alone = at(index - 1) === null && at(index + 1) === null;
    const tip = growing && index === end && index < values.length - 1;
    if (value !== null && (alone || tip)) found.push(index);
  });
  return found;
}

/** The vertical axis: around the values with air, never a line drawn as a cliff because it varies by a hair. */
export function verticalRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 100];
  const air = Math.max((high - low) * 0.08, 2);
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

/** Where a key moves the cursor; undefined if it is none of the cursor's keys. */
export function secondAfterKey(key: string, second: number, length: number): number | undefined {
  const moves: Record<string, number> = {
    ArrowLeft: second - 1,
    ArrowDown: second - 1,
    ArrowRight: second + 1,
    ArrowUp: second + 1,
    PageDown: second - 10,
    PageUp: second + 10,
    Home: 1,
    End: length,
  };
  const moved = moves[key];
  return moved === undefined ? undefined : Math.min(Math.max(moved, 1), length);
}
