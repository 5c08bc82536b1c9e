// What is held back, in the order and the words of the status page. No DOM here.

import { RequestError } from '../../api/http';
import type { Access } from '../../api/access';
import type { HeldFilter, HeldRecord } from '../../api/types';
import { formatCount, formatMoment, formatOutput } from '../../format';
import { outputOf } from '../../ride/output';
import { t } from '../../strings';

const words = t.status.held;

/** What is held of one rider in one race. */
export interface HeldRide {
  key: string;
  filter: Required<HeldFilter>;
  /** The newest one. */
  name: string;
  records: readonly HeldRecord[];
}

/** By ride, in the order in which they come. */
export function heldRides(entries: readonly HeldRecord[]): HeldRide[] {
  const rides = new Map<string, HeldRide & { records: HeldRecord[] }>();
  for (const entry of entries) {
    const { classId, raceId, racerId, name } = entry.record;
    const key = `${classId} ${raceId} ${racerId}`;
    const ride = rides.get(key);
    if (ride) ride.records.push(entry);
    else rides.set(key, { key, filter: { classId, raceId, racerId }, name, records: [entry] });
  }
  return [...rides.values()];
}

/** A reason that this page does not know yet is told by its name. */
export function reasonText(reason: string): string {
  return words.reasons[reason] ?? reason;
}

export function valuesText({ cadence, resistance }: HeldRecord['record']): string {
  return words.values(formatOutput(cadence), formatOutput(resistance), formatOutput(outputOf(cadence, resistance)));
}

/** Races are numbered by their start; `window` is the seconds between two, null where that is not known. */
export function raceText(className: string, raceId: number, window: number | null): string {
  if (window === null || !Number.isFinite(new Date(raceId * window * 1000).getTime())) {
    return words.race(className, formatCount(raceId));
  }
  return words.ride(className, formatMoment(raceId * window * 1000));
}

/**
 * Whether to ask at all: without tokens, who asks from the daemon's own computer may judge, and only the daemon knows who
 * that is; with them, administrators may.
 */
export function mayJudge(access: Access | null): boolean {
  return access !== null && (access.mode === 'none' || access.role === 'administrator');
}

/** Whether the daemon's answer means that there is nothing here for this browser. */
export function isNotOurs(error: unknown): boolean {
  return error instanceof RequestError && [401, 403, 404].includes(error.status);
}
