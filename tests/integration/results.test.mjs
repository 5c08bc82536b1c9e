// The results message on `alleycat-subscribe`, as clients of the replaced system know it.

import assert from 'node:assert/strict';

import { publishAll } from './harness/broker.mjs';
import { History, Race } from './harness/oracle.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { Signal } from './harness/wait.mjs';

const SHAPE = /^\{"msg":"results","classId":"(\d+)","raceId":"race-(-?\d+)","ts":"(\d{13})","results":"(\{.*\})"\}$/;

/// Collects the results: `class/race` → racer → score, checking every message.
async function subscribe(broker, topic) {
  const client = await broker.client({ protocolVersion: 4 });
  const boards = new Map();
  const signal = new Signal();
  const faults = [];
  client.on('message', (on, payload, { qos, retain }) => {
    const text = payload.toString();
    const [, classId, raceId, ts] = SHAPE.exec(text) ?? [];
    if (on !== topic || qos !== 0 || retain || !classId || Math.abs(Number(ts) - Date.now()) > 60_000) {
      faults.push(`${on} qos ${qos} retain ${retain}: ${text.slice(0, 300)}`);
    } else {
      const results = JSON.parse(text).results;
      assert.equal(typeof results, 'string');
      boards.set(`${classId}/${raceId}`, JSON.parse(results));
    }
    signal.notify();
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return {
    faults,
    boards,
    shows: (key, expected) =>
      signal.until(`the results of ${key}`, () => {
        assert.deepEqual(faults, []);
        const board = boards.get(key);
        return board && JSON.stringify(sorted(board)) === JSON.stringify(sorted(expected));
      }),
  };
}

function sorted(board) {
  return Object.entries(board).sort(([a], [b]) => Number(a) - Number(b));
}

function scores(race) {
  return Object.fromEntries(race.entries().map(({ racerId, output }) => [racerId, output]));
}

for (const meaning of ['output', 'best', 'mean', 'total']) {
  scene(
    `results are published in the shape that clients know, equal to the board (ranking.score = "${meaning}")`,
    async (scene) => {
      const random = scene.random();
      const broker = await scene.broker();
      const daemon = await scene.daemon({ MQTT_BROKER: broker.address, RANKING_SCORE: meaning });
      await daemon.ready();
      const results = await subscribe(broker, 'alleycat-subscribe');
      const client = await broker.client();
      const races = [
        [1, 5_400_802],
        [2, 5_400_802],
        [6, 1_620_240_672_076],
        [1, -5],
      ].map(([classId, raceId]) => new Race(classId, raceId, new History(), meaning));
      for (let second = 1; second <= 10; ++second) {
        const payloads = races.map((race) => {
          const records = Array.from({ length: 200 }, (_, at) =>
            record({
              classId: race.classId,
              raceId: race.raceId,
              racerId: at === 0 ? 2 ** 53 - 1 : at,
              second,
              cadence: random.number(0, 250),
            }),
          );
          records.forEach((each) => race.add(each));
          return JSON.stringify(records);
        });
        await publishAll(client, payloads);
      }
      for (const race of races) {
        await results.shows(`${race.classId}/${race.raceId}`, scores(race));
      }
      assert.deepEqual(
        [...results.boards.keys()].sort(),
        races.map(({ classId, raceId }) => `${classId}/${raceId}`).sort(),
      );
    },
  );
}

scene('results come for records of the other door too, on the configured topic', async (scene) => {
  const broker = await scene.broker();
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address, MQTT_RESULTS_TOPIC: 'gym/results' });
  await daemon.ready();
  const results = await subscribe(broker, 'gym/results');
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ racerId: 0, raceId: 5_400_802 })));
  await results.shows('1/5400802', { 0: 120.75 });
});
