// A ranking of 40 KB to 1,000 viewers, once a tick: the daemon's CPU time for one broadcast, beside Node's ws.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

import { anotherRace, metrics, runSim, settled, startDaemon } from './harness/daemon.mjs';
import { cpuSeconds, idle, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { LOAD_CORE, SERVER_CORE, bench, binary, script } from './harness/place.mjs';

const VIEWERS = 1_000;
const RIDERS = 420; // about 40 KB of entries
const MIN_BYTES = 36_000;
const TICK_MS = 100;
const TICKS = 120; // of one measurement

async function startViewers(place, port, path, file) {
  const viewers = place.start('viewers', LOAD_CORE, binary('viewers'), [String(port), path, String(VIEWERS), file]);
  await viewers.prints(/"joined":(\d+)/);
  return viewers;
}

/// What the viewers got, which must be the same for all.
async function verdict(viewers) {
  viewers.child.stdin.end();
  await viewers.done();
  const said = JSON.parse(viewers.stdout.trim().split('\n').at(-1));
  require(said.equal, 'the viewers got different frames');
  return said;
}

/// A race in which every rider has another output at each tick. Returns the daemon's CPU time.
async function race(place, daemon) {
  await settled(daemon);
  const before = cpuSeconds(daemon.pid);
  await runSim(place, {
    transport: 'websocket',
    url: `ws://127.0.0.1:${daemon.port}/ingest`,
    speed: 1_000 / TICK_MS,
    riders: RIDERS,
    classes: 1,
    seconds: TICKS,
    ...anotherRace(),
  });
  await settled(daemon);
  return cpuSeconds(daemon.pid) - before;
}

/// Checks the first viewer's frames: the snapshot of before, then one frame a tick, in order. Returns how many those are, and
/// their mean size.
function checkFrames(file, frames) {
  const texts = readFileSync(file, 'utf8').trimEnd().split('\n');
  require(texts.length === frames, `${texts.length} texts in ${frames} frames`);
  const messages = texts.map((text) => JSON.parse(text));
  const inOrder = messages.every((each, at) => at === 0 || each.seq === messages[at - 1].seq + 1);
  require(inOrder, 'a frame is missing');
  require(messages.at(-1).total === RIDERS, 'a rider is missing');
  const bytes = Math.round(texts.slice(1).reduce((sum, text) => sum + text.length, 0) / (frames - 1));
  require(bytes > MIN_BYTES, `frames of ${bytes} bytes: they do not bring the whole ranking`);
  return { broadcasts: frames - 1, bytes };
}

await bench(async (place) => {
  const daemon = await startDaemon(place, { RANKING_TICK: `${TICK_MS}ms` });
  const file = place.path('frames');
  const text = place.path('text');

  const sides = {
    daemon: async () => {
      const alone = await race(place, daemon);
      const viewers = await startViewers(place, daemon.port, `/live?classId=1&top=1000`, file);
      const watched = await race(place, daemon);
      require((await metrics(daemon)).get('alleycat_live_resyncs_total') === 0, 'a viewer fell behind');
      const { frames } = await verdict(viewers);
      const { broadcasts, bytes } = checkFrames(file, frames);
      await writeFile(text, 'x'.repeat(bytes));
      return { cpu_ms: ((watched - alone) / broadcasts) * 1e3, bytes, alone_ms: (alone / broadcasts) * 1e3 };
    },
    node: async () => {
      const server = place.start('node', SERVER_CORE, process.execPath, [script('node_broadcast.mjs'), text, String(TICK_MS)]);
      const port = Number(await server.prints(/listening on http:\/\/127\.0\.0\.1:(\d+)/));
      const viewers = await startViewers(place, port, '/', file);
      await idle(server.pid);
      const before = cpuSeconds(server.pid);
      server.child.stdin.end(`${TICKS}\n`);
      await server.prints(/(sent)/);
      await idle(server.pid);
      const cpu = cpuSeconds(server.pid) - before;
      const { frames } = await verdict(viewers);
      require(frames === TICKS, `${frames} frames instead of ${TICKS}`);
      await server.stop();
      return { cpu_ms: (cpu / TICKS) * 1e3 };
    },
  };
  const results = await interleaved(sides);
  const cpu = ratios(results.daemon, results.node, 'cpu_ms');
  report('broadcast', `CPU of a broadcast to ${VIEWERS} viewers beside Node's ws`, cpu.median, { atMost: 1 }, {
    spread: cpu.spread,
    bytes: middle(results.daemon, 'bytes'),
    cpu_ms: middle(results.daemon, 'cpu_ms'),
    node_cpu_ms: middle(results.node, 'cpu_ms'),
    ingest_cpu_ms_per_tick: middle(results.daemon, 'alone_ms'),
  });
});
