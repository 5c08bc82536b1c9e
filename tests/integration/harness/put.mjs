// Ways into a certain shard, and into the stream for what is no record.

import assert from 'node:assert/strict';

import { hashKey, shardId, shardOf } from './hash_ring.mjs';

/// The first racer from `from` on whose records are of that shard, under the default partition key.
export function racerOf(shard, shards, from = 1) {
  let racerId = from;
  while (shardOf(hashKey(String(racerId)), shards) !== shardId(shard)) {
    ++racerId;
  }
  return racerId;
}

/// Puts bytes or texts by a StreamApi, all under one partition key. All must be taken.
export async function putRecords(api, datas, key = 'any') {
  const answer = await api.putAll(datas.map((data) => ({ Data: data, PartitionKey: key })));
  assert.equal(answer.FailedRecordCount, 0, JSON.stringify(answer));
  return answer.Records;
}
