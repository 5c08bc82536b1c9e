import type { Point } from './rates';

const SPAN_MS = 300_000;
const EDGE = 2; // keeps the line's width inside

/** An SVG path of the last five minutes in a box; 0 is at its bottom, the highest rate at its top. A gap is a gap. */
export function sparklinePath(points: readonly Point[], width: number, height: number): string {
  const end = points.at(-1)?.at ?? 0;
  const top = Math.max(1, ...points.map(({ rate }) => rate ?? 0));
  let drawing = false;
  const steps = points.map(({ at, rate }) => {
    if (rate === null) {
      drawing = false;
      return '';
    }
    const x = width * (1 - (end - at) / SPAN_MS);
    const y = height - EDGE - (rate / top) * (height - 2 * EDGE);
    const step = `${drawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    drawing = true;
    return step;
  });
  return steps.join('');
}
