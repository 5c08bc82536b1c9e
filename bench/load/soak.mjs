// Riders and viewers for a long time, race after race with the shipped configuration: what the daemon keeps in memory stays.
//
//   node soak.mjs [--minutes 30] [--warmup 300] [--riders 1000] [--viewers 1000]
//
// SOAK_MINUTES stands for --minutes. Ends with 1 where the memory was not flat within 5 %.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startBroker } from './harness/broker.mjs';
import { acceptedBy, startDaemon, startSim } from './harness/daemon.mjs';
import { require } from './harness/measure.mjs';
import { bench, until } from './harness/place.mjs';
import { PONG_MS, Viewer, requireServed } from './harness/viewer.mjs';

const FLAT = 0.05;
const CLASSES = 6;
const RACE_SECONDS = 300; // memory follows the races, so that whole ones are compared

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: process.env.SOAK_MINUTES ?? '30' },
    warmup: { type: 'string', default: String(RACE_SECONDS) },
    riders: { type: 'string', default: '1000' },
    viewers: { type: 'string', default: '1000' },
  },
});
const [minutes, warmup, riders, viewers] = ['minutes', 'warmup', 'riders', 'viewers'].map((name) => Number(flags[name]));

function residentBytes(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) * 1024;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/// Samples once a second, until `seconds` are over.
async function sample(daemon, sim, all, seconds) {
  const samples = [];
  for (const begin = performance.now(); samples.length < seconds; ) {
    await pause(begin + samples.length * 1_000 - performance.now());
    require(sim.ended === undefined, `alleycat-sim ended: ${sim.ended}\n${sim.stderr}`);
    requireServed(all);
    samples.push(residentBytes(daemon.pid));
    if (samples.length % 60 === 0) {
      console.error(`minute ${samples.length / 60}: ${(samples.at(-1) / 2 ** 20).toFixed(1)} MiB`);
    }
  }
  return samples;
}

await bench(async (place) => {
  const broker = await startBroker(place);
  const daemon = await startDaemon(place, { MQTT_BROKER: broker.address });
  await daemon.prints(/(MQTT: connected)/);
  const all = Array.from({ length: viewers }, (_, number) => new Viewer(daemon, number, CLASSES));
  const sim = startSim(place, { broker: broker.address, riders, races: 0, start: 'running' });
  const pongs = setInterval(() => all.forEach((viewer) => viewer.pong()), PONG_MS);
  try {
    await until('the race', async () => (await acceptedBy(daemon, 'mqtt')) > riders);
    await until('all viewers to see it', () => all.every((viewer) => viewer.upgraded && viewer.bytes > 1_000));
    console.error(`${riders} riders, ${viewers} viewers; ${warmup} s to warm up`);
    await sample(daemon, sim, all, warmup);

    const before = { records: await acceptedBy(daemon, 'mqtt'), bytes: all.map(({ bytes }) => bytes) };
    const samples = await sample(daemon, sim, all, Math.round(minutes * 60));
    const records = (await acceptedBy(daemon, 'mqtt')) - before.records;
    require(records > 0.5 * riders * minutes * 60, `only ${records} records came`);
    require(all.every(({ bytes }, at) => bytes > before.bytes[at]), 'a viewer was sent nothing');

    const part = Math.max(1, Math.min(RACE_SECONDS, Math.floor(samples.length / 3)));
    const first = mean(samples.slice(0, part));
    const last = mean(samples.slice(-part));
    const drift = last / first - 1;
    const figures = {
      bench: 'soak',
      name: `resident memory, ${riders} riders and ${viewers} viewers`,
      minutes,
      first_bytes: Math.round(first), // the means of the first and the last race
      last_bytes: Math.round(last),
      max_bytes: Math.max(...samples),
      drift,
      flat: Math.abs(drift) <= FLAT,
      records,
      viewer_bytes: all.reduce((sum, { bytes }, at) => sum + bytes - before.bytes[at], 0),
    };
    console.log(JSON.stringify(figures));
    if (!figures.flat) {
      process.exitCode = 1;
    }
  } finally {
    clearInterval(pongs);
    all.forEach(({ socket }) => socket.destroy());
    await sim.stop();
  }
});
