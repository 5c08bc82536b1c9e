import type { RaceMoment } from '../api/clock';
import type { Race } from '../api/types';
import type { Rider } from '../preferences';
import type { RidePlan } from './ride';

/** With less than this left (ms), there is nothing to join. */
const TOO_LATE_MS = 2_000;

export function canJoin({ raceId, start, length, now }: RaceMoment): boolean {
  return raceId !== null && start + length * 1000 - now >= TOO_LATE_MS;
}

/** The race that runs, from its current second on, or else the next one. */
export function planNow(moment: RaceMoment, rider: Rider, classId: number): RidePlan {
  const { raceId, start, length, now } = moment;
  if (raceId === null || !canJoin(moment)) return planNext(moment, rider, classId);
  return { rider, classId, raceId, start, length, from: now };
}

/** The same, but for a race that is closed already: it takes no more records, though its time is not over. */
export function planUnlessClosed(moment: RaceMoment, rider: Rider, classId: number, races: readonly Race[]): RidePlan {
  const plan = planNow(moment, rider, classId);
  const closed = races.some(({ raceId, state }) => raceId === plan.raceId && state === 'closed');
  return closed ? { ...planNext(moment, rider, classId), instead: true } : plan;
}

export function planNext(moment: RaceMoment, rider: Rider, classId: number): RidePlan {
  const { nextRaceId, next, length, now } = moment;
  return { rider, classId, raceId: nextRaceId, start: next, length, from: now };
}
