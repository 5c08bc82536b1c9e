import type { TelemetryRecord } from '@app/api/types';

/** One rider's record of a second, which also names it. */
export const recordOf = (second: number): TelemetryRecord => ({
  uuid: `uuid-${second}`,
  event: 'update',
  deviceTimestamp: second,
  second,
  raceId: 1,
  name: 'Ada',
  racerId: 7,
  classId: 1,
  cadence: 90,
  resistance: 40,
});
