// The stream API: what is put, where it goes, and what the stream says of itself.

import assert from 'node:assert/strict';

import { MAX_HASH_KEY, hashKey, hashKeyRange, shardId, shardOf } from './harness/hash_ring.mjs';
import { scene } from './harness/scene.mjs';
import { StreamApi, assertAscending, errorOf, pointOf } from './harness/stream_api.mjs';

const LETTERS = ['a', 'Z', '7', '.', ' ', '"', '\\', '\n', '/', 'é', 'ß', 'Ω', 'ж', '中', '\u2028', '🚴', '👩‍🚒'];
const MIB = 1024 * 1024;

/// Keys of 1 to 256 characters, of one to four bytes each.
function anyKey(random) {
  const length = random.pick([1, 2, 7, 40, 128]);
  return Array.from({ length }, () => random.pick(LETTERS))
    .join('')
    .slice(0, 256)
    .replace(/[\ud800-\udbff]$/, 'x');
}

/// Any bytes, none of them special.
function anyData(random) {
  return Buffer.from(Array.from({ length: random.pick([0, 1, 2, 3, 200, 5000]) }, () => random.whole(0, 255)));
}

/// At both ends of each shard's range, and beside them.
function borderKeys(shards) {
  const keys = [0n, MAX_HASH_KEY];
  for (let shard = 0; shard < shards; ++shard) {
    const { first, last } = hashKeyRange(shard, shards);
    keys.push(first, first + 1n, last - 1n, last);
  }
  return keys;
}

/// What the stream holds of `put`, a list of { ShardId, SequenceNumber, PartitionKey, Data }: each once, as it was.
async function assertHolds(api, put) {
  const held = await api.readAll();
  const byPoint = new Map(held.map((each) => [pointOf(each), each]));
  assert.equal(byPoint.size, held.length);
  assert.equal(held.length, put.length);
  for (const each of put) {
    const read = byPoint.get(pointOf(each));
    assert.ok(read, `${pointOf(each)} is missing`);
    assert.equal(read.PartitionKey, each.PartitionKey);
    assert.ok(read.Data.equals(Buffer.from(each.Data)), `the data of ${pointOf(each)}`);
  }
}

for (const shards of [1, 3, 16]) {
  scene(
    `each record is in the shard of its hash key, and reads back byte for byte, with ${shards} shards`,
    async (scene) => {
      const random = scene.random();
      const api = new StreamApi(scene, await scene.daemon({ STREAM_SHARDS: shards }));
      const records = Array.from({ length: 400 }, () => ({ PartitionKey: anyKey(random), Data: anyData(random) }));
      for (const key of borderKeys(shards)) {
        records.push({ PartitionKey: anyKey(random), ExplicitHashKey: String(key), Data: `at ${key}` });
      }
      random.shuffle(records);

      const put = [];
      while (records.length > 0) {
        const part = records.splice(0, random.whole(1, 120));
        const { FailedRecordCount, Records } = await api.putAll(part);
        assert.equal(FailedRecordCount, 0);
        assert.equal(Records.length, part.length);
        put.push(...part.map((record, at) => ({ ...record, ...Records[at] })));
        if (records.length > 0) {
          const one = records.pop();
          put.push({ ...one, ...(await api.put(one)) });
        }
      }
      for (const { PartitionKey, ExplicitHashKey, ShardId } of put) {
        const hash = ExplicitHashKey === undefined ? hashKey(PartitionKey) : BigInt(ExplicitHashKey);
        assert.equal(ShardId, shardOf(hash, shards), JSON.stringify({ PartitionKey, ExplicitHashKey }));
      }
      for (let shard = 0; shard < shards; ++shard) {
        assertAscending(put.filter(({ ShardId }) => ShardId === shardId(shard)));
      }
      await assertHolds(api, put);
    },
  );
}

scene('an order may be asked for, and is there anyway', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon({ STREAM_SHARDS: 2 }));
  const { last } = hashKeyRange(0, 2);
  const first = await api.put({ PartitionKey: 'a', ExplicitHashKey: String(last), Data: 'one' });
  const more = { PartitionKey: 'b', ExplicitHashKey: String(last), SequenceNumberForOrdering: first.SequenceNumber };
  const second = await api.put({ ...more, Data: 'two' });
  assert.deepEqual([first.ShardId, second.ShardId], [shardId(0), shardId(0)]);
  assertAscending([first, second]);
});

scene(
  'keys of 256 characters, records of 1 MiB and calls of 500 records or 10 MiB are taken, larger ones not',
  async (scene) => {
    const api = new StreamApi(scene, await scene.daemon({ STREAM_RING_CAPACITY: '64MB' }));
    const put = [];
    const taken = async (records) => {
      const { FailedRecordCount, Records } = await api.putAll(records);
      assert.equal(FailedRecordCount, 0);
      put.push(...records.map((record, at) => ({ ...record, ...Records[at] })));
    };
    const refused = async (operation, input, type, message) => {
      const error = await api.refusal(operation, { StreamName: 'alleycat', ...input });
      assert.match(error.type, type);
      assert.match(error.message, message);
    };
    const data = (bytes) => Buffer.alloc(bytes, 'data ');
    const base64 = (bytes) => data(bytes).toString('base64');
    const TOO_LONG = /length less than or equal to 256/;

    await taken([
      { PartitionKey: 'x'.repeat(256), Data: '1' },
      { PartitionKey: 'é'.repeat(256), Data: '2' },
    ]);
    for (const PartitionKey of ['x'.repeat(257), 'é'.repeat(257), '🚴'.repeat(257)]) {
      await refused('PutRecord', { PartitionKey, Data: '' }, /^ValidationException$/, TOO_LONG);
    }

    await taken([{ PartitionKey: 'key', Data: data(MIB - 3) }]);
    const one = { ...(await api.put({ PartitionKey: 'clé', Data: data(MIB - 4) })), PartitionKey: 'clé' };
    put.push({ ...one, Data: data(MIB - 4) });
    const large = { PartitionKey: 'key', Data: base64(MIB - 2) };
    const huge = { PartitionKey: 'key', Data: base64(MIB + 1) };
    const TOO_LARGE = /data' failed to satisfy constraint: Member must have length less than or equal to 10485\d\d/;
    for (const record of [large, huge]) {
      await refused('PutRecord', record, /^ValidationException$/, TOO_LARGE);
      await refused('PutRecords', { Records: [record] }, /^ValidationException$/, TOO_LARGE);
    }

    await taken(Array.from({ length: 500 }, (_, at) => ({ PartitionKey: `k${at}`, Data: `${at}` })));
    const many = Array.from({ length: 501 }, (_, at) => ({ PartitionKey: `k${at}`, Data: '' }));
    await refused('PutRecords', { Records: many }, /^ValidationException$/, /length less than or equal to 500/);

    const tenth = (key) => ({ PartitionKey: `key ${key}`, Data: data(MIB - 5) });
    await taken(Array.from({ length: 10 }, (_, at) => tenth(at)));
    const heavy = Array.from({ length: 10 }, (_, at) => ({ PartitionKey: `key ${at}`, Data: base64(MIB - 5) }));
    const over = [...heavy, { PartitionKey: 'k', Data: '' }];
    await refused('PutRecords', { Records: over }, /^(Validation|InvalidArgument)Exception$/, /exceeds 10 Mi?B/);

    await assertHolds(api, put); // none of what was refused is there
  },
);

scene('a body far over every limit is refused, and others are served', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const other = new StreamApi(scene, api.daemon);
  const outcome = api.post(Buffer.alloc(64 * MIB, ' '), {
    'X-Amz-Target': 'Kinesis_20131202.PutRecords',
    'Content-Type': 'application/x-amz-json-1.1',
  });
  // It is answered, or cut off while it still sends.
  const { status } = await outcome.catch((error) => ({ status: error.code }));
  assert.ok([400, 413, 'EPIPE', 'ECONNRESET'].includes(status), `${status}`);
  assert.equal((await other.put({ PartitionKey: 'a', Data: 'b' })).ShardId, shardOf(hashKey('a'), 4));
});

scene('the stream describes itself: name, ARN, shards and their ranges, in pages', async (scene) => {
  const shards = 5;
  const daemon = await scene.daemon({ STREAM_SHARDS: shards, STREAM_NAME: 'my_stream-1.x' });
  const api = new StreamApi(scene, daemon, { stream: 'my_stream-1.x' });
  const named = { StreamName: api.stream };

  const list = await api.call('ListStreams');
  assert.deepEqual([list.StreamNames, list.HasMoreStreams], [[api.stream], false]);
  assert.deepEqual((await api.call('ListStreams', { ExclusiveStartStreamName: api.stream })).StreamNames, []);
  assert.deepEqual((await api.call('ListStreams', { Limit: 1 })).StreamNames, [api.stream]);

  const summary = (await api.call('DescribeStreamSummary', named)).StreamDescriptionSummary;
  const { StreamDescription: description } = await api.call('DescribeStream', named);
  for (const said of [summary, description]) {
    assert.equal(said.StreamName, api.stream);
    assert.equal(said.StreamStatus, 'ACTIVE');
    assert.equal(said.RetentionPeriodHours, 24);
    assert.match(said.StreamARN, /^arn:aws.*:kinesis:[a-z0-9-]*:\d{12}:stream\/my_stream-1\.x$/);
    assert.deepEqual(said.EnhancedMonitoring, [{ ShardLevelMetrics: [] }]);
    assert.equal(typeof said.StreamCreationTimestamp, 'number');
    assert.ok(said.StreamCreationTimestamp <= Date.now() / 1000 + 1);
  }
  assert.equal(summary.OpenShardCount, shards);
  assert.equal(description.HasMoreShards, false);

  const expected = Array.from({ length: shards }, (_, shard) => {
    const { first, last } = hashKeyRange(shard, shards);
    return [shardId(shard), { StartingHashKey: String(first), EndingHashKey: String(last) }];
  });
  const seen = (list) => list.map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange]);
  assert.deepEqual(seen(description.Shards), expected);
  assert.deepEqual(seen((await api.call('ListShards', named)).Shards), expected);
  for (const { SequenceNumberRange } of description.Shards) {
    assert.match(SequenceNumberRange.StartingSequenceNumber, /^\d+$/);
    assert.equal(SequenceNumberRange.EndingSequenceNumber, undefined);
  }

  const pages = [];
  for (let more = true; more;) {
    const from = pages.length > 0 ? { ExclusiveStartShardId: pages.at(-1).ShardId } : {};
    const page = (await api.call('DescribeStream', { ...named, Limit: 2, ...from })).StreamDescription;
    assert.ok(page.Shards.length <= 2);
    pages.push(...page.Shards);
    more = page.HasMoreShards;
  }
  assert.deepEqual(seen(pages), expected);

  const listed = [];
  for (let asked = { ...named, MaxResults: 2 }; asked;) {
    const page = await api.call('ListShards', asked);
    assert.ok(page.Shards.length <= 2);
    listed.push(...page.Shards);
    asked = page.NextToken && { NextToken: page.NextToken, MaxResults: 2 };
  }
  assert.deepEqual(seen(listed), expected);
  const after = await api.call('ListShards', { ...named, ExclusiveStartShardId: shardId(2) });
  assert.deepEqual(seen(after.Shards), expected.slice(3));
});

scene('the ARN names the stream as well as its name does', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const { StreamARN } = (await api.call('DescribeStreamSummary', { StreamName: 'alleycat' })).StreamDescriptionSummary;
  const { ShardId } = await api.call('PutRecord', { StreamARN, PartitionKey: 'k', Data: 'AAEC' });
  const { FailedRecordCount } = await api.call('PutRecords', {
    StreamARN,
    Records: [{ PartitionKey: 'k', Data: 'AwQ=' }],
  });
  assert.equal(FailedRecordCount, 0);
  const asked = { StreamARN, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator } = await api.call('GetShardIterator', asked);
  const { Records } = await api.call('GetRecords', { StreamARN, ShardIterator });
  assert.deepEqual(
    Records.map(({ Data }) => Data),
    ['AAEC', 'AwQ='],
  );
  assert.equal((await api.call('DescribeStream', { StreamARN })).StreamDescription.StreamARN, StreamARN);
  assert.equal((await api.call('ListShards', { StreamARN })).Shards.length, 4);

  const other = StreamARN.replace(/alleycat$/, 'another');
  const refused = await api.refusal('PutRecord', { StreamARN: other, PartitionKey: 'k', Data: '' });
  assert.equal(refused.type, 'ResourceNotFoundException');
});

scene('answers have the headers that SDKs look at', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const good = await api.send('ListStreams', {});
  const bad = await api.send('PutRecord', {});
  assert.equal(good.status, 200);
  errorOf(bad);
  for (const { headers } of [good, bad]) {
    assert.equal(headers['content-type'], 'application/x-amz-json-1.1');
    assert.match(headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/);
  }
  assert.notEqual(good.headers['x-amzn-requestid'], bad.headers['x-amzn-requestid']);
});
