import { GRACE_MS, STALE_MS, type BikeState, type Sample } from './bike';

type Warning =
  | { kind: 'noCadence' | 'noSample' }
  /** Silent for that many whole seconds. From `silent` on, nothing is recorded. */
  | { kind: 'stale' | 'silent'; seconds: number };

interface Told {
  state: BikeState;
  latest: Sample | null;
  tellsCadence: boolean | null;
  /** ms since the epoch. */
  connectedAt: number;
}

/** What the rider must know of a bike that they ride; null: all is well. */
export function bikeWarning({ state, latest, tellsCadence, connectedAt }: Told, now: number): Warning | null {
  if (state === 'idle' || state === 'connecting') return null;
  if (!latest && tellsCadence === false) return { kind: 'noCadence' };
  if (!latest) return now - connectedAt > STALE_MS ? { kind: 'noSample' } : null;
  const age = now - latest.at;
  if (age <= STALE_MS) return null;
  return { kind: age > GRACE_MS ? 'silent' : 'stale', seconds: Math.floor(age / 1000) };
}
