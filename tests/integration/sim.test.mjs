// alleycat-sim against the daemon.

import assert from 'node:assert/strict';

import { binary } from './harness/daemon.mjs';
import { freePort } from './harness/broker.mjs';
import { Program, run } from './harness/processes.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const RIDERS = 60;
const SECONDS = 40;
const CLASSES = [1, 2, 3];
const RACES = 2;
const RECORDS = RIDERS * SECONDS * RACES;

async function simulate(args) {
  const usual = [
    '--riders',
    RIDERS,
    '--classes',
    '1-3',
    '--seconds',
    SECONDS,
    '--races',
    RACES,
    '--race-id',
    77,
    '--speed',
    0,
    '--json',
  ];
  const done = await run(binary('alleycat-sim'), [...usual, ...args].map(String));
  return { ...done, summary: done.stdout ? JSON.parse(done.stdout) : undefined };
}

/// A fresh daemon, one run against it, and the histories that come of it.
async function ride(scene, name, transport, more, further = {}) {
  const settings = { STORAGE_DIRECTORY: scene.path(name), ...further };
  let server = [];
  let daemon;
  if (transport === 'mqtt') {
    const broker = await scene.broker({ name: `broker-${name}` });
    daemon = await scene.daemon({ ...settings, MQTT_BROKER: broker.address });
    await daemon.ready();
    server = ['--broker', broker.address];
  } else {
    daemon = await scene.daemon(settings);
    server = ['--url', transport === 'stream' ? daemon.url('/') : daemon.url('/ingest', 'ws')];
  }
  const done = await simulate(['--transport', transport, ...server, ...more]);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual([done.summary.sent, done.summary.acked, done.summary.rejected], [RECORDS, RECORDS, 0]);
  await daemon.merged(RECORDS);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  const again = await scene.daemon(settings);
  const histories = await Promise.all(CLASSES.map((classId) => again.history(classId)));
  await again.stop();
  return { histories, summary: done.summary };
}

scene(
  'the same seed gives the same history over each transport, in messages of any size; another seed another',
  async (scene) => {
    const { histories, summary } = await ride(scene, 'a', 'websocket', ['--seed', 7]);
    histories.forEach((text, at) => {
      const history = JSON.parse(text);
      assert.deepEqual(
        Object.keys(history),
        Array.from({ length: SECONDS }, (_, second) => String(second + 1)),
      );
      const riders = Array.from({ length: RIDERS }, (_, id) => id).filter((id) => id % CLASSES.length === at);
      for (const racers of Object.values(history)) {
        assert.deepEqual(Object.keys(racers), riders.map(String));
      }
    });
    assert.equal(summary.transport, 'websocket');
    assert.equal(summary.riders, RIDERS);
    assert.ok(summary.elapsed_s > 0 && summary.rate > 0 && summary.cpu_s >= 0);
    const { p50, p99, max } = summary.latency_ms;
    assert.ok(p50 > 0 && p50 <= p99 && p99 <= max, JSON.stringify(summary));

    const more = {
      b: ['websocket', ['--seed', 7, '--batch', 25, '--connections', 3, '--shuffle-fields']],
      c: ['mqtt', ['--seed', 7]],
      d: ['mqtt', ['--seed', 7, '--qos', 0, '--batch', 10]],
      f: ['stream', ['--seed', 7]],
      g: ['stream', ['--seed', 7, '--batch', 7, '--connections', 3]],
      // More than two shards take at once: some records of a call are refused, and those alone are sent again.
      h: ['stream', ['--seed', 7], { STREAM_LIMITS: 'kinesis', STREAM_SHARDS: 2 }],
    };
    for (const [name, [transport, args, settings]] of Object.entries(more)) {
      const other = await ride(scene, name, transport, args, settings);
      assert.deepEqual(other.histories, histories, `${transport} ${args.join(' ')}`);
      assert.equal(other.summary.transport, transport);
    }
    const other = await ride(scene, 'e', 'websocket', ['--seed', 8]);
    assert.notDeepEqual(other.histories, histories);
  },
);

scene('what the daemon refuses is counted, told, and ends with 1', async (scene) => {
  const daemon = await scene.daemon({ LIMITS_CADENCE_MAX: 1 });
  const done = await simulate(['--transport', 'websocket', '--url', daemon.url('/ingest', 'ws')]);
  assert.equal(done.code, 1);
  assert.equal(done.summary.sent, RECORDS);
  assert.ok(done.summary.rejected > 0);
  assert.equal(done.summary.acked + done.summary.rejected, RECORDS);
  assert.match(done.stderr, /cadence/);
});

scene('without a server it gives up after --timeout, with 1 and a line that says why', async () => {
  const port = await freePort();
  for (const server of [
    ['--transport', 'websocket', '--url', `ws://127.0.0.1:${port}/ingest`],
    ['--broker', `127.0.0.1:${port}`],
  ]) {
    const done = await simulate(['--timeout', 1, ...server]);
    assert.equal(done.code, 1, done.stderr);
    assert.match(done.stderr, /^alleycat-sim: .+/m);
    assert.equal(done.summary.acked, 0);
  }
});

scene('a wrong flag ends with 2 and one line that names it', async () => {
  const wrong = {
    '--riders': '0',
    '--classes': '3-1',
    '--seconds': 'x',
    '--transport': 'pigeon',
    '--batch': '501',
    '--qos': '2',
    '--broker': 'no port:x',
    '--url': 'http://127.0.0.1/',
    '--wings': '2',
  };
  for (const [flag, value] of Object.entries(wrong)) {
    const { code, stdout, stderr } = await run(binary('alleycat-sim'), [flag, value]);
    assert.deepEqual([code, stdout], [2, ''], `${flag} ${value}: ${stderr}`);
    assert.match(stderr, new RegExp(`^[^\\n]*${flag.slice(2)}[^\\n]*\\n$`), `${flag} ${value}`);
  }
  const help = await run(binary('alleycat-sim'), ['--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--riders/);
});

scene('a SIGTERM ends a run with its summary', async (scene) => {
  const daemon = await scene.daemon();
  const program = scene.watch(
    new Program('alleycat-sim', binary('alleycat-sim'), [
      ...['--transport', 'websocket', '--url', daemon.url('/ingest', 'ws'), '--riders', '20', '--races', '0', '--json'],
    ]),
  );
  await waitFor('some records', async () => (await daemon.counts('websocket')).accepted > 20);
  await program.stop('SIGTERM');
  const summary = JSON.parse(program.stdout);
  assert.equal(summary.acked, summary.sent);
  await daemon.merged(summary.acked);
});
