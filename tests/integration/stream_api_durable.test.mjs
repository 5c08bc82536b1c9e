// A successful answer means durable: the daemon killed, stopped, and started on the same data directory.

import assert from 'node:assert/strict';

import { History } from './harness/oracle.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { StreamApi, pointOf } from './harness/stream_api.mjs';
import { waitFor } from './harness/wait.mjs';

/// A record that no other in the test resembles: the `at`th.
function unique(at) {
  return record({ racerId: Math.floor(at / 300), second: 1 + (at % 300), cadence: (at * 7919) % 251 });
}

/// Clients that put until the daemon is gone, and remember what they were told was taken.
class Putters {
  taken = [];
  #next = 0;
  #clients;

  constructor(api, clients) {
    this.#clients = Array.from({ length: clients }, (_, at) => this.#put(api, at));
  }

  async #put(api, client) {
    for (;;) {
      const count = client === 0 ? 1 : 50;
      const records = Array.from({ length: count }, () => JSON.stringify(unique(this.#next++)));
      const input = records.map((Data) => ({ PartitionKey: `${client}`, Data }));
      let answers;
      try {
        answers = count === 1 ? [await api.put(input[0])] : (await api.putAll(input)).Records;
      } catch {
        return; // the daemon is gone, or goes
      }
      const all = answers.map((answer, at) => ({ ...answer, text: records[at] }));
      this.taken.push(...all.filter(({ ErrorCode }) => ErrorCode === undefined));
    }
  }

  async have(count) {
    await waitFor(`${count} records to be taken`, () => this.taken.length >= count);
  }

  finish() {
    return Promise.all(this.#clients);
  }
}

async function assertHeld(api, taken) {
  const held = new Map((await api.readAll()).map((each) => [pointOf(each), each.Data.toString()]));
  const missing = taken.filter((each) => held.get(pointOf(each)) !== each.text);
  assert.equal(missing.length, 0, `${missing.length} of ${taken.length}, the first: ${JSON.stringify(missing[0])}`);
  return held.size;
}

const WAYS = {
  'killed at any moment': (daemon) => daemon.program.stop('SIGKILL'),
  stopped: async (daemon) => assert.deepEqual(await daemon.stop(), { code: 0, signal: null }),
};

for (const [state, end] of Object.entries(WAYS)) {
  scene(`what was answered is there, under its number, after the daemon was ${state}`, async (scene) => {
    const settings = { DELIVERY_INTERVAL: '900s' };
    const taken = [];
    let highest = 0n;
    for (let life = 0; life < 5; ++life) {
      const daemon = await scene.daemon(settings);
      const putters = new Putters(new StreamApi(scene, daemon), 4);
      await putters.have(300 + 200 * life);
      await end(daemon);
      await putters.finish();
      const lowest = putters.taken.reduce(
        (least, { SequenceNumber: n }) => (BigInt(n) < least ? BigInt(n) : least),
        2n ** 200n,
      );
      assert.ok(lowest > highest, `a new number, ${lowest}, is not above the old ones, up to ${highest}`);
      taken.push(...putters.taken);
      const again = await scene.daemon(settings);
      await assertHeld(new StreamApi(scene, again), taken);
      await again.program.stop('SIGKILL');
      highest = taken.reduce((most, { SequenceNumber: n }) => (BigInt(n) > most ? BigInt(n) : most), 0n);
    }

    const last = await scene.daemon();
    assert.ok((await assertHeld(new StreamApi(scene, last), taken)) >= taken.length);
    const history = new History();
    taken.forEach(({ text }) => history.add(JSON.parse(text)));
    let missing;
    await waitFor(
      'the history to hold all of it',
      async () => {
        const held = JSON.parse((await last.history(1)) ?? '{}');
        missing = taken
          .map(({ text }) => JSON.parse(text))
          .filter((each) => held[each.second]?.[each.racerId] !== history.best(1, each.second, each.racerId));
        return missing.length === 0;
      },
      { describe: () => `${missing.length} are missing` },
    );
  });
}

scene('iterators and sequence numbers outlive the daemon', async (scene) => {
  const first = await scene.daemon({ STREAM_SHARDS: 1 });
  const before = new StreamApi(scene, first);
  const put = (api, texts) => api.putAll(texts.map((Data) => ({ PartitionKey: 'k', Data })));
  const { Records } = await put(before, ['zero', 'one', 'two', 'three']);
  const shard = Records[0].ShardId;
  const horizon = await before.iterator(shard);
  const { NextShardIterator: middle } = await before.get(horizon, { Limit: 2 });
  const latest = await before.iterator(shard, 'LATEST');
  const { next: tip } = await before.readOn(middle);
  const described = await before.call('DescribeStream', { StreamName: 'alleycat' });
  await first.program.stop('SIGKILL');

  const api = new StreamApi(scene, await scene.daemon({ STREAM_SHARDS: 1 }));
  const from = async (iterator) => (await api.readOn(iterator)).records.map(({ Data }) => Data.toString());
  assert.deepEqual(await from(horizon), ['zero', 'one', 'two', 'three']);
  assert.deepEqual(await from(middle), ['two', 'three']);
  assert.deepEqual(await from(latest), []);
  await put(api, ['four']);
  assert.deepEqual(await from(latest), ['four']);
  assert.deepEqual(await from(tip), ['four']);
  const after = { StartingSequenceNumber: Records[1].SequenceNumber };
  assert.deepEqual(await from(await api.iterator(shard, 'AFTER_SEQUENCE_NUMBER', after)), ['two', 'three', 'four']);
  assert.deepEqual(
    await api.call('DescribeStream', { StreamName: 'alleycat' }),
    described,
    'the stream is the same one',
  );
});

/// Puts 9 MB, segment by segment, and waits until the log of the only shard has been cut to about what is allowed.
async function putUntilCut(api, make) {
  for (let at = 0; at < 1000; at += 50) {
    await api.putAll(
      Array.from({ length: 50 }, (_, each) => ({ PartitionKey: 'k', Data: make(at + each).padEnd(9000) })),
    );
  }
  let last;
  await waitFor(
    'the log to be cut',
    async () => {
      last = (await api.daemon.metrics()).get('alleycat_log_bytes{shard="0"}');
      return last < 3_500_000;
    },
    { deadlineMs: 90_000, describe: () => `it holds ${last} bytes` },
  );
}

const CUT = { STREAM_SHARDS: 1, STREAM_SEGMENT_SIZE: '1MB', STREAM_RETENTION_SIZE: '2MB' };

scene('iterators pass over what the log no longer holds', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon(CUT));
  const first = await api.put({ PartitionKey: 'k', Data: JSON.stringify(record()) });
  const old = await api.iterator(first.ShardId);
  await putUntilCut(api, (at) => JSON.stringify(unique(at)));
  const at = { StartingSequenceNumber: first.SequenceNumber };
  const iterators = [
    old,
    await api.iterator(first.ShardId),
    await api.iterator(first.ShardId, 'AT_SEQUENCE_NUMBER', at),
  ];
  const firsts = [];
  for (const iterator of iterators) {
    firsts.push((await api.get(iterator, { Limit: 1 })).Records[0].SequenceNumber);
  }
  assert.ok(BigInt(firsts[0]) > BigInt(first.SequenceNumber));
  assert.deepEqual(firsts, Array(3).fill(firsts[0]));
});

scene(
  'the log of a shard that gets nothing but invalid data is cut as well, and not read back after a stop',
  async (scene) => {
    const daemon = await scene.daemon(CUT);
    await putUntilCut(new StreamApi(scene, daemon), (at) => `${at} is no record`);
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
    const again = await scene.daemon(CUT);
    await again.ready();
    assert.doesNotMatch(again.log, /records read back/);
  },
);

scene('a client that goes away while its call is under way harms nobody', async (scene) => {
  const daemon = await scene.daemon({ STREAM_COMMIT_INTERVAL: '200ms' });
  const api = new StreamApi(scene, daemon);
  const records = Array.from({ length: 500 }, (_, at) => ({ PartitionKey: `${at}`, Data: Buffer.alloc(5000, 'x') }));
  for (let round = 0; round < 10; ++round) {
    const leaving = new StreamApi({ after: () => {} }, daemon);
    const calls = Array.from({ length: 3 }, () => leaving.putAll(records).catch(() => {}));
    await waitFor('some of it to be taken', async () => (await daemon.counts('stream')).accepted > round * 500);
    leaving.leave();
    await Promise.all(calls);
  }
  const { ShardId, SequenceNumber } = await api.put({ PartitionKey: 'k', Data: 'still here' });
  const at = { StartingSequenceNumber: SequenceNumber };
  const { Records: held } = await api.get(await api.iterator(ShardId, 'AT_SEQUENCE_NUMBER', at));
  assert.equal(held[0].Data.toString(), 'still here'); // what those who left had sent may come behind it
});
