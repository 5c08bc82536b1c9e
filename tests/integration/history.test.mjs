// From the doors to the history files, against an independent computation of the personal bests.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

import { publishAll } from './harness/broker.mjs';
import { History, output } from './harness/oracle.mjs';
import { BREAKAGES, payloads, raceRecords, record, recordText } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const CLASSES = [1, 2, 3, 4, 5, 6];
const SECONDS = 40;
const RACES = [5_397_285, 1, 1_700_000_000_000];
// Ids that sort differently as numbers and as texts, up to the largest whole number that JSON carries.
const RIDERS = [
  ...Array.from({ length: 50 }, (_, at) => at * at),
  ...[2 ** 31, 2 ** 32 - 3, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 1e12, 1e12 + 1, 1e15, 2 ** 53 - 2, 2 ** 53 - 1],
];

/// The good records of several races, some twice, broken ones among them, shuffled: what to send, and what must follow.
function makeTraffic(random, races) {
  const history = new History();
  const items = [];
  for (const raceId of races) {
    for (const good of raceRecords(random, { raceId, riders: RIDERS, classes: CLASSES, seconds: SECONDS })) {
      history.add(good);
      const text = recordText(random, good);
      items.push({ text });
      if (random.chance(0.05)) {
        items.push({ text });
      }
      if (random.chance(0.05)) {
        const { make, loose } = random.pick(BREAKAGES);
        // The record it is made from would win everywhere, were it taken.
        const winner = record({ ...good, uuid: `broken-${items.length}`, cadence: 250, resistance: 100 });
        items.push({ ...make(winner), loose });
      }
    }
  }
  random.shuffle(items);
  const rejections = [];
  items.forEach(({ code, uuids, text }, index) => {
    if (code) {
      rejections.push({ index, code, uuids, text });
    }
  });
  return { history, payloads: payloads(random, items), accepted: items.length - rejections.length, rejections };
}

/// Waits until the class's files say what the oracle says, byte for byte.
async function expectHistory(daemon, expected) {
  for (const classId of CLASSES) {
    const text = expected.text(classId);
    let got;
    await waitFor(
      `the history of class ${classId} to be right`,
      async () => {
        got = await daemon.history(classId);
        return got === text;
      },
      { describe: () => difference(got, text) },
    );
  }
}

function difference(got = '', expected) {
  const at = [...expected].findIndex((char, index) => char !== got[index]);
  const from = Math.max(0, at - 40);
  return `${got.length} instead of ${expected.length} bytes; at ${at} «${got.slice(from, at + 80)}» instead of «${expected.slice(from, at + 80)}»`;
}

async function expectSameJson(daemon, expected) {
  for (const classId of CLASSES) {
    const plain = await daemon.request(`/history/class-${classId}.json`);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(plain.body.toString(), expected.text(classId));
    const zipped = await daemon.request(`/history/class-${classId}.json`, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(zipped.body).toString(), expected.text(classId));
  }
}

/// Each sends all payloads to the daemon and checks that they were counted right.
const WAYS = {
  async websocket(scene, daemon, traffic) {
    const client = await scene.ingest(daemon);
    await client.sendAll(traffic.payloads);
    await client.answered(traffic.accepted, traffic.rejections.length);
    assert.deepEqual(client.faults, []);
    assert.deepEqual([client.accepted, client.rejected], [traffic.accepted, traffic.rejections.length]);
    traffic.rejections.forEach(({ index, code, uuids, text }, at) => {
      const told = client.rejects[at];
      assert.deepEqual([told.index, told.code], [index, code], `${told.message}: ${text}`);
      assert.ok(uuids.includes(told.uuid), `uuid ${told.uuid}: ${text}`);
    });
    assert.ok(client.rejects.every(({ message }) => message.length > 0));
    await client.close();
  },
  'MQTT at QoS 0': (scene, daemon, traffic) => overMqtt(scene, daemon, traffic, 0),
  'MQTT at QoS 1': (scene, daemon, traffic) => overMqtt(scene, daemon, traffic, 1),
};

async function overMqtt(scene, daemon, traffic, qos) {
  const before = await daemon.counts('mqtt');
  const client = await scene.broker1.client();
  await publishAll(client, traffic.payloads, { qos });
  let counts;
  await waitFor(
    'the daemon to count all records',
    async () => {
      counts = await daemon.counts('mqtt');
      return (
        counts.accepted + counts.rejected >=
        before.accepted + before.rejected + traffic.accepted + traffic.rejections.length
      );
    },
    { describe: () => JSON.stringify({ counts, good: traffic.accepted, bad: traffic.rejections.length }) },
  );
  assert.deepEqual(
    [counts.accepted - before.accepted, counts.rejected - before.rejected],
    [traffic.accepted, traffic.rejections.length],
  );
  await client.endAsync();
}

for (const [way, send] of Object.entries(WAYS)) {
  scene(
    `records sent over ${way} in any order, repeated and with broken ones between, end in exactly the right history`,
    async (scene) => {
      const random = scene.random();
      const settings = {};
      if (way !== 'websocket') {
        scene.broker1 = await scene.broker();
        settings.MQTT_BROKER = scene.broker1.address;
      }
      let daemon = await scene.daemon(settings);
      await daemon.ready();
      const traffic = makeTraffic(random, RACES);
      await send(scene, daemon, traffic);
      await expectHistory(daemon, traffic.history);
      await expectSameJson(daemon, traffic.history);

      assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
      for (const classId of CLASSES) {
        const file = await readFile(scene.path('data', 'history', `class-${classId}.gz`));
        assert.equal(gunzipSync(file).toString(), traffic.history.text(classId));
      }

      daemon = await scene.daemon(settings);
      await daemon.ready();
      await expectHistory(daemon, traffic.history);
      const more = makeTraffic(random, [RACES[0] + 1]);
      await send(scene, daemon, more);
      const both = traffic.history.clone();
      for (const classId of more.history.classes()) {
        for (let second = 1; second <= SECONDS; ++second) {
          more.history.at(classId, second).forEach(([racerId, value]) => both.put(classId, second, racerId, value));
        }
      }
      await expectHistory(daemon, both);
    },
  );
}

scene('an equal output leaves the history file as it is, a greater one replaces it', async (scene) => {
  const daemon = await scene.daemon({ HISTORY_SETTLE: '1h' });
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ cadence: 80 })));
  await client.answered(1);
  await waitFor('the first history', async () => (await daemon.history(1)) === '{"1":{"7":120.75}}');
  const first = await daemon.request('/history/class-1.gz');

  client.send(JSON.stringify([record({ cadence: 80 }), record({ cadence: 79.999 }), record({ cadence: 0 })]));
  await client.answered(4);
  await daemon.merged(4);
  // The next file holds what came later in the same class, so what came before it has been looked at.
  client.send(JSON.stringify(record({ second: 2 })));
  await client.answered(5);
  await waitFor('the second history', async () => (await daemon.history(1)) === '{"1":{"7":120.75},"2":{"7":120.75}}');

  client.send(JSON.stringify(record({ cadence: 80.001 })));
  await client.answered(6);
  const better = `{"1":{"7":${output({ cadence: 80.001, resistance: 40 })}},"2":{"7":120.75}}`;
  await waitFor('the better output', async () => (await daemon.history(1)) === better);
  const last = await daemon.request('/history/class-1.gz');
  assert.notEqual(last.headers.etag, first.headers.etag);
});
