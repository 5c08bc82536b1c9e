// The stream API with the clients that people have: the SDKs for Node, old and new, and the one for Python.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { hashKey, hashKeyRange, shardId, shardOf } from './harness/hash_ring.mjs';
import { run } from './harness/processes.mjs';
import { History } from './harness/oracle.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { sdk2, sdk3, sdk3AsItComes } from './harness/sdks.mjs';
import { StreamApi, THROTTLED, assertSame } from './harness/stream_api.mjs';
import { waitFor, within } from './harness/wait.mjs';

const SHARDS = 3;
const STREAM = { StreamName: 'alleycat' };
const SECRET = 'gym-secret-of-32-letters-0123456';

/// Everything in the stream, as an SDK reads it: each shard from its beginning to its tip, in bites.
async function readAll(sdk) {
  const all = [];
  const { Shards } = await sdk.call('ListShards', STREAM);
  for (const { ShardId } of Shards) {
    const asked = { ...STREAM, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let { ShardIterator } = await sdk.call('GetShardIterator', asked);
    for (let behind = 1; behind !== 0;) {
      const answer = await sdk.call('GetRecords', { ShardIterator, Limit: 70 });
      all.push(...answer.Records.map((each) => ({ ...each, ShardId })));
      ({ NextShardIterator: ShardIterator, MillisBehindLatest: behind } = answer);
    }
  }
  return all;
}

const point = ({ ShardId, SequenceNumber, PartitionKey }, text) =>
  `${ShardId}/${SequenceNumber}/${PartitionKey}/${text}`;

/// The claims that hold for either SDK.
function claims(name, connect) {
  scene(`${name} puts records into all shards and reads them back`, async (scene) => {
    const daemon = await scene.daemon({ STREAM_SHARDS: SHARDS });
    const sdk = connect(scene, daemon);
    await sdk.exists(STREAM);
    assert.deepEqual((await sdk.call('ListStreams', {})).StreamNames, ['alleycat']);
    const { StreamDescription } = await sdk.call('DescribeStream', STREAM);
    assert.deepEqual([StreamDescription.StreamStatus, StreamDescription.Shards.length], ['ACTIVE', SHARDS]);
    assert.ok(StreamDescription.StreamCreationTimestamp instanceof Date);
    const { StreamDescriptionSummary: summary } = await sdk.call('DescribeStreamSummary', STREAM);
    assert.equal(summary.OpenShardCount, SHARDS);

    const history = new History();
    const inputs = Array.from({ length: 500 }, (_, at) => {
      const good = record({ racerId: at % 40, second: 1 + Math.floor(at / 40), name: 'Zoë 🚴' });
      history.add(good);
      return {
        PartitionKey: at % 3 === 0 ? `racer ${good.racerId}` : `Fährfrau ${good.racerId} 🚴`,
        Data: Buffer.from(JSON.stringify(good)),
      };
    });
    const { FailedRecordCount, Records } = await sdk.call('PutRecords', { ...STREAM, Records: inputs });
    assert.equal(FailedRecordCount, 0);
    Records.forEach(({ ShardId }, at) => assert.equal(ShardId, shardOf(hashKey(inputs[at].PartitionKey), SHARDS)));
    const put = inputs.map((input, at) => point({ ...input, ...Records[at] }, input.Data));
    for (let shard = 0; shard < SHARDS; ++shard) {
      const { last } = hashKeyRange(shard, SHARDS);
      const input = { PartitionKey: 'k', ExplicitHashKey: String(last), Data: Buffer.from([shard, 0, 255]) };
      const answer = await sdk.call('PutRecord', { ...STREAM, ...input });
      assert.equal(answer.ShardId, shardId(shard));
      put.push(point({ ...input, ...answer }, input.Data));
    }

    const held = await readAll(sdk);
    assert.ok(
      held.every(({ ApproximateArrivalTimestamp }) => Math.abs(ApproximateArrivalTimestamp - Date.now()) < 3_600_000),
    );
    assertSame(held.map((each) => point(each, Buffer.from(each.Data))).sort(), put.sort());
    await waitFor('the history', async () => (await daemon.history(1)) === history.text(1));
  });

  scene(`${name} begins to read where it likes`, async (scene) => {
    const sdk = connect(scene, await scene.daemon({ STREAM_SHARDS: 1 }));
    const where = { ...STREAM, ShardId: shardId(0) };
    const from = async (ShardIteratorType, more = {}) => {
      const { ShardIterator } = await sdk.call('GetShardIterator', { ...where, ShardIteratorType, ...more });
      const { Records } = await sdk.call('GetRecords', { ShardIterator });
      return Records;
    };
    const texts = async (...at) => (await from(...at)).map(({ Data }) => Buffer.from(Data).toString());
    for (const Data of ['one', 'two', 'three']) {
      await sdk.call('PutRecord', { ...STREAM, PartitionKey: 'k', Data: Buffer.from(Data) });
    }
    const [, { SequenceNumber: StartingSequenceNumber, ApproximateArrivalTimestamp: Timestamp }] =
      await from('TRIM_HORIZON');
    assert.deepEqual(await texts('AT_SEQUENCE_NUMBER', { StartingSequenceNumber }), ['two', 'three']);
    assert.deepEqual(await texts('AFTER_SEQUENCE_NUMBER', { StartingSequenceNumber }), ['three']);
    assert.deepEqual((await texts('AT_TIMESTAMP', { Timestamp })).slice(-2), ['two', 'three']);
    assert.deepEqual(await texts('LATEST'), []);
  });

  scene(`${name} knows the errors by their types`, async (scene) => {
    const sdk = connect(scene, await scene.daemon());
    const refused = (operation, input, type) =>
      assert.rejects(sdk.call(operation, input), (error) => {
        assert.equal(sdk.code(error), type, error.message);
        assert.ok(error.message.length > 10, error.message);
        return true;
      });
    const Data = Buffer.from('x');
    await refused('DescribeStream', { StreamName: 'another' }, 'ResourceNotFoundException');
    await refused('PutRecord', { ...STREAM, PartitionKey: 'k'.repeat(257), Data }, 'ValidationException');
    await refused(
      'PutRecord',
      { ...STREAM, PartitionKey: 'k', Data, ExplicitHashKey: String(2n ** 128n) },
      'InvalidArgumentException',
    );
    await refused('GetRecords', { ShardIterator: 'AAAA' }, 'InvalidArgumentException');
    await assert.rejects(sdk.call('CreateStream', { StreamName: 'more', ShardCount: 1 }), (error) => {
      assert.equal(sdk.code(error), 'UnknownOperationException');
      return true;
    });
  });

  scene(`${name} signs, and only with the right secret is it served`, async (scene) => {
    const daemon = await scene.daemon({ STREAM_API_ACCESS_KEYS: `gym:${SECRET}` });
    const as = (accessKeyId, secretAccessKey) =>
      connect(scene, daemon, { credentials: { accessKeyId, secretAccessKey } });
    const input = { ...STREAM, Records: [{ PartitionKey: 'Zoë', Data: Buffer.from('x') }] };
    const good = as('gym', SECRET);
    assert.equal((await good.call('PutRecords', input)).FailedRecordCount, 0);
    assert.equal((await readAll(good)).length, 1);
    for (const [id, secret, type] of [
      ['gym', 'another', 'InvalidSignatureException'],
      ['club', SECRET, 'UnrecognizedClientException'],
    ]) {
      const bad = as(id, secret);
      await assert.rejects(bad.call('PutRecords', input), (error) => bad.code(error) === type);
    }
    assert.equal((await readAll(good)).length, 1);
  });

  scene(`${name} is told of records over the limit, and brings them in when it tries again`, async (scene) => {
    const daemon = await scene.daemon({ STREAM_SHARDS: 1, STREAM_LIMITS: 'kinesis' });
    const sdk = connect(scene, daemon, { retries: 30 }); // which does not repeat parts of a call by itself
    const put = async (records) => {
      const answer = await sdk.call('PutRecords', { ...STREAM, Records: records });
      const codes = answer.Records.map(({ ErrorCode }) => ErrorCode);
      assert.ok(codes.every((code) => code === undefined || code === THROTTLED));
      assert.equal(codes.filter(Boolean).length, answer.FailedRecordCount);
      return records.filter((_, at) => codes[at]);
    };
    const records = Array.from({ length: 4000 }, (_, at) => ({ PartitionKey: 'k', Data: Buffer.from(`${at}`) }));
    const calls = Array.from({ length: 8 }, (_, at) => records.slice(500 * at, 500 * at + 500));
    const first = (await Promise.all(calls.map(put))).flat();
    assert.ok(first.length > 0, 'nothing was refused');
    assert.ok(first.length <= 3000, `${first.length} were refused`);
    // A PutRecord is refused as a whole, and that the SDK tries again.
    const last = sdk.call('PutRecord', { ...STREAM, PartitionKey: 'k', Data: Buffer.from('last') });
    for (let rest = first; rest.length > 0;) {
      rest = [...(await put(rest.slice(0, 500))), ...rest.slice(500)];
    }
    await last;
    const held = await new StreamApi(scene, daemon).readAll();
    const texts = (list) => list.map(({ Data }) => Data.toString());
    assertSame(texts(held).sort(), [...texts(records), 'last'].sort());
  });
}

claims('aws-sdk (version 2)', sdk2);
claims('@aws-sdk/client-kinesis (version 3)', sdk3);

scene(
  'version 3 with the handler it comes with speaks HTTP/2, and is told at once that this is not spoken here',
  async (scene) => {
    const daemon = await scene.daemon();
    const sdk = sdk3AsItComes(scene, daemon);
    await assert.rejects(within('an error', sdk.call('ListStreams', {})), (error) => {
      assert.match(`${error.code} ${error.name} ${error.message}`, /HTTP2|Protocol error/);
      return true;
    });
    assert.deepEqual((await sdk3(scene, daemon).call('ListStreams', {})).StreamNames, ['alleycat']);
  },
);

/// A Python that has boto3, which may be another one than the first in the path.
async function pythonWithBoto3() {
  for (const python of ['python3', '/usr/bin/python3']) {
    if ((await run(python, ['-c', 'import boto3'])).code === 0) {
      return python;
    }
  }
  return undefined;
}

scene('boto3 puts and reads in all shards, signs, and knows the errors', async (scene) => {
  const python = await pythonWithBoto3();
  if (!python) {
    scene.context.skip('NOT RUN: no python3 here can import boto3 (Debian: python3-boto3)');
    return;
  }
  const keys = { STREAM_API_ACCESS_KEYS: `gym:${SECRET}` };
  const daemon = await scene.daemon({ STREAM_SHARDS: SHARDS, ...keys });
  const limited = await scene.daemon({
    STREAM_SHARDS: 1,
    STREAM_LIMITS: 'kinesis',
    STORAGE_DIRECTORY: scene.path('limited'),
    ...keys,
  });
  const script = join(dirname(fileURLToPath(import.meta.url)), 'stream_api_boto3.py');
  const { code, stdout, stderr } = await run(python, [script, daemon.url(''), limited.url(''), 'gym', SECRET]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^all claims hold$/m);
});
