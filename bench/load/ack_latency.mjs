// From sending a record to its acknowledgement, at a calm rate and at a high one, with the log and without: what the
// wait for the disk adds.

import { acceptedBy, anotherRace, runSim, settled, startDaemon, stopDaemon } from './harness/daemon.mjs';
import { ROUNDS, interleaved, median, middle, report, require } from './harness/measure.mjs';
import { bench } from './harness/place.mjs';

const SECONDS = 4; // of a round
const CASES = [
  { riders: 1_000, speed: 1 },
  { riders: 2_000, speed: 50 }, // 200 seconds of a race, whose length is 300
];
const NEVER = '1h'; // no packing of quiet classes: one daemon's would fall into the other's turn

async function ride(place, daemon, { riders, speed }) {
  const rate = riders * speed;
  const before = await acceptedBy(daemon, 'websocket');
  const summary = await runSim(place, {
    transport: 'websocket',
    url: `ws://127.0.0.1:${daemon.port}/ingest`,
    riders,
    seconds: SECONDS * speed,
    speed,
    ...anotherRace(),
  });
  await settled(daemon);
  const accepted = (await acceptedBy(daemon, 'websocket')) - before;
  require(accepted === SECONDS * rate, `${accepted} records accepted`);
  require(Math.abs(summary.rate / rate - 1) < 0.05, `${summary.rate} records a second`);
  return { rate: summary.rate, ...summary.latency_ms };
}

await bench(async (place) => {
  const start = (log) =>
    startDaemon(place, { STREAM_LOG: String(log), HISTORY_SETTLE: NEVER, STORAGE_DIRECTORY: place.path(`log-${log}`) });
  const daemons = { logged: await start(true), bare: await start(false) };
  for (const each of CASES) {
    const { logged, bare } = await interleaved({
      logged: () => ride(place, daemons.logged, each),
      bare: () => ride(place, daemons.bare, each),
    });
    const extremes = (name) => [Math.min, Math.max].map((pick) => pick(...logged.map((round) => round[name])));
    report('ack_latency', `record to acknowledgement, p99 in ms, ${each.riders * each.speed} records/s`, middle(logged, 'p99'), undefined, {
      spread: extremes('p99'),
      p50: middle(logged, 'p50'),
      max: Math.max(...logged.map(({ max }) => max)),
      without_p50: middle(bare, 'p50'),
      without_p99: middle(bare, 'p99'),
      added_p50: median(logged.map(({ p50 }, round) => p50 - bare[round].p50)),
      records_per_s: middle(logged, 'rate'),
      file_system: await place.fileSystem(),
    });
  }
  const rates = CASES.map(({ riders, speed }) => riders * speed);
  const records = (ROUNDS + 1) * SECONDS * rates.reduce((sum, rate) => sum + rate, 0);
  for (const daemon of Object.values(daemons)) {
    await stopDaemon(daemon, records);
  }
});
