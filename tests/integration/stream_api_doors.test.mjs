// The stream API beside the other doors: one stream, one history, one set of books.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { assertBalanced } from '../crash/harness/verdict.mjs';
import { hashKey, shardOf } from './harness/hash_ring.mjs';
import { History, Race } from './harness/oracle.mjs';
import { publishAll } from './harness/broker.mjs';
import { BREAKAGES, raceRecords, record, recordText } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { StreamApi, assertSame } from './harness/stream_api.mjs';
import { waitFor } from './harness/wait.mjs';

const byData = (records) => new Map(records.map((each) => [each.Data.toString(), each]));

/// Puts texts in calls of 500, with a key of the caller's making.
async function putTexts(api, texts, key = (_, at) => `${at}`) {
  for (let at = 0; at < texts.length; at += 500) {
    const part = texts.slice(at, at + 500).map((Data, offset) => ({ PartitionKey: key(Data, at + offset), Data }));
    assert.equal((await api.putAll(part)).FailedRecordCount, 0);
  }
}

async function expectHistory(daemon, history) {
  for (const classId of history.classes()) {
    await waitFor(
      `the right history of class ${classId}`,
      async () => (await daemon.history(classId)) === history.text(classId),
    );
  }
}

/// Waits until nothing is in flight, and returns the books, which balanced whenever looked at.
async function settled(daemon) {
  let books;
  await waitFor('nothing to be in flight', async () => {
    books = assertBalanced(await daemon.metrics());
    return books.inFlight === 0;
  });
  return books;
}

scene('what came over WebSocket and MQTT is in the stream, each record with its partition key', async (scene) => {
  const broker = await scene.broker();
  const settings = { MQTT_BROKER: broker.address, STREAM_PARTITION_KEY: 'bike-${racerId}' };
  const daemon = await scene.daemon(settings);
  const api = new StreamApi(scene, daemon);
  await daemon.ready();
  const socket = [1, 2, 3].map((racerId) => JSON.stringify(record({ racerId, name: 'Zoë 🚴' })));
  const mqtt = [4, 5, 6].map((racerId) => JSON.stringify(record({ racerId })));
  const client = await scene.ingest(daemon);
  client.send(`[${socket.join(', ')}]`);
  await client.answered(3);
  await publishAll(await broker.client(), [mqtt.join('\n')]);
  await daemon.merged(6);

  const held = byData(await api.readAll());
  assert.deepEqual([...held.keys()].sort(), [...socket, ...mqtt].sort());
  for (const [text, { PartitionKey, ShardId, ApproximateArrivalTimestamp }] of held) {
    assert.equal(PartitionKey, `bike-${JSON.parse(text).racerId}`);
    assert.equal(ShardId, shardOf(hashKey(PartitionKey), 4));
    assert.ok(Math.abs(ApproximateArrivalTimestamp * 1000 - Date.now()) < 3_600_000);
  }
});

scene('what is put comes to the boards and into the history like any other record', async (scene) => {
  const random = scene.random();
  const daemon = await scene.daemon();
  const api = new StreamApi(scene, daemon);
  const history = new History();
  const race = new Race(1, 1, new History());
  const records = raceRecords(random, { raceId: 1, riders: [3, 7, 12, 40], classes: [1], seconds: 60 });
  const texts = records.map((each) => recordText(random, each) + random.pick(['', '\n']));
  records.forEach((each) => {
    history.add(each);
    race.add(each);
  });
  await putTexts(api, texts, (text) => `${JSON.parse(text).racerId}`);
  const viewer = await scene.viewer(daemon, 'classId=1');
  const scores = (rows) =>
    rows.map(({ racerId, second, output }) => [racerId, second, output]).sort(([a], [b]) => a - b);
  const expected = JSON.stringify(scores(race.entries()));
  await viewer.until('the right board', ({ state }) => JSON.stringify(scores(state.entries)) === expected);
  await expectHistory(daemon, history);
  assert.equal((await daemon.counts('stream')).accepted, records.length);
});

/// The lines of all files of failed records.
async function failures(scene) {
  const folder = scene.path('data', 'delivery', 'processing-failed');
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const read = async (file) => {
    const bytes = await readFile(file);
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split('\n');
  };
  return (await Promise.all(files.map(read)))
    .flat()
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

scene(
  'what is no valid record is stored and readable, fails in the transform, and costs its neighbours nothing',
  async (scene) => {
    const random = scene.random();
    const daemon = await scene.daemon({ STREAM_SHARDS: 2 });
    const api = new StreamApi(scene, daemon);
    const history = new History();
    const bad = [
      ...BREAKAGES.map(({ make }, at) => make(record({ racerId: 1000 + at })).text),
      '',
      '\u0000',
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.alloc(200_000, '{"second":'),
      Buffer.from(Array.from({ length: 3000 }, () => random.whole(0, 255))),
    ].map((data) => Buffer.from(data));
    const good = bad.map((_, racerId) => record({ racerId, cadence: racerId % 200 }));
    good.forEach((each) => history.add(each));
    const records = [...bad, ...good.map((each) => Buffer.from(JSON.stringify(each)))];
    random.shuffle(records);
    const { FailedRecordCount } = await api.putAll(records.map((Data, at) => ({ PartitionKey: `${at % 5}`, Data })));
    assert.equal(FailedRecordCount, 0);

    const hex = (buffers) => buffers.map((data) => data.toString('hex')).sort();
    assertSame(hex((await api.readAll()).map(({ Data }) => Data)), hex(records));
    await expectHistory(daemon, history);
    const books = await settled(daemon);
    assert.deepEqual(books, {
      accepted: records.length,
      applied: good.length,
      failed: bad.length,
      dropped: 0,
      inFlight: 0,
    });
    await waitFor('the files of what failed', async () => (await failures(scene)).length >= bad.length);
    assertSame(hex((await failures(scene)).map(({ rawData }) => Buffer.from(rawData, 'base64'))), hex(bad));
  },
);

scene('the books balance at every moment, with all doors open', async (scene) => {
  const random = scene.random();
  const broker = await scene.broker();
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address });
  await daemon.ready();
  const api = new StreamApi(scene, daemon);
  const history = new History();
  const door = (at) => raceRecords(random, { raceId: 1, riders: [at, at + 1], classes: [1, 2], seconds: 250 }); // 1,000
  const [put, sent, published] = [door(10), door(20), door(30)];
  [...put, ...sent, ...published].forEach((each) => history.add(each));
  const texts = (records) => records.map((each) => recordText(random, each));
  const broken = Array.from({ length: 300 }, () => random.pick(BREAKAGES).make(record()).text);

  const client = await scene.ingest(daemon);
  let open = true;
  const traffic = Promise.all([
    putTexts(api, random.shuffle([...texts(put), ...broken])),
    client.sendAll(texts(sent)).then(() => client.answered(sent.length)),
    broker.client().then((publisher) => publishAll(publisher, texts(published))),
  ]).finally(() => (open = false));
  let looks = 0;
  for (; open; ++looks) {
    assertBalanced(await daemon.metrics());
  }
  await traffic;
  assert.ok(looks > 0);
  await waitFor('what was published', async () => (await daemon.counts('mqtt')).accepted === published.length);
  const books = await settled(daemon);
  assert.deepEqual([books.applied, books.failed], [3000, broken.length]);
  assert.equal((await daemon.counts('stream')).accepted, put.length + broken.length);
  await expectHistory(daemon, history);
  assert.equal((await api.readAll()).length, 3000 + broken.length);
});
