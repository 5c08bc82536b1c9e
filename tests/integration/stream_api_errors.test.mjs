// What the stream API refuses, with the error types of the public service and in its words.

import assert from 'node:assert/strict';

import { RawConnection } from './harness/raw.mjs';
import { scene } from './harness/scene.mjs';
import { JSON_TYPE, StreamApi, errorOf } from './harness/stream_api.mjs';

const STREAM = { StreamName: 'alleycat' };
const SHARD = { ...STREAM, ShardId: 'shardId-000000000000' };
const GOOD = { PartitionKey: 'k', Data: 'AAEC' };
const PUT = { ...STREAM, ...GOOD };

/// A constraint of a member, in the words of the public service.
const constraint = (member, rule) =>
  new RegExp(`validation errors? detected: .*Value (.* )?at '${member}' failed to satisfy constraint: ${rule}`, 's');
const notNull = (member) => constraint(member, 'Member must not be null');
const atLeast = (member, count) => constraint(member, `Member must have length greater than or equal to ${count}`);
const atMost = (member, count) => constraint(member, `Member must have length less than or equal to ${count}`);
const valueAtLeast = (member, value) => constraint(member, `Member must have value greater than or equal to ${value}`);
const valueAtMost = (member, value) => constraint(member, `Member must have value less than or equal to ${value}`);
const pattern = (member) => constraint(member, 'Member must satisfy regular expression pattern');

const VALIDATION = [
  ['PutRecord', { ...STREAM, Data: 'AAEC' }, notNull('partitionKey')],
  ['PutRecord', { ...STREAM, PartitionKey: 'k' }, notNull('data')],
  ['PutRecord', { ...PUT, PartitionKey: null }, notNull('partitionKey')],
  ['PutRecord', { ...PUT, PartitionKey: '' }, atLeast('partitionKey', 1)],
  ['PutRecord', { ...PUT, PartitionKey: 'k'.repeat(257) }, atMost('partitionKey', 256)],
  ['PutRecord', { ...PUT, StreamName: '' }, atLeast('streamName', 1)],
  ['PutRecord', { ...PUT, StreamName: 'a b' }, pattern('streamName')],
  ['PutRecord', { ...PUT, StreamName: 'a'.repeat(129) }, atMost('streamName', 128)],
  ['PutRecord', { ...PUT, ExplicitHashKey: 'x' }, pattern('explicitHashKey')],
  ['PutRecord', { ...PUT, ExplicitHashKey: '' }, pattern('explicitHashKey')],
  ['PutRecord', { ...PUT, SequenceNumberForOrdering: '1x' }, pattern('sequenceNumberForOrdering')],
  ['PutRecords', STREAM, notNull('records')],
  ['PutRecords', { ...STREAM, Records: [] }, atLeast('records', 1)],
  ['PutRecords', { ...STREAM, Records: Array(501).fill(GOOD) }, atMost('records', 500)],
  ['PutRecords', { ...STREAM, Records: [GOOD, { Data: 'AAEC' }] }, notNull('records.2.member.partitionKey')],
  ['PutRecords', { ...STREAM, Records: [{ PartitionKey: 'k' }] }, notNull('records.1.member.data')],
  ['PutRecords', { ...STREAM, Records: [{ ...GOOD, PartitionKey: '' }] }, atLeast('records.1.member.partitionKey', 1)],
  [
    'PutRecords',
    { ...STREAM, Records: [{ ...GOOD, ExplicitHashKey: 'x' }] },
    pattern('records.1.member.explicitHashKey'),
  ],
  ['GetRecords', {}, notNull('shardIterator')],
  ['GetRecords', { ShardIterator: '' }, atLeast('shardIterator', 1)],
  ['GetRecords', { ShardIterator: 'x'.repeat(513) }, atMost('shardIterator', 512)],
  ['GetRecords', { ShardIterator: 'x', Limit: 0 }, valueAtLeast('limit', 1)],
  ['GetRecords', { ShardIterator: 'x', Limit: 10_001 }, valueAtMost('limit', '10,?000')],
  ['GetShardIterator', { ...STREAM, ShardIteratorType: 'LATEST' }, notNull('shardId')],
  ['GetShardIterator', SHARD, notNull('shardIteratorType')],
  [
    'GetShardIterator',
    { ...SHARD, ShardIteratorType: 'NEWEST' },
    constraint('shardIteratorType', 'Member must satisfy enum value set'),
  ],
  ['GetShardIterator', { ...SHARD, ShardId: 'a b', ShardIteratorType: 'LATEST' }, pattern('shardId')],
  [
    'GetShardIterator',
    { ...SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: 'x' },
    pattern('startingSequenceNumber'),
  ],
  ['ListStreams', { Limit: 0 }, valueAtLeast('limit', 1)],
  ['DescribeStream', { ...STREAM, Limit: 0 }, valueAtLeast('limit', 1)],
  ['ListShards', { ...STREAM, MaxResults: 0 }, valueAtLeast('maxResults', 1)],
];

const ARGUMENTS = [
  [
    'PutRecord',
    { ...PUT, ExplicitHashKey: String(2n ** 128n) },
    /^Invalid ExplicitHashKey\. ExplicitHashKey must be in the range: \[0, 2\^128-1\]\. Specified value was 340282366920938463463374607431768211456$/,
  ],
  ['PutRecord', { ...PUT, ExplicitHashKey: '9'.repeat(39) }, /^Invalid ExplicitHashKey/],
  [
    'PutRecords',
    { ...STREAM, Records: [GOOD, { ...GOOD, ExplicitHashKey: String(2n ** 128n) }] },
    /^Invalid ExplicitHashKey/,
  ],
  ['GetRecords', { ShardIterator: 'AAAA' }, /[Ii]nvalid ShardIterator/],
  ['GetRecords', { ShardIterator: 'no iterator at all' }, /[Ii]nvalid ShardIterator/],
  ['GetShardIterator', { ...SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }, /./],
  ['GetShardIterator', { ...SHARD, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' }, /./],
  ['GetShardIterator', { ...SHARD, ShardIteratorType: 'AT_TIMESTAMP' }, /[Tt]imestamp/],
  [
    'GetShardIterator',
    { ...SHARD, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '9'.repeat(60) },
    /StartingSequenceNumber/,
  ],
  ['ListShards', { NextToken: 'none of ours' }, /./],
];

const NOT_FOUND = [
  ...['DescribeStream', 'DescribeStreamSummary', 'ListShards'].map((operation) => [operation, {}]),
  ['PutRecord', GOOD],
  ['PutRecords', { Records: [GOOD] }],
  ['GetShardIterator', { ShardId: 'shardId-000000000000', ShardIteratorType: 'LATEST' }],
].map(([operation, input]) => [operation, { ...input, StreamName: 'another' }, /another/]);
for (const ShardId of ['shardId-000000000004', 'shardId-000000009999', 'shard']) {
  NOT_FOUND.push(['GetShardIterator', { ...SHARD, ShardId, ShardIteratorType: 'LATEST' }, new RegExp(ShardId)]);
}

const SERIALIZATION = [
  ...['', '{', '{"StreamName":}', 'nonsense', '"text"', '17', '{"StreamName":"alleycat"', '\u0000'].map((text) => [
    'PutRecord',
    text,
  ]),
  ['PutRecord', { ...PUT, StreamName: 5 }],
  ['PutRecord', { ...PUT, PartitionKey: ['k'] }],
  ['PutRecord', { ...PUT, Data: 17 }],
  ['PutRecord', { ...PUT, Data: { bytes: 'AAEC' } }],
  ...['!!!!', 'A', 'AAA', 'AAAAA', '=AAA', 'AA=A', 'AAEC=', 'AAE C', 'ÄÄÄÄ'].map((Data) => [
    'PutRecord',
    { ...PUT, Data },
  ]),
  ['PutRecords', { ...STREAM, Records: GOOD }],
  ['PutRecords', { ...STREAM, Records: ['x'] }],
  ['PutRecords', { ...STREAM, Records: [GOOD, { ...GOOD, Data: '!!!!' }] }],
  ['GetRecords', { ShardIterator: 1 }],
  ['GetRecords', { ShardIterator: 'x', Limit: '10' }],
  ['GetShardIterator', { ...SHARD, ShardIteratorType: 'AT_TIMESTAMP', Timestamp: 'yesterday' }],
];

const TABLES = {
  ValidationException: VALIDATION,
  InvalidArgumentException: ARGUMENTS,
  ResourceNotFoundException: NOT_FOUND,
  SerializationException: SERIALIZATION,
};

for (const [type, rows] of Object.entries(TABLES)) {
  scene(`${type}: the whole call is refused, and nothing of it is stored`, async (scene) => {
    const api = new StreamApi(scene, await scene.daemon());
    const wrong = [];
    for (const [operation, input, message] of rows) {
      const answer = await api.send(operation, input);
      const got = answer.status === 400 ? errorOf(answer) : { type: answer.status, message: answer.text };
      if (got.type !== type || (message && !message.test(got.message))) {
        const asked = typeof input === 'string' ? input : JSON.stringify(input);
        wrong.push(`${operation} ${asked.slice(0, 150)}: ${got.type}: ${got.message.slice(0, 300)}`);
      }
    }
    assert.equal(wrong.length, 0, `${wrong.length} of ${rows.length}:\n${wrong.join('\n')}`);
    assert.deepEqual(await api.readAll(), []);
    assert.equal((await api.daemon.counts('stream')).accepted, 0);
  });
}

scene('a sequence number belongs to its shard, and an iterator to nobody who bends it', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const put = await api.put({ PartitionKey: 'k', Data: 'x' });
  const good = await api.iterator(put.ShardId);
  for (const at of [0, 3, Math.floor(good.length / 2), good.length - 6]) {
    const bent = good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1);
    const { type } = await api.refusal('GetRecords', { ShardIterator: bent });
    assert.match(type, /^(InvalidArgument|ExpiredIterator)Exception$/, `bent at ${at}`);
  }
  assert.equal((await api.get(good)).Records.length, 1);
});

scene('a hash key that is no number, or far from one, is refused one way or another', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  for (const ExplicitHashKey of ['-1', '1.5', '01.5', '1e3', ' 1', '0x10', '9'.repeat(300)]) {
    const { type } = await api.refusal('PutRecord', { ...PUT, ExplicitHashKey });
    assert.match(type, /^(Validation|InvalidArgument)Exception$/, ExplicitHashKey);
  }
});

scene('several breaches of one call are told together', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const { type, message } = await api.refusal('PutRecord', { StreamName: 'a b', PartitionKey: '' });
  assert.equal(type, 'ValidationException');
  assert.match(message, /^3 validation errors detected: /);
  for (const member of ['streamName', 'partitionKey', 'data']) {
    assert.match(message, new RegExp(`at '${member}' failed to satisfy constraint`));
  }
});

scene('a stream is named by its name or its ARN', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  for (const [operation, input] of [
    ['PutRecord', GOOD],
    ['DescribeStream', {}],
    ['ListShards', {}],
  ]) {
    const { type } = await api.refusal(operation, input);
    assert.match(type, /^(Validation|InvalidArgument)Exception$/, operation);
  }
  const { type } = await api.refusal('DescribeStream', { StreamARN: 'no arn' });
  assert.match(type, /^(Validation|InvalidArgument|ResourceNotFound)Exception$/);
});

scene('what is unknown in a request is passed over', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const text =
    '{ "x":{"y":[1,{"Data":"!!"}]},"StreamName":"alle\\u0079cat", "Data":"AAEC","PartitionKey":"\\ud83d\\udeb4","z":null }';
  await api.call('PutRecord', text);
  await api.call('PutRecords', { ...STREAM, More: 1, Records: [{ ...GOOD, ExplicitHashKey: null, Colour: 'red' }] });
  const keys = (await api.readAll()).map(({ PartitionKey }) => PartitionKey);
  assert.deepEqual(keys.sort(), ['k', '🚴']);
});

scene('other operations, services and kinds of request are told apart from wrong ones', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const others = ['CreateStream', 'DeleteStream', 'SplitShard', 'MergeShards', 'UpdateShardCount', 'SubscribeToShard'];
  for (const operation of [...others, 'EnableEnhancedMonitoring', 'putRecord', 'PutRecordX', '']) {
    assert.equal((await api.refusal(operation, STREAM)).type, 'UnknownOperationException', operation);
  }
  for (const target of ['DynamoDB_20120810.ListTables', 'ListStreams', 'Kinesis_20111111.ListStreams', undefined]) {
    const headers = { 'Content-Type': JSON_TYPE, ...(target && { 'X-Amz-Target': target }) };
    const { status, text } = await api.post('{}', headers);
    assert.ok(status >= 400 && status < 500, `${target}: ${status}`);
    assert.match(text, /UnknownOperationException/, target);
  }
  const get = await api.daemon.request('/', { headers: { 'X-Amz-Target': 'Kinesis_20131202.ListStreams' } });
  assert.doesNotMatch(get.body.toString(), /StreamNames/);
  const elsewhere = await RawConnection.open(scene, api.daemon);
  elsewhere.write('POST /elsewhere HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}');
  assert.ok([404, 405].includes((await elsewhere.response()).status));
});

scene('a request in CBOR works, or is told in words that JSON is spoken here', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const headers = { 'X-Amz-Target': 'Kinesis_20131202.ListStreams', 'Content-Type': 'application/x-amz-cbor-1.1' };
  const { status, text } = await api.post(Buffer.from([0xa0]), headers);
  if (status !== 200) {
    assert.ok(status >= 400 && status < 500, `${status}`);
    assert.match(text, /CBOR/i);
    assert.match(text, /JSON/i);
  }
  // Other names of JSON are no reason to refuse it, nor is a parameter.
  const parameter = { ...headers, 'Content-Type': `${JSON_TYPE}; charset=utf-8` };
  assert.equal((await api.post('{}', parameter)).status, 200);
});
