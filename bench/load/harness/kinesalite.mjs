// A kinesalite with its store on disk, and the few calls of the stream API that a benchmark makes itself.

import { SERVER_CORE, script, until } from './place.mjs';
import { require } from './measure.mjs';

/// kinesalite insists on a signature and does not look at it.
const UNSIGNED = 'AWS4-HMAC-SHA256 Credential=any, SignedHeaders=host, Signature=none';

export async function startKinesalite(place) {
  const server = place.start('kinesalite', SERVER_CORE, process.execPath, [script('node_kinesalite.mjs'), place.path('kinesalite')]);
  server.port = Number(await server.prints(/listening on http:\/\/127\.0\.0\.1:(\d+)/));
  return server;
}

async function call(server, operation, question) {
  const headers = {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `Kinesis_20131202.${operation}`,
    'X-Amz-Date': new Date().toISOString(),
    Authorization: UNSIGNED,
  };
  const answer = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', headers, body: JSON.stringify(question) });
  const text = await answer.text();
  require(answer.ok, `${operation}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

async function describe(server, stream) {
  return (await call(server, 'DescribeStream', { StreamName: stream })).StreamDescription;
}

export async function createStream(server, stream, shards) {
  await call(server, 'CreateStream', { StreamName: stream, ShardCount: shards });
  await until(`${stream} to be active`, async () => (await describe(server, stream)).StreamStatus === 'ACTIVE');
}

/// The data of all records in the stream, as texts, shard after shard. To be read while nobody writes: an answer without
/// records is the end.
export async function readAll(server, stream) {
  const texts = [];
  for (const { ShardId } of (await describe(server, stream)).Shards) {
    const from = { StreamName: stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let iterator = (await call(server, 'GetShardIterator', from)).ShardIterator;
    for (let count = 1; count > 0; ) {
      const { Records, NextShardIterator } = await call(server, 'GetRecords', { ShardIterator: iterator });
      texts.push(...Records.map(({ Data }) => Buffer.from(Data, 'base64').toString()));
      iterator = NextShardIterator;
      count = Records.length;
    }
  }
  return texts;
}
