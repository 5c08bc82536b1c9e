// Which shard a record belongs to, by the rule of the public service and with nothing taken from the daemon.

import { createHash } from 'node:crypto';

const SPACE = 2n ** 128n;
export const MAX_HASH_KEY = SPACE - 1n;

/// The MD5 of the key's UTF-8, as one big number.
export function hashKey(partitionKey) {
  return BigInt(`0x${createHash('md5').update(partitionKey, 'utf8').digest('hex')}`);
}

/// The hash keys that shard `shard` of `shards` owns: { first, last }.
export function hashKeyRange(shard, shards) {
  const width = SPACE / BigInt(shards);
  const first = width * BigInt(shard);
  return { first, last: shard + 1 === shards ? MAX_HASH_KEY : first + width - 1n };
}

export function shardId(shard) {
  return `shardId-${String(shard).padStart(12, '0')}`;
}

export function shardOf(hash, shards) {
  for (let shard = 0; shard < shards; ++shard) {
    if (hash <= hashKeyRange(shard, shards).last) {
      return shardId(shard);
    }
  }
  throw new Error(`${hash} is no hash key`);
}
