// What six classes of 1,000 riders at real speed, with 100 viewers, take of a core: of the daemon, by each of its doors.

import { setTimeout as pause } from 'node:timers/promises';

import { startBroker } from './harness/broker.mjs';
import { acceptedBy, anotherRace, startDaemon, startSim } from './harness/daemon.mjs';
import { cpuSeconds, report, require } from './harness/measure.mjs';
import { bench, until } from './harness/place.mjs';
import { PONG_MS, Viewer, requireServed } from './harness/viewer.mjs';

const CLASSES = 6;
const RIDERS = 6_000;
const VIEWERS = 100;
const SECONDS = 30;
const TARGET = { atMost: 5 };

// How the records come. A bike has a connection of its own; 1,000 are what the simulator has at most.
const WAYS = [
  { door: 'websocket', text: 'over 1,000 WebSockets, 1 a frame', flags: { transport: 'websocket', connections: 1_000 } },
  { door: 'websocket', text: 'over 6 WebSockets of studios, 50 a frame', flags: { transport: 'websocket', connections: 6, batch: 50 } },
  { door: 'mqtt', text: 'over MQTT, QoS 1, 1 a message', flags: { transport: 'mqtt' } },
  { door: 'stream', text: 'by PutRecords, 500 a call', flags: { transport: 'stream' } },
];

async function measure(daemon, sim, { door, text }, all) {
  await until(`the race ${text}`, async () => (await acceptedBy(daemon, door)) > RIDERS);
  const begin = { cpu: cpuSeconds(daemon.pid), records: await acceptedBy(daemon, door), at: performance.now() };
  await pause(SECONDS * 1_000);
  const seconds = (performance.now() - begin.at) / 1_000;
  const percent = ((cpuSeconds(daemon.pid) - begin.cpu) / seconds) * 100;
  const rate = ((await acceptedBy(daemon, door)) - begin.records) / seconds;
  require(sim.ended === undefined, `alleycat-sim ended: ${sim.ended}\n${sim.stderr}`);
  require(Math.abs(rate / RIDERS - 1) < 0.05, `${rate} records a second`);
  requireServed(all);
  report('full_house', `% of a core, ${RIDERS} riders at real speed ${text}, ${VIEWERS} viewers`, percent, TARGET, {
    records_per_s: rate,
    cpu_us_per_record: (percent * 1e4) / rate,
    seconds,
  });
}

await bench(async (place) => {
  const broker = await startBroker(place);
  for (const way of WAYS) {
    const daemon = await startDaemon(place, { MQTT_BROKER: way.door === 'mqtt' ? broker.address : '', STORAGE_DIRECTORY: place.path(way.text) });
    if (way.door === 'mqtt') {
      await daemon.prints(/(MQTT: connected)/);
    }
    const all = Array.from({ length: VIEWERS }, (_, number) => new Viewer(daemon, number, CLASSES));
    const pongs = setInterval(() => all.forEach((viewer) => viewer.pong()), PONG_MS);
    const address = `127.0.0.1:${daemon.port}`;
    const server = { mqtt: { broker: broker.address }, websocket: { url: `ws://${address}/ingest` }, stream: { url: `http://${address}/` } };
    const sim = startSim(place, { riders: RIDERS, seconds: SECONDS + 30, ...anotherRace(), ...server[way.door], ...way.flags });
    try {
      await until('all viewers to see it', () => all.every((viewer) => viewer.upgraded && viewer.bytes > 1_000));
      await measure(daemon, sim, way, all);
    } finally {
      clearInterval(pongs);
      all.forEach(({ socket }) => socket.destroy());
      await sim.stop();
      await daemon.stop();
    }
  }
});
