// Records a second by PutRecords of the stream API, durable, beside npm's kinesalite with its store on disk; CPU time a record.

import { writeFile } from 'node:fs/promises';

import { acceptedBy, anotherRace, runSim, settled, startDaemon, stopDaemon, verifyLog } from './harness/daemon.mjs';
import { createStream, readAll, startKinesalite } from './harness/kinesalite.mjs';
import { ROUNDS, cpuSeconds, idle, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { bench } from './harness/place.mjs';

const STREAM = 'alleycat';
const SHARDS = 4; // as many as the daemon has by default
const PROMISES = { alleycatd: 'fdatasync covers it', kinesalite: 'written to the kernel, not synced' };

/// With at most riders/connections records a call, no call has two of one racer. Race seconds: such that both sides take about
/// as long, and that all records are encoded before the first is sent.
const CASES = [
  { batch: 500, connections: 16, riders: 8_000, seconds: { alleycatd: 50, kinesalite: 3 }, target: { atLeast: 25 }, stretch: 40 },
  { batch: 1, connections: 256, riders: 4_000, seconds: { alleycatd: 20, kinesalite: 1 } },
];

/// Signed calls to both, because kinesalite wants them so. Neither checks the signature.
async function put(place, server, side, { batch, connections, riders, seconds }) {
  const records = riders * seconds[side];
  const before = cpuSeconds(server.pid);
  const summary = await runSim(place, {
    transport: 'stream',
    url: `http://127.0.0.1:${server.port}/`,
    stream: STREAM,
    'access-key': 'any',
    'secret-key-file': place.path('secret'),
    speed: 0,
    riders,
    seconds: seconds[side],
    connections,
    batch,
    ...anotherRace(),
  });
  require(summary.acked === records, `${summary.acked} records acknowledged`);
  await server.rests();
  return { rate: summary.rate, cpu_us: ((cpuSeconds(server.pid) - before) / records) * 1e6 };
}

/// Returns what prints the figure, once all answers are checked.
async function compare(place, servers, variant) {
  const { alleycatd, kinesalite } = await interleaved({
    alleycatd: async () => {
      const before = await acceptedBy(servers.alleycatd, 'stream');
      const result = await put(place, servers.alleycatd, 'alleycatd', variant);
      const accepted = (await acceptedBy(servers.alleycatd, 'stream')) - before;
      require(accepted === variant.riders * variant.seconds.alleycatd, `${accepted} records accepted`);
      return result;
    },
    kinesalite: () => put(place, servers.kinesalite, 'kinesalite', variant),
  });
  const rate = ratios(alleycatd, kinesalite, 'rate');
  const cpu = ratios(kinesalite, alleycatd, 'cpu_us');
  const figure = `records/s beside kinesalite: ${variant.batch} a call, ${variant.connections} connections`;
  const fileSystem = await place.fileSystem();
  return () =>
    report('put_records', figure, rate.median, variant.target, {
      ...(variant.stretch ? { stretch: `>= ${variant.stretch}` } : {}),
      spread: rate.spread,
      records_per_s: middle(alleycatd, 'rate'),
      kinesalite_records_per_s: middle(kinesalite, 'rate'),
      cpu_ratio: cpu.median,
      cpu_spread: cpu.spread,
      cpu_us_per_record: middle(alleycatd, 'cpu_us'),
      kinesalite_cpu_us_per_record: middle(kinesalite, 'cpu_us'),
      acknowledged: PROMISES.alleycatd,
      kinesalite_acknowledged: PROMISES.kinesalite,
      file_system: fileSystem,
    });
}

/// What it acknowledged is all there, once.
async function readBack(kinesalite, records) {
  const texts = await readAll(kinesalite, STREAM);
  const uuids = new Set(texts.map((text) => JSON.parse(text).uuid));
  require(texts.length === records, `${texts.length} records in kinesalite instead of ${records}`);
  require(uuids.size === records, `${uuids.size} different records in kinesalite instead of ${records}`);
}

await bench(async (place) => {
  await writeFile(place.path('secret'), 'any secret that is long enough\n');
  const servers = {
    alleycatd: await startDaemon(place, { STREAM_SHARDS: SHARDS, HISTORY_SETTLE: '1h' }), // no packing in another's turn
    kinesalite: await startKinesalite(place),
  };
  servers.alleycatd.rests = () => settled(servers.alleycatd);
  servers.kinesalite.rests = () => idle(servers.kinesalite.pid);
  await createStream(servers.kinesalite, STREAM, SHARDS);

  const tell = [];
  for (const variant of CASES) {
    tell.push(await compare(place, servers, variant));
  }
  const records = (side) => (ROUNDS + 1) * CASES.reduce((sum, { riders, seconds }) => sum + riders * seconds[side], 0);
  await readBack(servers.kinesalite, records('kinesalite'));
  await stopDaemon(servers.alleycatd, records('alleycatd'));
  await verifyLog(place, place.path('data'), records('alleycatd'));
  tell.forEach((figure) => figure());
});
