// The ledger of /metrics: accepted = applied + failed + dropped + in flight, whenever one looks.

import assert from 'node:assert/strict';

import { BREAKAGES, record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { DEADLINE_MS, waitFor } from '../integration/harness/wait.mjs';
import { Load } from './harness/load.mjs';
import { assertBalanced, ledger } from './harness/verdict.mjs';

const SCRAPES = 150;

/// Looks at the ledger `SCRAPES` times, and on until `enough()`. Returns the largest number in flight.
async function balanced(daemon, enough = () => true) {
  const end = Date.now() + 2 * DEADLINE_MS;
  let most = 0;
  for (let scrapes = 0; scrapes < SCRAPES || !enough(); ++scrapes) {
    most = Math.max(most, assertBalanced(await daemon.metrics()).inFlight);
    assert.ok(Date.now() < end, `${scrapes} scrapes, and still not enough`);
  }
  return most;
}

/// Looks at the ledger until nothing is in flight, and returns it.
async function atRest(daemon) {
  let sums;
  await balanced(daemon);
  await waitFor(
    'nothing to be in flight',
    async () => {
      sums = ledger(await daemon.metrics());
      return sums.inFlight === 0;
    },
    { describe: () => JSON.stringify(sums) },
  );
  return sums;
}

/// Payloads of which half of the records are broken.
function halfBroken(random, count) {
  return Array.from({ length: count }, (_, at) => {
    const good = record({ racerId: 90_000_000 + at, classId: 5, uuid: `half-${at}` });
    return `${JSON.stringify(good)}\n${random.pick(BREAKAGES).make(record()).text}`;
  });
}

const SETTINGS = {
  'with windows of 100 ms': { DELIVERY_INTERVAL: '100ms' },
  'with doors that stop reading, because rings are full': {
    DELIVERY_INTERVAL: '100ms',
    DELIVERY_SIZE: '64KB',
    STREAM_SHARDS: 1,
    STREAM_RING_CAPACITY: '64KB',
  },
  'with nothing merged before the stop': { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '128MB' },
};

for (const [state, settings] of Object.entries(SETTINGS)) {
  scene(`the ledger balances at every moment of a load, broken records among it, ${state}`, async (scene) => {
    const random = scene.random();
    const broker = await scene.broker();
    const daemon = await scene.daemon({ MQTT_BROKER: broker.address, ...settings });
    await daemon.ready();
    assert.deepEqual(Object.values(assertBalanced(await daemon.metrics())), [0, 0, 0, 0, 0], 'before the first record');
    const load = new Load();
    load.unlimited = true;
    load.start(daemon, await broker.client());

    // One that does not read what is said of its broken records, and so is not read either.
    const deaf = await scene.ingest(daemon);
    deaf.socket.pause();
    const broken = halfBroken(random, 2000);
    await deaf.sendAll(broken);
    const most = await balanced(daemon, () => load.check().acked > 20_000);
    assert.ok(most > 0, 'nothing was ever in flight, so this test showed nothing');
    if (settings.STREAM_RING_CAPACITY) {
      const stalls = (await daemon.metrics()).get('alleycat_door_stalls_total{door="websocket"}');
      assert.ok(stalls > 0, 'the ring was never full, so this test showed nothing');
    }

    deaf.socket.resume();
    await deaf.answered(broken.length, broken.length);
    assert.deepEqual([deaf.accepted, deaf.rejected], [broken.length, broken.length]);
    await load.finish();
    await load.passedOn(scene, daemon);
    if (settings.DELIVERY_INTERVAL === '100ms') {
      const sums = await atRest(daemon);
      const sent = load.sent + broken.length + 1; // and the mark
      assert.deepEqual(sums, { accepted: sent, applied: sent, failed: 0, dropped: 0, inFlight: 0 });
    } else {
      await balanced(daemon);
    }
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  });
}

scene('the ledger balances while a killed daemon replays its log, and afterwards', async (scene) => {
  const settings = { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '128MB' };
  const killed = await scene.daemon(settings);
  const load = new Load({ publishers: [] });
  let endpoint = killed;
  load.start({ url: (...where) => endpoint.url(...where) });
  await load.further(50_000);
  await killed.program.stop('SIGKILL');

  const next = scene.launch(settings);
  await next.listening();
  endpoint = next; // until here the senders call in vain
  load.unlimited = true;
  await balanced(endpoint, () => load.check().acked > 60_000);
  await load.finish();
  await balanced(endpoint);
  await endpoint.ready(); // all shards have read their logs
  const replayed = (await endpoint.metrics()).get('alleycat_records_accepted_total{door="replay"}');
  assert.ok(replayed >= 50_000, `${replayed} of at least 50,000 acknowledged records were replayed`);
});
