// An external transform that does not answer, or not in time: who waits for it, and who does not.

import assert from 'node:assert/strict';

import { assertBalanced } from '../crash/harness/verdict.mjs';
import { assertSame, Delivered, withOutput } from './harness/delivered.mjs';
import { History } from './harness/oracle.mjs';
import { racerOf } from './harness/put.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { ATTEMPTS, gate, HANG, results, TransformServer } from './harness/transform.mjs';
import { assertFailures, assertStopped, send, settled } from './harness/transformed.mjs';
import { waitFor } from './harness/wait.mjs';

scene('a transform that hangs is waited for as long as configured; then its records fail', async (scene) => {
  const timers = [];
  scene.after(() => timers.forEach(clearInterval));
  const slowly = ({ response }) => {
    response.write('{"records":[');
    timers.push(setInterval(() => response.write(' '), 20)); // alive, but never done
    return HANG;
  };
  const once = (call) => (call.attempt === 1 ? HANG : results(call));
  const ways = { silent: () => HANG, slow: slowly, 'silent once': once };
  const transform = await TransformServer.start(scene, (call) => ways[JSON.parse(call.records[0].text).name](call));
  const daemon = await scene.daemon({
    STREAM_SHARDS: 3,
    TRANSFORM_URL: transform.url,
    TRANSFORM_TIMEOUT: '600ms',
  });
  const client = await scene.ingest(daemon);
  const sent = Object.keys(ways).map((name, shard) => record({ name, racerId: racerOf(shard, 3) }));
  await send(client, sent);
  assert.deepEqual(await settled(daemon), { accepted: 3, applied: 1, failed: 2, dropped: 0 });
  const delivered = new Delivered(scene.path('data'));
  const failures = await delivered.failures();
  const expected = sent.slice(0, 2).map((each) => ['Transform.TimedOut', JSON.stringify(each)]);
  assertFailures(failures, expected, { transform, attempts: ATTEMPTS });
  for (const { arrivalTimestamp, attemptEndingTimestamp } of failures) {
    assert.ok(attemptEndingTimestamp - arrivalTimestamp > 3 * 600, 'there were four timeouts, and pauses between them');
  }
  assertSame('objects', await delivered.records(), [withOutput(JSON.stringify(sent[2]))]);
  assertStopped(await daemon.stop());
  assert.deepEqual(transform.faults, []);
});

scene('a transform that hangs with the records of a shard delays no other shard', async (scene) => {
  const SHARDS = 4;
  const held = gate();
  const transform = await TransformServer.start(scene, async (call) => {
    if (call.shard === 0) {
      await held.opened;
    }
    return results(call);
  });
  const daemon = await scene.daemon({ STREAM_SHARDS: SHARDS, TRANSFORM_URL: transform.url, TRANSFORM_TIMEOUT: '300s' });
  const client = await scene.ingest(daemon);
  const waiting = Array.from({ length: 200 }, (_, at) => record({ racerId: racerOf(0, SHARDS), second: 1 + at }));
  const texts = await send(client, waiting.slice(0, 1));
  await transform.until('the call that hangs', ({ calls }) => calls.length === 1);
  // A window in work, one that waits, and one that grows.
  for (let at = 1; at < waiting.length; at += 50) {
    texts.push(...(await send(client, waiting.slice(at, at + 50))));
  }
  const history = new History();
  for (let second = 1; second <= 3; ++second) {
    const others = [1, 2, 3].map((shard) => record({ racerId: racerOf(shard, SHARDS), second }));
    texts.push(...(await send(client, others)));
    others.forEach((each) => history.add(each));
    await waitFor('the other shards to go on', async () => (await daemon.history(1)) === history.text(1));
    assert.equal(assertBalanced(await daemon.metrics()).inFlight, waiting.length);
  }
  assert.equal(transform.calls.filter(({ shard }) => shard === 0).length, 1);

  held.open();
  waiting.forEach((each) => history.add(each));
  await waitFor('the shard that waited', async () => (await daemon.history(1)) === history.text(1));
  assert.deepEqual(await settled(daemon), { accepted: texts.length, applied: texts.length, failed: 0, dropped: 0 });
  assertStopped(await daemon.stop());
  assertSame('objects', await new Delivered(scene.path('data')).records(), texts.map(withOutput));
  assert.deepEqual(transform.faults, []);
});

scene('while delivery is behind, windows grow instead of queueing', async (scene) => {
  const held = gate();
  const transform = await TransformServer.start(scene, async (call) => {
    await held.opened;
    return results(call);
  });
  const daemon = await scene.daemon({
    STREAM_SHARDS: 1,
    DELIVERY_SIZE: '64KB',
    TRANSFORM_URL: transform.url,
    TRANSFORM_TIMEOUT: '300s',
  });
  const client = await scene.ingest(daemon);
  const texts = await send(client, [record()]);
  await transform.until('the first call', ({ calls }) => calls.length === 1);
  for (let part = 0; part < 12; ++part) {
    const seconds = Array.from({ length: 60 }, (_, at) => 1 + at);
    const many = seconds.map((second) => record({ racerId: part, second, note: 'x'.repeat(1000) }));
    texts.push(...(await send(client, many)));
  }
  await waitFor(
    'all records to be in windows',
    async () => (await daemon.metrics()).get('alleycat_records_in_flight{stage="delivery"}') === texts.length,
  );
  held.open();
  assert.equal((await settled(daemon)).applied, texts.length);
  const delivered = new Delivered(scene.path('data'));
  assertSame('objects', await delivered.records(), texts.map(withOutput));
  assert.ok((await delivered.names()).objects.length <= 3, '720 KB in windows of 64 KB would be eleven');
  assertStopped(await daemon.stop());
});

scene('no more calls run at once than configured', async (scene) => {
  const SHARDS = 6;
  const held = gate();
  const transform = await TransformServer.start(scene, async (call) => {
    await held.opened;
    return results(call);
  });
  const daemon = await scene.daemon({
    STREAM_SHARDS: SHARDS,
    TRANSFORM_URL: transform.url,
    TRANSFORM_CONCURRENCY: 2,
    TRANSFORM_TIMEOUT: '300s',
  });
  const client = await scene.ingest(daemon);
  const racers = Array.from({ length: SHARDS }, (_, shard) => racerOf(shard, SHARDS));
  const texts = await send(
    client,
    racers.map((racerId) => record({ racerId })),
  );
  let metrics;
  await waitFor(
    'two windows to be in work, and the others to wait',
    async () => {
      metrics = await daemon.metrics();
      return (
        metrics.get('alleycat_delivery_windows{state="in_work"}') === 2 &&
        metrics.get('alleycat_delivery_windows{state="waiting"}') === SHARDS - 2
      );
    },
    { describe: () => JSON.stringify([...metrics].filter(([name]) => name.includes('delivery'))) },
  );
  await transform.until('both calls', ({ calls }) => calls.length === 2);
  held.open();
  assert.equal((await settled(daemon)).applied, texts.length);
  assert.equal(transform.mostOpen, 2);
  assertStopped(await daemon.stop());
  assertSame('objects', await new Delivered(scene.path('data')).records(), texts.map(withOutput));
});

/// Ways in which a transform does not answer while the daemon is to stop.
const SILENT = {
  'a transform that hangs': { answer: () => HANG, fill: fillWindows },
  'a transform that hangs, and a full ring': {
    answer: () => HANG,
    fill: fillRing,
    settings: { STREAM_RING_CAPACITY: '64KB', DELIVERY_SIZE: '64KB' },
  },
  'a transform that refuses': { answer: () => ({ status: 500 }), fill: fillWindows, failures: true },
};

/// Brings one window into work, lets one wait and one grow.
async function fillWindows(daemon, client, records) {
  for (const [at, state] of ['in_work', 'waiting', undefined].entries()) {
    await send(client, records.slice(at * 10, (at + 1) * 10));
    const count = async () => (await daemon.metrics()).get(`alleycat_delivery_windows{state="${state}"}`);
    await waitFor(`a window to be ${state}`, async () => state === undefined || (await count()) === 1);
  }
  return 30;
}

/// And on, until the ring is full, and the client is not read any more.
async function fillRing(daemon, client, records) {
  records.forEach((each) => client.send(JSON.stringify(each)));
  await waitFor('windows and ring to be full', async () => {
    const metrics = await daemon.metrics();
    return (
      metrics.get('alleycat_records_in_flight{stage="delivery"}') > 900 && // of a KB and more
      metrics.get('alleycat_shard_ring_bytes{shard="0"}') > 48 * 1024 &&
      metrics.get('alleycat_door_stalls_total{door="websocket"}') > 0
    );
  });
  return 0; // who knows how many
}

for (const [state, { answer, fill, settings = {}, failures = false }] of Object.entries(SILENT)) {
  scene(`SIGTERM with ${state} ends in time, and the next start delivers the rest, once`, async (scene) => {
    const filled = gate(); // else a window that is refused could be done before the next one waits
    const transform = await TransformServer.start(scene, async (call) => {
      await filled.opened;
      return answer(call);
    });
    const common = {
      STREAM_SHARDS: 1,
      STREAM_STOP_TIMEOUT: '1s',
      TRANSFORM_URL: transform.url,
      TRANSFORM_TIMEOUT: '300s',
      ...settings,
    };
    const daemon = await scene.daemon(common);
    const client = await scene.ingest(daemon);
    const records = Array.from({ length: 3000 }, (_, at) =>
      record({ racerId: at % 10, second: 1 + Math.floor(at / 10), note: 'x'.repeat(1000) }),
    );
    const sent = await fill(daemon, client, records);
    filled.open();
    assertBalanced(await daemon.metrics());
    assertStopped(await daemon.stop());
    await client.until('the goodbye', () => client.closed);
    const delivered = new Delivered(scene.path('data'));
    const failed = await delivered.failures();
    assert.ok(failures || failed.length === 0, 'one that may still be delivered has failed');
    assert.deepEqual(await delivered.records(), []);

    transform.answer = results;
    transform.restarted();
    const next = await scene.daemon(common);
    await next.ready(); // the log is read
    const sums = await settled(next);
    assert.deepEqual(sums, { accepted: sums.accepted, applied: sums.accepted, failed: 0, dropped: 0 });
    // One shard and one client: what was taken is the beginning of what was sent.
    const taken = records.slice(0, failed.length + sums.accepted);
    assert.ok(taken.length >= Math.max(sent, client.accepted), `${taken.length} of ${client.accepted} acknowledged`);
    const objects = await delivered.records();
    assertSame(
      'objects and failures',
      [...objects, ...failed.map((each) => withOutput(each.sent.toString()))],
      taken.map((each) => withOutput(JSON.stringify(each))),
    );
    const history = new History();
    objects.forEach((each) => history.add(each));
    // A stop waits for what gets on, so that all may have been refused before it ended.
    await waitFor('the history', async () => ((await next.history(1)) ?? '{}') === history.text(1));
    assertStopped(await next.stop());
    assert.deepEqual([(await delivered.records()).length, await delivered.failures()], [objects.length, failed]);
    assert.deepEqual(transform.faults, []);
  });
}
