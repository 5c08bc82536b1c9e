// Races that were ridden a while ago, published over MQTT in one go, so that there is something to look at.

import { publishAll } from '../integration/harness/broker.mjs';
import { record } from '../integration/harness/records.mjs';
import { waitFor } from '../integration/harness/wait.mjs';

export const RIDERS = [
  'Amber Heron',
  'Brisk Otter',
  'Çevik Tilki',
  'Dapper Vole',
  'Eager Ibis',
  'Frosty Lynx',
  'Gentle “G” Gnu',
  'Hasty Hare',
  'Indigo Finch',
  'Jaunty Jay',
  'Keen Koala',
  'Lively Łoś',
].map((name, index) => ({ racerId: 101 + index, name }));

/// Strength and form of a rider: smooth, different for each, and better in later races.
function effort(index, race, second, length) {
  const along = second / length;
  const start = Math.min(1, along * 6);
  const sprint = along > 0.85 ? (along - 0.85) * 60 * (1 + (index % 3)) : 0;
  const wave = Math.sin(second / (4 + (index % 4)) + index * 1.7) * 5 + Math.sin(second / 17 + index) * 4;
  return {
    cadence: Math.round((30 + 52 * start - index * 1.3 + wave + sprint + race * 1.5) * 2) / 2,
    resistance: Math.round((34 + 14 * start - index * 0.9 + wave / 2 + race) * 10) / 10,
  };
}

function rideOf(index, { raceId, classId, race, length }) {
  return Array.from({ length }, (_, at) =>
    record({
      ...RIDERS[index],
      uuid: `ridden-${raceId}-${classId}-${index}-${at}`,
      raceId,
      classId,
      second: at + 1,
      event: at + 1 === length ? 'final' : 'update',
      deviceTimestamp: Date.now(),
      ...effort(index, race, at + 1, length),
    }),
  );
}

/// Publishes `races` races before the one that runs now, in each class, and waits until they are closed and on the
/// classes' boards. Returns their ids, the newest first.
export async function riddenRaces(world, { classes, races }) {
  const { length, window, now } = await world.clock();
  const running = Math.floor(now / 1000 / window);
  const client = await world.broker.client();
  const ids = Array.from({ length: races }, (_, race) => running - races - 1 + race);
  for (const [race, raceId] of ids.entries()) {
    const records = classes.flatMap((classId) =>
      RIDERS.flatMap((_, index) => rideOf(index, { raceId, classId, race, length })),
    );
    records.sort((a, b) => a.second - b.second);
    await publishAll(
      client,
      Array.from({ length: Math.ceil(records.length / 100) }, (_, part) =>
        JSON.stringify(records.slice(part * 100, part * 100 + 100)),
      ),
    );
  }
  for (const classId of classes) {
    for (const raceId of ids) {
      await waitFor(`race ${raceId} of class ${classId} to be over`, async () => {
        const { state, total } = await world.json(`/api/v1/races/${raceId}/results?classId=${classId}`);
        return state === 'closed' && total === RIDERS.length;
      });
    }
    // Which comes behind that, and pages ask once.
    await waitFor(`the riders to be on the board of class ${classId}`, async () => {
      const { total } = await world.json(`/api/v1/classes/${classId}/leaderboard`);
      return total === RIDERS.length;
    });
  }
  return ids.reverse();
}
