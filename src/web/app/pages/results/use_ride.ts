import { api } from '../../api/http';
import type { Racer, RaceState, ResultRow } from '../../api/types';
import { nameOf } from '../../names';
import { useLoaded, type Loaded } from '../../use_loaded';
import { parseRide, type RideRow } from './ride_csv';

export interface RideOf {
  racerId: number;
  name: string;
  /** Of the race's results, if they are loaded as far as that. */
  row: ResultRow | undefined;
  /** Whether the racer's best of the class is of this race. */
  personalBest: boolean;
  ride: Loaded<RideRow[]>;
  /** Some of it could not be read. */
  partial: boolean;
}

/** A racer's ride, and what is known of the racer. `againMs`: the pause before the ride is asked for again. */
export function useRide(
  classId: number,
  raceId: number,
  racerId: number | undefined,
  state: RaceState,
  rows: readonly ResultRow[],
  againMs: number | undefined,
): RideOf | null {
  const loaded = useLoaded<{ of: number; rows: RideRow[]; partial: boolean } | null>(
    async (signal) => {
      if (racerId === undefined) return null;
      const { csv, partial } = await api.ride(classId, raceId, racerId, signal);
      return { of: racerId, rows: parseRide(csv), partial };
    },
    [classId, raceId, racerId],
    racerId === undefined ? undefined : againMs,
  );
  const racer = useLoaded<Racer | null>(
    async (signal) => (racerId === undefined ? null : api.racer(racerId, signal)),
    [racerId, state],
  );
  if (racerId === undefined) return null;
  // Else the answer is still that of the racer before.
  const own = loaded.state === 'there' && loaded.value?.of === racerId ? loaded.value : null;
  const row = rows.find((each) => each.racerId === racerId);
  const known = racer.state === 'there' && racer.value?.racerId === racerId ? racer.value : null;
  return {
    racerId,
    row,
    ride: own ? { state: 'there', value: own.rows } : loaded.state === 'failed' ? loaded : { state: 'loading' },
    partial: own?.partial ?? false,
    name: nameOf({ racerId, name: row?.name || known?.name || '' }),
    personalBest: known?.personalBests.some((best) => best.classId === classId && best.raceId === raceId) ?? false,
  };
}
