// [stream] limits = "kinesis": what a shard takes in a second, and what becomes of the rest, door by door.

import assert from 'node:assert/strict';

import { hashKeyRange, shardId } from './harness/hash_ring.mjs';
import { publishAll } from './harness/broker.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { StreamApi, THROTTLED, errorOf, pointOf } from './harness/stream_api.mjs';
import { waitFor } from './harness/wait.mjs';

const LIMITED = { STREAM_LIMITS: 'kinesis', STREAM_SHARDS: 1 };
const PER_SECOND = 1000;

/// Puts all at once, in calls of 500, and what was refused again and again until all is in. Returns how much of the
/// first round was taken, and the answers of all that was.
async function putUntilTaken(api, records) {
  const put = [];
  let first;
  for (let rest = records; rest.length > 0;) {
    const calls = [];
    for (let at = 0; at < rest.length; at += 500) {
      const part = rest.slice(at, at + 500);
      calls.push(api.putAll(part).then((answer) => sorted(part, answer)));
    }
    const answers = await Promise.all(calls);
    put.push(...answers.flatMap(({ taken }) => taken));
    rest = answers.flatMap(({ refused }) => refused);
    first ??= put.length;
  }
  return { first, put };
}

/// Checks the form of an answer, and tells what was taken from what was refused.
function sorted(records, { FailedRecordCount, Records }) {
  assert.equal(Records.length, records.length);
  const taken = [];
  const refused = [];
  Records.forEach((answer, at) => {
    if (answer.ErrorCode === undefined) {
      assert.deepEqual(Object.keys(answer).sort(), ['SequenceNumber', 'ShardId']);
      taken.push({ ...records[at], ...answer });
    } else {
      assert.deepEqual(Object.keys(answer).sort(), ['ErrorCode', 'ErrorMessage']);
      assert.equal(answer.ErrorCode, THROTTLED);
      assert.match(
        answer.ErrorMessage,
        /^Rate exceeded for shard shardId-\d{12} in stream alleycat under account \d{12}\.$/,
      );
      refused.push(records[at]);
    }
  });
  assert.equal(FailedRecordCount, refused.length);
  return { taken, refused };
}

/// The stream holds what was taken, once, and nothing of what was refused.
async function assertHolds(api, put) {
  const held = await api.readAll();
  const texts = new Map(held.map((each) => [pointOf(each), each.Data.toString()]));
  assert.equal(held.length, put.length);
  assert.ok(put.every((each) => texts.get(pointOf(each)) === String(each.Data)));
}

scene('beyond 1,000 records a second a shard refuses single records of a call that succeeds', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon(LIMITED));
  const records = Array.from({ length: 4000 }, (_, at) => ({ PartitionKey: `k${at % 7}`, Data: `${at}` }));
  const { first, put } = await putUntilTaken(api, records);
  assert.ok(first >= PER_SECOND, `${first} were taken at once, though a shard takes ${PER_SECOND}`);
  assert.ok(first < records.length, 'nothing was refused');
  assert.equal(put.length, records.length);
  await assertHolds(api, put);
  assert.equal((await api.daemon.counts('stream')).accepted, records.length);
});

scene('beyond 1 MB a second too, keys counted', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon(LIMITED));
  const records = Array.from({ length: 180 }, (_, at) => ({
    PartitionKey: `k${at}`,
    Data: `${at} `.padEnd(50_000, 'x'),
  }));
  const { taken, refused } = sorted(records, await api.putAll(records)); // 9 MB in one call
  assert.ok(taken.length >= 19, `${taken.length} records of 50 kB were taken`);
  assert.ok(refused.length > 0, 'nothing was refused');
  await assertHolds(api, taken);
});

scene('a shard that is at its limit leaves the others theirs', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon({ ...LIMITED, STREAM_SHARDS: 2 }));
  const at = (shard) => ({ PartitionKey: 'k', ExplicitHashKey: String(hashKeyRange(shard, 2).first), Data: 'x' });
  const busy = () => api.putAll(Array(500).fill(at(0)));
  await waitFor('the first shard to refuse', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, busy));
    return answers.some(({ FailedRecordCount }) => FailedRecordCount > 0);
  });
  const mixed = Array.from({ length: 500 }, (_, record) => at(record % 2));
  const calls = [api.putAll(mixed), busy(), busy(), busy(), api.putAll(mixed)];
  const [first, , , , last] = await Promise.all(calls);
  for (const { Records } of [first, last]) {
    const others = Records.filter((_, record) => record % 2 === 1);
    assert.ok(others.every(({ ShardId }) => ShardId === shardId(1)));
  }
});

scene('a single PutRecord is refused as a whole, and taken later', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon(LIMITED));
  const input = { StreamName: 'alleycat', PartitionKey: 'k', Data: Buffer.alloc(1_000_000, 'x').toString('base64') };
  const put = async () => {
    const answer = await api.send('PutRecord', input);
    if (answer.status === 200) {
      return undefined;
    }
    const { type, message } = errorOf(answer);
    assert.equal(type, THROTTLED);
    assert.match(message, /^Rate exceeded for shard shardId-000000000000 in stream alleycat under account \d{12}\.$/);
    return message;
  };
  const refused = (await Promise.all(Array.from({ length: 8 }, put))).filter(Boolean).length; // a second's worth each
  assert.ok(refused > 0 && refused < 8, `${refused} of 8 were refused`);
  await waitFor('room for one more', async () => (await put()) === undefined);
  assert.equal((await api.readAll()).length, 8 - refused + 1);
});

scene('without limits nothing is refused that there is memory for', async (scene) => {
  const settings = { STREAM_SHARDS: 1, STREAM_RING_CAPACITY: '64MB' };
  const api = new StreamApi(scene, await scene.daemon(settings));
  const records = Array.from({ length: 500 }, (_, at) => ({ PartitionKey: 'k', Data: `${at}`.padEnd(1000) }));
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.putAll(records)));
  assert.ok(answers.every(({ FailedRecordCount }) => FailedRecordCount === 0));
});

scene('what finds no room in a full ring is refused in the same way, and taken later', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon({ STREAM_SHARDS: 1, STREAM_RING_CAPACITY: '64KB' }));
  const records = Array.from({ length: 3000 }, (_, at) => ({ PartitionKey: 'k', Data: `${at} `.padEnd(1000, 'x') }));
  const { first, put } = await putUntilTaken(api, records);
  assert.ok(first < records.length, 'nothing was refused, so this test showed nothing');
  await assertHolds(api, put);
});

/// That other doors were slowed: a shard takes a second's worth at once, and the rest needs its time, however fast the
/// machine. It may well take longer.
async function assertSlowed(daemon, records, started) {
  const least = (records - PER_SECOND) / PER_SECOND;
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds >= least * 0.95, `${records} records were in after ${seconds} s`);
  await daemon.merged(records);
}

scene('WebSocket clients are slowed, and nothing of theirs is refused', async (scene) => {
  const daemon = await scene.daemon(LIMITED);
  const count = 4000;
  const records = Array.from({ length: count }, (_, at) =>
    record({ racerId: at % 50, second: 1 + Math.floor(at / 50) }),
  );
  const client = await scene.ingest(daemon);
  const started = performance.now();
  for (let at = 0; at < count; at += 100) {
    client.send(JSON.stringify(records.slice(at, at + 100)));
  }
  await client.answered(count);
  assert.deepEqual([client.accepted, client.rejected, client.faults], [count, 0, []]);
  await assertSlowed(daemon, count, started);
});

scene('MQTT publishers are slowed, and nothing of theirs is refused', async (scene) => {
  const broker = await scene.broker();
  const daemon = await scene.daemon({ ...LIMITED, MQTT_BROKER: broker.address });
  await daemon.ready();
  const count = 4000;
  const started = performance.now();
  const payloads = Array.from({ length: count }, (_, at) =>
    JSON.stringify(record({ racerId: at % 50, second: 1 + Math.floor(at / 50) })),
  );
  await publishAll(await broker.client(), payloads);
  await waitFor('all records', async () => (await daemon.counts('mqtt')).accepted === count);
  assert.equal((await daemon.counts('mqtt')).rejected, 0);
  await assertSlowed(daemon, count, started);
});

scene('a door that is slowed and one that is refused share what a shard takes', async (scene) => {
  const daemon = await scene.daemon(LIMITED);
  const api = new StreamApi(scene, daemon);
  const client = await scene.ingest(daemon);
  const count = 3000;
  const started = performance.now();
  const records = Array.from({ length: count }, (_, at) =>
    record({ racerId: 1 + (at % 10), second: 1 + Math.floor(at / 10) }),
  );
  const batch = (at) => JSON.stringify(records.slice(at, at + 50));
  for (let at = 0; at < count; at += 50) {
    client.send(batch(at));
  }
  const text = (at) => JSON.stringify(record({ racerId: 100 + (at % 10), second: 1 + Math.floor(at / 10) }));
  const put = Array.from({ length: 2000 }, (_, at) => ({ PartitionKey: 'k', Data: text(at) }));
  await Promise.all([client.answered(count), putUntilTaken(api, put)]);
  assert.deepEqual([client.accepted, client.rejected], [count, 0]);
  await assertSlowed(daemon, count + put.length, started);
});
