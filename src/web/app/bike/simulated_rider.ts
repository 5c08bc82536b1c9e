// How a simulated rider pedals: smooth, a little restless, and the same for the same seed.

interface Pedalling {
  cadence: number; // rpm, one decimal
  resistance: number; // %, one decimal
}

/** Seconds for which a rider heads for another level. */
const TREND_SECONDS = 12;
const WOBBLE_SECONDS = 2;

/** A number from 0 to 1 that looks random and depends on `a` and `b` only. */
function noise(a: number, b: number): number {
  let bits = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
}

/** A smooth curve from −1 to 1 through one level every `span` seconds. */
function wander(seed: number, seconds: number, span: number): number {
  const segment = Math.floor(seconds / span);
  const at = seconds / span - segment;
  const from = noise(seed, segment);
  const to = noise(seed, segment + 1);
  return 2 * (from + (to - from) * at * at * (3 - 2 * at)) - 1;
}

const tenths = (value: number) => Math.round(value * 10) / 10;

/** `effort`: 0 (rolls along) to 100 (all out). */
export function pedalling(seed: number, seconds: number, effort: number): Pedalling {
  const share = Math.min(Math.max(effort, 0), 100) / 100;
  const cadence =
    58 + 44 * share + 6 * wander(seed, seconds, TREND_SECONDS) + 1.5 * wander(seed ^ 1, seconds, WOBBLE_SECONDS);
  const resistance =
    18 + 50 * share + 5 * wander(seed ^ 2, seconds, TREND_SECONDS) + 0.5 * wander(seed ^ 3, seconds, WOBBLE_SECONDS);
  return { cadence: tenths(cadence), resistance: tenths(resistance) };
}
