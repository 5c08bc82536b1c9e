// What the log costs: records a second over WebSocket with the log, beside the same without; and the bytes a second that
// it writes, beside the least that this disk takes for the same bytes in as many commits.

import { mkdir } from 'node:fs/promises';

import { histories, metrics, runSim, settled, startDaemon, stopDaemon, total, verifyLog } from './harness/daemon.mjs';
import { ROUNDS, cpuSeconds, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { SERVER_CORE, bench, binary } from './harness/place.mjs';

const RIDERS = 5_000;
const SECONDS = 300;
const RECORDS = RIDERS * SECONDS;
const CONNECTIONS = 64;
const BATCH = 50;
const LOGGED_BYTES = 300; // of a record, and then some: to see whether there is room
const NEVER = '1h'; // no packing of quiet classes: one daemon's would fall into the other's turn

/// Both daemons get the very same races, round by round.
async function load(place, daemon, round) {
  const before = { cpu: cpuSeconds(daemon.pid), samples: await metrics(daemon) };
  const summary = await runSim(place, {
    transport: 'websocket',
    url: `ws://127.0.0.1:${daemon.port}/ingest`,
    speed: 0,
    riders: RIDERS,
    seconds: SECONDS,
    connections: CONNECTIONS,
    batch: BATCH,
    seed: round + 1,
    'race-id': 5_400_000 + round,
  });
  require(summary.acked === RECORDS, `${summary.acked} records acknowledged`);
  await settled(daemon);
  const after = await metrics(daemon);
  const rise = (name) => total(after, name) - total(before.samples, name);
  const bytes = rise('alleycat_log_bytes');
  return {
    rate: summary.rate,
    cpu_us: ((cpuSeconds(daemon.pid) - before.cpu) / RECORDS) * 1e6,
    bytes,
    commits: rise('alleycat_log_commit_duration_seconds_count'),
    bytes_per_s: bytes / summary.elapsed_s,
  };
}

/// The same bytes in as many commits, and nothing else. The files stay until the end: to free them would keep the disk busy.
async function floor(place, round, { bytes, commits }) {
  const directory = place.path(`floor-${round}`);
  await mkdir(directory);
  const said = JSON.parse(await place.output(binary('disk_floor'), [directory, String(bytes), String(commits)], SERVER_CORE));
  return { rate: RECORDS / said.elapsed_s, bytes_per_s: said.bytes_per_s };
}

await bench(async (place) => {
  await place.needsRoom((ROUNDS + 1) * RECORDS * LOGGED_BYTES * 2);
  const start = (log) =>
    startDaemon(place, { STREAM_LOG: String(log), HISTORY_SETTLE: NEVER, STORAGE_DIRECTORY: place.path(`log-${log}`) });
  const daemons = { logged: await start(true), bare: await start(false) };
  let last;
  const { logged, bare, disk } = await interleaved({
    logged: async (round) => (last = await load(place, daemons.logged, round)),
    disk: (round) => floor(place, round, last),
    bare: (round) => load(place, daemons.bare, round),
  });

  for (const daemon of Object.values(daemons)) {
    await stopDaemon(daemon, (ROUNDS + 1) * RECORDS);
  }
  await verifyLog(place, place.path('log-true'), (ROUNDS + 1) * RECORDS);
  const both = [true, false].map((log) => histories(place.path(`log-${log}`)).join('\n'));
  require(both[0] === both[1], 'with the log and without, the histories differ');

  const rate = ratios(logged, bare, 'rate');
  report('log_ingest', `records/s with the log beside without: ${BATCH} a frame, ${CONNECTIONS} connections`, rate.median, { atLeast: 0.7 }, {
    spread: rate.spread,
    records_per_s: middle(logged, 'rate'),
    without_records_per_s: middle(bare, 'rate'),
    cpu_us_per_record: middle(logged, 'cpu_us'),
    without_cpu_us_per_record: middle(bare, 'cpu_us'),
    disk_allows: ratios(disk, bare, 'rate').median,
  });
  const share = ratios(logged, disk, 'bytes_per_s');
  report('log_ingest', 'bytes/s of the log beside the bare disk, as many commits', share.median, undefined, {
    spread: share.spread,
    bytes_per_s: middle(logged, 'bytes_per_s'),
    disk_bytes_per_s: middle(disk, 'bytes_per_s'),
    bytes: middle(logged, 'bytes'),
    commits: middle(logged, 'commits'),
    file_system: await place.fileSystem(),
  });
});
