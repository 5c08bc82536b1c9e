// Durable records a second beside nats-server: JetStream with file storage, published pipelined, each acknowledged. With what
// it promises by default, and with what alleycatd promises.

import { writeFile } from 'node:fs/promises';

import { anotherRace, runSim, settled, startDaemon, stopDaemon, verifyLog } from './harness/daemon.mjs';
import { ROUNDS, cpuSeconds, idle, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { request, startNats } from './harness/nats.mjs';
import { bench, binary, installed } from './harness/place.mjs';

const RIDERS = 2_000;
const SECONDS = 300;
const RECORDS = RIDERS * SECONDS;
const SYNCED_RECORDS = 5_000; // it takes seconds for these
const NATS_CONNECTIONS = 8; // with these two it is fastest here
const NATS_WINDOW = 4_000; // unanswered messages a connection
const STREAM = 'RECORDS';
const SUBJECT = 'records';
const BATCHES = [1, 50];
const PROMISES = {
  alleycatd: 'fdatasync covers it',
  nats: 'written to the kernel, synced every 2 minutes',
  synced: 'each write goes through to the disk',
};

async function race(place, daemon, batch) {
  const before = cpuSeconds(daemon.pid);
  const summary = await runSim(place, {
    transport: 'websocket',
    url: `ws://127.0.0.1:${daemon.port}/ingest`,
    speed: 0,
    riders: RIDERS,
    seconds: SECONDS,
    batch,
    ...anotherRace(),
  });
  require(summary.acked === RECORDS, `${summary.acked} records acknowledged`);
  await settled(daemon);
  return { rate: summary.rate, cpu_us: ((cpuSeconds(daemon.pid) - before) / RECORDS) * 1e6 };
}

/// The texts of a race, as they came to the daemon, in a file with one a line.
async function texts(place) {
  const daemon = await startDaemon(place, { STORAGE_DIRECTORY: place.path('texts') });
  await race(place, daemon, 1);
  await stopDaemon(daemon, RECORDS);
  const dump = await place.output(binary('alleycatd'), ['log', 'dump', '--shard=0', `--storage-directory=${place.path('texts')}`]);
  const lines = dump.trim().split('\n').map((line) => JSON.parse(line).data);
  await writeFile(place.path('lines'), `${lines.join('\n')}\n`);
  return new Set(lines);
}

async function createStream(server) {
  const made = await request(server, `$JS.API.STREAM.CREATE.${STREAM}`, {
    name: STREAM,
    subjects: [SUBJECT],
    storage: 'file',
    retention: 'limits',
    num_replicas: 1,
  });
  require(made.did_create, JSON.stringify(made));
}

async function publish(place, server, lines, records) {
  const before = cpuSeconds(server.pid);
  const args = [server.port, SUBJECT, NATS_CONNECTIONS, NATS_WINDOW, records, place.path('lines')];
  const { acked, rate } = JSON.parse(await place.output(binary('nats_publisher'), args.map(String)));
  await idle(server.pid);
  const cpu_us = ((cpuSeconds(server.pid) - before) / records) * 1e6;
  server.expected = (server.expected ?? 0) + records;
  const { state } = await request(server, `$JS.API.STREAM.INFO.${STREAM}`);
  require(acked === records && state.messages === server.expected, `${state.messages} messages, ${server.expected} expected`);
  const { message } = await request(server, `$JS.API.STREAM.MSG.GET.${STREAM}`, { seq: state.last_seq });
  require(lines.has(Buffer.from(message.data, 'base64').toString()), `not a record: ${message.data}`);
  return { rate, cpu_us };
}

function tell(results, peer, how) {
  for (const batch of BATCHES) {
    const rate = ratios(results[`alleycatd_${batch}`], results[peer], 'rate');
    report('nats', `durable records/s beside nats-server${how}: ${batch} a frame`, rate.median, undefined, {
      spread: rate.spread,
      records_per_s: middle(results[`alleycatd_${batch}`], 'rate'),
      nats_records_per_s: middle(results[peer], 'rate'),
      cpu_ratio: ratios(results[peer], results[`alleycatd_${batch}`], 'cpu_us').median,
      cpu_us_per_record: middle(results[`alleycatd_${batch}`], 'cpu_us'),
      nats_cpu_us_per_record: middle(results[peer], 'cpu_us'),
      acknowledged: PROMISES.alleycatd,
      nats_acknowledged: PROMISES[peer],
    });
  }
}

await bench(async (place) => {
  if (!installed('nats-server')) {
    report('nats', 'durable records/s beside nats-server', null, undefined, { skipped: 'nats-server is not installed' });
    return;
  }
  const lines = await texts(place);
  const nats = await startNats(place, 'nats', false);
  const synced = await startNats(place, 'nats_synced', true);
  await Promise.all([nats, synced].map(createStream));
  const daemon = await startDaemon(place, { HISTORY_SETTLE: '1h' }); // no packing of quiet classes in another's turn
  const results = await interleaved({
    alleycatd_1: () => race(place, daemon, 1),
    alleycatd_50: () => race(place, daemon, 50),
    nats: () => publish(place, nats, lines, RECORDS),
    synced: () => publish(place, synced, lines, SYNCED_RECORDS),
  });
  const records = (ROUNDS + 1) * BATCHES.length * RECORDS;
  await stopDaemon(daemon, records);
  await verifyLog(place, place.path('data'), records);
  tell(results, 'nats', '');
  tell(results, 'synced', `, synced by ${synced.how}`);
});
