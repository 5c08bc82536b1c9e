import type { RaceState } from '../../api/types';

/**
 * How far a racer is who has not ridden to the end; null: to the end. The daemon's `finished` alone does not tell:
 * once a race is over, it is true of riders too who just fell silent.
 */
export function standing(
  row: { second: number; finished: boolean },
  state: RaceState,
  raceLength: number,
): 'riding' | 'unfinished' | null {
  if (row.second >= raceLength) return null;
  if (!row.finished && state === 'running') return 'riding';
  return 'unfinished';
}

/** What was ridden is stored a while later. */
const STORED_WITHIN_MS = 180_000;

/** The pause before a ride of the race is asked for again, as there may be more of it; undefined: it is complete. */
export function rideAgainMs(race: { state: RaceState; start: number; end: number | null }, now: number): number | undefined {
  if (race.state === 'running') return 4_000;
  return race.state === 'finished' || now - (race.end ?? race.start) < STORED_WITHIN_MS ? 10_000 : undefined;
}
