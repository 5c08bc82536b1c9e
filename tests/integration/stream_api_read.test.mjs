// Reading the stream: where iterators begin, how they go on, and how much comes at once.

import assert from 'node:assert/strict';

import { hashKey, shardId, shardOf } from './harness/hash_ring.mjs';
import { RawConnection } from './harness/raw.mjs';
import { scene } from './harness/scene.mjs';
import { StreamApi, assertSame, pointOf } from './harness/stream_api.mjs';
import { waitFor } from './harness/wait.mjs';

const MIB = 1024 * 1024;
const ONE_SHARD = { STREAM_SHARDS: 1 };
const SHARD = shardId(0);

/// Puts texts one at a time, and returns them as they are read: { SequenceNumber, Data, ApproximateArrivalTimestamp }.
async function putOneByOne(api, texts) {
  for (const text of texts) {
    await api.put({ PartitionKey: 'k', Data: text });
  }
  return (await api.readOn(await api.iterator(SHARD))).records;
}

const texts = (records) => records.map(({ Data }) => Data.toString());

scene(
  'an iterator begins at the oldest record, behind the newest, at or behind a record, or at a time',
  async (scene) => {
    const api = new StreamApi(scene, await scene.daemon(ONE_SHARD));
    const words = ['zero', 'one', 'two', 'three', 'four'];
    const put = await putOneByOne(api, words);
    assert.deepEqual(texts(put), words);
    const latest = await api.iterator(SHARD, 'LATEST');
    const from = async (type, more) => texts((await api.readOn(await api.iterator(SHARD, type, more))).records);

    assert.deepEqual(await from('TRIM_HORIZON'), words);
    assert.deepEqual(await from('LATEST'), []);
    for (const [
      at,
      { SequenceNumber: StartingSequenceNumber, ApproximateArrivalTimestamp: Timestamp },
    ] of put.entries()) {
      assert.deepEqual(await from('AT_SEQUENCE_NUMBER', { StartingSequenceNumber }), words.slice(at));
      assert.deepEqual(await from('AFTER_SEQUENCE_NUMBER', { StartingSequenceNumber }), words.slice(at + 1));
      const first = put.findIndex(({ ApproximateArrivalTimestamp }) => ApproximateArrivalTimestamp >= Timestamp);
      assert.deepEqual(await from('AT_TIMESTAMP', { Timestamp }), words.slice(first), `at ${Timestamp}`);
    }
    assert.deepEqual(await from('AT_TIMESTAMP', { Timestamp: 0 }), words);
    assert.deepEqual(await from('AT_TIMESTAMP', { Timestamp: put[0].ApproximateArrivalTimestamp - 0.5 }), words);

    await api.put({ PartitionKey: 'k', Data: 'five' });
    assert.deepEqual(texts((await api.readOn(latest)).records), ['five']);
  },
);

scene(
  'the next iterator goes on where the last answer ended, at the tip too, and each may be used again',
  async (scene) => {
    const random = scene.random();
    const api = new StreamApi(scene, await scene.daemon(ONE_SHARD));
    const put = [];
    const read = [];
    let at = await api.iterator(SHARD);
    for (let round = 0; round < 40; ++round) {
      const words = Array.from({ length: random.whole(0, 20) }, (_, word) => `${round}.${word}`);
      if (words.length > 0) {
        await api.putAll(words.map((Data) => ({ PartitionKey: 'k', Data })));
        put.push(...words);
      }
      const limit = random.chance(0.3) ? {} : { Limit: random.whole(1, 30) };
      const answer = await api.get(at, limit);
      const again = await api.get(at, limit);
      assert.deepEqual(texts(again.Records), texts(answer.Records));
      assert.ok(answer.Records.length <= (limit.Limit ?? Infinity));
      read.push(...texts(answer.Records));
      assert.equal(answer.MillisBehindLatest === 0, read.length === put.length, `${read.length} of ${put.length}`);
      at = answer.NextShardIterator;
    }
    read.push(...texts((await api.readOn(at)).records));
    assertSame(read, put);
  },
);

scene('a shard that never had a record is at its tip', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  for (const type of ['TRIM_HORIZON', 'LATEST']) {
    const answer = await api.get(await api.iterator(shardId(3), type));
    assert.deepEqual([answer.Records, answer.MillisBehindLatest], [[], 0]);
    assert.ok(answer.NextShardIterator);
  }
});

scene('what is behind is told in milliseconds, and the time of arrival in seconds', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon(ONE_SHARD));
  const before = Date.now();
  await api.put({ PartitionKey: 'k', Data: 'one' });
  await api.put({ PartitionKey: 'k', Data: 'two' });
  const after = Date.now();
  await waitFor('some age', () => Date.now() > after + 20);
  const answer = await api.get(await api.iterator(SHARD), { Limit: 1 });
  const now = Date.now();
  const arrival = Math.round(answer.Records[0].ApproximateArrivalTimestamp * 1000);
  assert.ok(arrival >= before && arrival <= after, `${arrival} is not from ${before} to ${after}`);
  const behind = answer.MillisBehindLatest;
  assert.ok(behind >= 20 && behind <= now - before, `${behind} of at most ${now - before} ms`);
});

scene('one answer holds at most 10,000 records', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon(ONE_SHARD));
  const calls = 41; // 20,500 records
  for (let call = 0; call < calls; ++call) {
    const records = Array.from({ length: 500 }, (_, at) => ({ PartitionKey: 'k', Data: `${call * 500 + at}` }));
    assert.equal((await api.putAll(records)).FailedRecordCount, 0);
  }
  const read = [];
  const sizes = [];
  for (let at = await api.iterator(SHARD), behind = 1; behind !== 0;) {
    const answer = await api.get(at);
    sizes.push(answer.Records.length);
    read.push(...texts(answer.Records));
    ({ NextShardIterator: at, MillisBehindLatest: behind } = answer);
  }
  assert.ok(Math.max(...sizes) <= 10_000, `${sizes}`);
  assertSame(
    read,
    Array.from({ length: calls * 500 }, (_, at) => String(at)),
  );
  assert.equal((await api.get(await api.iterator(SHARD), { Limit: 10_000 })).Records.length, 10_000);
});

scene('one answer holds at most 10 MiB of data, and a record in any case', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon({ ...ONE_SHARD, STREAM_RING_CAPACITY: '64MB' }));
  for (let call = 0; call < 6; ++call) {
    const records = Array.from({ length: 4 }, (_, at) => ({
      PartitionKey: 'k',
      Data: Buffer.alloc(MIB - 1, 4 * call + at),
    }));
    assert.equal((await api.putAll(records)).FailedRecordCount, 0);
  }
  const firstBytes = [];
  for (let at = await api.iterator(SHARD), behind = 1; behind !== 0;) {
    const answer = await api.get(at);
    const bytes = answer.Records.reduce((sum, { Data }) => sum + Data.length, 0);
    assert.ok(bytes <= 10 * MIB && answer.Records.length > 0, `${bytes} bytes`);
    for (const { Data } of answer.Records) {
      assert.ok(Data.equals(Buffer.alloc(MIB - 1, Data[0])));
      firstBytes.push(Data[0]);
    }
    ({ NextShardIterator: at, MillisBehindLatest: behind } = answer);
  }
  assert.deepEqual(
    firstBytes,
    Array.from({ length: 24 }, (_, at) => at),
  );
});

scene('readers see each record once and in order while many put', async (scene) => {
  const random = scene.random();
  const shards = 2;
  const api = new StreamApi(scene, await scene.daemon({ STREAM_SHARDS: shards }));
  let writing = true;
  const put = [];
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    for (let call = 0; call < 40; ++call) {
      const records = Array.from({ length: random.whole(1, 30) }, (_, at) => ({
        PartitionKey: `${writer}`,
        Data: `${writer}-${call}-${at}`,
      }));
      const { Records } = await api.putAll(records);
      put.push(...records.map((record, at) => ({ ...record, ...Records[at] })));
    }
  });
  const readers = [0, 0, 1, 1].map(async (shard) => {
    const read = [];
    for (let at = await api.iterator(shardId(shard)), done = false; !done;) {
      const last = !writing; // everything is in the shard before this look at it
      const answer = await api.get(at, { Limit: random.whole(1, 200) });
      read.push(...answer.Records.map((each) => ({ ShardId: shardId(shard), ...each })));
      at = answer.NextShardIterator;
      done = last && answer.MillisBehindLatest === 0;
    }
    return read;
  });
  const written = Promise.all(writers).finally(() => (writing = false));
  const [, reads] = await Promise.all([written, Promise.all(readers)]);
  const order = (a, b) => (BigInt(a.SequenceNumber) < BigInt(b.SequenceNumber) ? -1 : 1);
  for (const [at, read] of reads.entries()) {
    const shard = shardId(at < 2 ? 0 : 1);
    const expected = put.filter(({ ShardId }) => ShardId === shard).sort(order);
    assertSame(read.map(pointOf), expected.map(pointOf));
    assertSame(texts(read), texts(expected));
  }
});

scene('requests that follow each other on one connection are answered in their order', async (scene) => {
  const daemon = await scene.daemon();
  const api = new StreamApi(scene, daemon);
  const connection = await RawConnection.open(scene, daemon);
  const { ShardId } = await api.put({ PartitionKey: 'k', Data: 'zero' });
  const ShardIterator = await api.iterator(ShardId);
  const request = (operation, input) => {
    const body = JSON.stringify(input);
    return (
      `POST / HTTP/1.1\r\nHost: ${api.host}\r\nContent-Type: application/x-amz-json-1.1\r\n` +
      `X-Amz-Target: Kinesis_20131202.${operation}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    );
  };
  const put = request('PutRecord', { StreamName: 'alleycat', PartitionKey: 'k', Data: 'AAAA' });
  const get = request('GetRecords', { ShardIterator });
  const rounds = 20;
  connection.write((put + request('ListStreams', {}) + get + request('Nonsense', {})).repeat(rounds));
  for (let round = 0; round < rounds; ++round) {
    const answers = [];
    for (let at = 0; at < 4; ++at) {
      const { body } = await connection.response();
      answers.push(JSON.parse(body));
    }
    assert.equal(answers[0].ShardId, shardOf(hashKey('k'), 4));
    assert.deepEqual(answers[1].StreamNames, ['alleycat']);
    assert.ok(answers[2].Records.length >= 1, 'what was put before is there');
    assert.match(answers[3].__type, /UnknownOperationException$/);
  }
});
