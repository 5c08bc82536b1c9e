// SIGKILL while windows are delivered: every record of the log is in exactly one object, or failed, or was dropped.
//
// CRASH_DELIVERY_KILLS: how many kills a test (5). CRASH_SEED repeats the same choices, if not the same instants.

import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { rm } from 'node:fs/promises';

import { freePort } from '../integration/harness/broker.mjs';
import { binary, environment } from '../integration/harness/daemon.mjs';
import { assertSame, Delivered, ObjectWatch, withOutput } from '../integration/harness/delivered.mjs';
import { History } from '../integration/harness/oracle.mjs';
import { run } from '../integration/harness/processes.mjs';
import { putRecords } from '../integration/harness/put.mjs';
import { Random } from '../integration/harness/random.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { StreamApi } from '../integration/harness/stream_api.mjs';
import { enriched, HANG, TransformServer } from '../integration/harness/transform.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { Load } from './harness/load.mjs';
import { recordOf } from './harness/traffic.mjs';
import { assertBalanced, assertHistoryFiles } from './harness/verdict.mjs';

const KILLS = Number(process.env.CRASH_DELIVERY_KILLS ?? 5);
const SEED = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 32));
const SHARDS = 2;
const UNFINISHED = /\.unfinished$/; // a file that was being written at a kill
const SENDERS = [
  { perFrame: 1, window: 500 },
  { perFrame: 50, window: 1000 },
  { perFrame: 120, window: 240 },
];

/// What a transform that always says the same makes of a record.
function fate(text) {
  const { racerId, second, cadence } = JSON.parse(text);
  return { 0: 'ProcessingFailed', 1: 'Dropped' }[(racerId + second + Math.floor(cadence)) % 10] ?? 'Ok';
}

function answerOf(random) {
  return (call) => {
    if (call.attempt === 1 && random.chance(0.1)) {
      return random.chance(0.2) ? HANG : { status: 500 };
    }
    return call.records.map((each) => {
      const result = fate(each.text);
      return result === 'Ok' ? enriched(each) : { recordId: each.recordId, result };
    });
  };
}

/// The folder in which objects are being written now.
function hourFolder(delivered) {
  const [day, time] = new Date().toISOString().split('T');
  return `${delivered.directory}/${day.replaceAll('-', '/')}/${time.slice(0, 2)}`;
}

/// Calls back at a change in a folder, or at once where there is none. Returns what ends that.
function onChange(folder, changed) {
  try {
    const watcher = watch(folder, changed);
    return () => watcher.close();
  } catch {
    changed();
    return () => {};
  }
}

async function turns(count) {
  for (let turn = 0; turn < count; ++turn) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const MOMENTS = {
  async answered({ ready, load, random }) {
    await ready();
    await load.further(random.whole(1, 3000));
  },
  /// While a file of the delivery folder is written.
  async storing({ ready, load, random, delivered }) {
    await ready();
    await load.further(random.whole(1, 2000));
    let stored = false;
    const close = onChange(hourFolder(delivered), () => {
      stored = true;
      load.progress();
    });
    const enough = load.acked + 20_000; // where an hour has just ended, nothing is stored in its folder
    await load.until('a file to be stored', () => stored || load.acked > enough);
    close();
    await turns(random.whole(0, 10));
  },
  /// While the log is replayed, perhaps into objects.
  async starting({ daemon, random, delivered }) {
    let stored = false;
    const close = onChange(hourFolder(delivered), () => {
      stored = true;
    });
    await waitFor('a sign of the start', async () => stored || (await daemon.request('/readyz')).status === 200);
    close();
    await turns(random.whole(0, 10));
  },
};

function anySettings(random) {
  return {
    DELIVERY_INTERVAL: random.pick(['100ms', '300ms', '60s']),
    DELIVERY_SIZE: random.pick(['64KB', '256KB']),
    HISTORY_SETTLE: '1s',
  };
}

/// The data of all records in the log, as texts.
async function logged(data) {
  const texts = [];
  for (let shard = 0; shard < SHARDS; ++shard) {
    const { code, stdout, stderr } = await run(binary('alleycatd'), ['log', 'dump', '--shard', String(shard)], {
      env: environment({ STORAGE_DIRECTORY: data, STREAM_SHARDS: SHARDS }),
    });
    assert.equal(code, 0, stderr);
    texts.push(...stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line).data));
  }
  return texts;
}

/// Sends poison by the stream API, again and again until it is acknowledged, as long as the load goes on.
async function poison(api, load) {
  for (let number = 0; !load.finishing; ++number) {
    const datas = [`poison ${number}`, `{"poison":${number}}`];
    await waitFor('poison to be acknowledged', () => putRecords(api, datas));
    await load.until('leave to go on', () => load.finishing || load.acked > number * 200);
  }
}

async function killAndRestart(scene, { kills = KILLS, settings = {}, random, load, more = () => undefined }) {
  const port = await freePort();
  const fixed = { HTTP_LISTEN: `127.0.0.1:${port}`, STREAM_SHARDS: SHARDS, ...settings };
  const delivered = new Delivered(scene.path('data'));
  const watching = new ObjectWatch(scene, delivered);
  const endpoint = { host: '127.0.0.1', port, url: (path, scheme) => `${scheme}://127.0.0.1:${port}${path}` };
  let daemon = await scene.daemon({ ...fixed, DELIVERY_SIZE: '64KB' });
  const ready = async () => {
    await daemon.ready();
    load.unlimited = true; // until the kill
  };
  await ready();
  load.start(endpoint);
  const beside = more(endpoint);
  beside?.catch(() => {}); // told below
  const killed = [];
  for (let kill = 0; kill < kills; ++kill) {
    const moment = kill === 0 ? 'storing' : random.pick(Object.keys(MOMENTS));
    await MOMENTS[moment]({ daemon, ready, load, random, delivered });
    assert.deepEqual(await daemon.program.stop('SIGKILL'), { code: null, signal: 'SIGKILL' }, 'it ended by itself');
    load.unlimited = false;
    killed.push(moment);
    daemon = scene.launch({ ...fixed, ...(kill < kills - 1 ? anySettings(random) : {}) });
    Object.assign(daemon, { host: '127.0.0.1', port });
  }
  await ready();
  await load.finish();
  await beside;
  await waitFor('nothing to be in flight', async () => assertBalanced(await daemon.metrics()).inFlight === 0);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  await watching.stop();
  assert.deepEqual(watching.faults, []);
  scene.context.diagnostic(`killed: ${killed.join(' ')}; ${load.summary()}`);
  return { delivered, fixed };
}

/// Fails unless the log has what clients got acknowledged, and objects, failures and history say the same as the log.
async function assertDelivered(scene, delivered, load, fateOf) {
  const texts = await logged(scene.path('data'));
  const uuids = new Set(texts.map((text) => /"uuid":"([^"]*)"/.exec(text)?.[1]));
  for (const { source, acked } of load.senders) {
    for (let at = 0; at < acked; ++at) {
      assert.ok(uuids.has(recordOf(source, at).uuid), `record ${at} of source ${source} is missing in the log`);
    }
  }
  const well = texts.filter((text) => fateOf(text) === 'Ok').map(withOutput);
  assertSame('objects', await delivered.records(), well);
  const history = new History();
  well.forEach((each) => history.add(each));
  await assertHistoryFiles(scene.path('data'), history);

  // A failure may be told twice, if the kill came before its window was complete; never not at all.
  const failed = texts.filter((text) => fateOf(text) === 'ProcessingFailed');
  const told = (await delivered.failures()).map(({ sent }) => sent.toString());
  const twice = told.length - failed.length;
  scene.context.diagnostic(`${well.length} records in objects, ${failed.length} failures, ${twice} of them told twice`);
  assertSame('different failures', [...new Set(told)], [...new Set(failed)]);
  assert.ok(twice >= 0, `${failed.length} failed, and ${told.length} are in processing-failed`);
  assert.ok(failed.length > 0 && well.length > failed.length, 'too little happened, so this test showed nothing');
}

async function assertNothingNew(scene, delivered, settings) {
  const before = await delivered.names();
  assert.ok(
    before.others.every((name) => UNFINISHED.test(name)),
    `${before.others}`,
  );
  const daemon = await scene.daemon(settings);
  await daemon.ready();
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  const { objects, failed } = await delivered.names();
  assert.deepEqual([objects, failed], [before.objects, before.failed]);
}

scene(
  `after ${KILLS} kills each record of the log is in exactly one object, and poison is in processing-failed`,
  async (scene) => {
    scene.context.diagnostic(`CRASH_SEED=${SEED}`);
    const load = new Load({ senders: SENDERS, publishers: [] });
    const random = new Random(SEED);
    const more = (endpoint) => poison(new StreamApi(scene, endpoint), load);
    const { delivered, fixed } = await killAndRestart(scene, { random, load, more });
    const isPoison = (text) => /^(poison|{"poison")/.test(text);
    await assertDelivered(scene, delivered, load, (text) => (isPoison(text) ? 'ProcessingFailed' : 'Ok'));
    await assertNothingNew(scene, delivered, fixed);
  },
);

scene(
  `after ${KILLS} kills with an external transform each record is where that sent it, once`,
  async (scene) => {
    scene.context.diagnostic(`CRASH_SEED=${SEED}`);
    const load = new Load({ senders: SENDERS, publishers: [] });
    const random = new Random(SEED ^ 1);
    const transform = await TransformServer.start(scene, answerOf(new Random(SEED ^ 2)));
    transform.kept = false;
    const settings = { TRANSFORM_URL: transform.url, TRANSFORM_TIMEOUT: '2s' };
    const { delivered, fixed } = await killAndRestart(scene, { random, load, settings });
    await assertDelivered(scene, delivered, load, fate);
    await assertNothingNew(scene, delivered, fixed);
  },
);

scene('where the log was removed, but no delivery files, new records are delivered all the same', async (scene) => {
  const delivered = new Delivered(scene.path('data'));
  const never = { DELIVERY_INTERVAL: '900s', STREAM_SHARDS: 1 };
  const texts = [];
  const take = async (daemon, racerId) => {
    const records = Array.from({ length: 50 }, (_, at) => record({ racerId, second: 1 + at }));
    texts.push(...records.map((each) => JSON.stringify(each)));
    const client = await scene.ingest(daemon);
    client.send(JSON.stringify(records));
    await client.answered(records.length);
  };
  const first = await scene.daemon(never);
  await take(first, 1);
  assert.deepEqual(await first.stop(), { code: 0, signal: null });
  await rm(scene.path('data', 'log'), { recursive: true });
  await rm(scene.path('data', 'checkpoints'), { recursive: true });
  const second = await scene.daemon(never);
  await take(second, 2);
  await second.program.stop('SIGKILL');
  const third = await scene.daemon(never);
  await third.ready();
  assert.deepEqual(await third.stop(), { code: 0, signal: null });
  assertSame('objects', await delivered.records(), texts.map(withOutput));
});
