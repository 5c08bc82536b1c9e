import { currentMoment } from '../api/clock';
import { api } from '../api/http';
import type { Race } from '../api/types';
import type { Rider } from '../preferences';
import { canJoin, planUnlessClosed } from './plan';
import type { RidePlan } from './ride';

/** The race that runs is among the newest. */
const NEWEST = 3;
/** A rider who set out does not wait for longer. */
const PATIENCE_MS = 2_000;

/** None where the daemon does not say: then the race is taken to be open, as nearly all are. */
async function newestRaces(classId: number): Promise<readonly Race[]> {
  try {
    return (await api.races(classId, NEWEST, AbortSignal.timeout(PATIENCE_MS))).races;
  } catch {
    return [];
  }
}

/** The ride of somebody who sets out now. Null where it is not known how long races are. */
export async function askedPlan(rider: Rider, classId: number): Promise<RidePlan | null> {
  const asked = currentMoment();
  const races = asked && canJoin(asked) ? await newestRaces(classId) : [];
  const moment = currentMoment();
  return moment && planUnlessClosed(moment, rider, classId, races);
}
