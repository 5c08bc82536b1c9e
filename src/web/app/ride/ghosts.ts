// What one rides against: the own best and the class's best at each second, from the history.

import { api } from '../api/http';
import type { Values } from '../chart/curve_data';
import { bestCurve, racerCurve } from '../chart/history_curves';

export interface Ghosts {
  mine: Values;
  class: Values;
}

export async function loadGhosts(
  classId: number,
  racerId: number,
  length: number,
  signal: AbortSignal,
): Promise<Ghosts> {
  const [mine, best] = await Promise.all([
    api.history(classId, { racers: String(racerId) }, signal),
    api.history(classId, { top: 1 }, signal),
  ]);
  return { mine: racerCurve(mine, racerId, length), class: bestCurve(best, length) };
}

/** The better of the two at each second. */
export function better(a: Values, b: Values): Values {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => {
    const [one, other] = [a[at] ?? null, b[at] ?? null];
    return one === null || other === null ? (one ?? other) : Math.max(one, other);
  });
}

/** How far `output` is ahead at `second`; null where there is nothing to compare it with. */
export function ahead(output: number | null, ghost: Values, second: number): number | null {
  const best = ghost[second - 1] ?? null;
  return output === null || best === null ? null : output - best;
}

/** At how many seconds a ride beat the ghost. */
export function beaten(ridden: Values, ghost: Values): number {
  return ridden.filter((output, at) => (ahead(output, ghost, at + 1) ?? 0) > 0).length;
}
