// From a bike's record to a viewer's frame, while 1,000 riders ride at real speed over MQTT. The riders that are looked at
// are this program's own, in the race of one sixth of the others; their records come at all times of a tick.

import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';

import { startBroker } from './harness/broker.mjs';
import { acceptedBy, startDaemon, startSim } from './harness/daemon.mjs';
import { percentile, report, require } from './harness/measure.mjs';
import { LOAD_CORE, bench, binary, until } from './harness/place.mjs';

const RIDERS = 1_000;
const VIEWERS = 200; // of the same board, beside the one that is looked at
const RACE = 5_400_000;
const PROBES = 60;
const FIRST_PROBE = 1_000_000; // their racer ids
const SECONDS = 40;
const GOAL_MS = 20; // beyond the tick

/// `take`: gets every message from the first on.
async function open(url, take = () => {}) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', take);
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return socket;
}

function record(probe, second) {
  const fields = { event: 'update', deviceTimestamp: Date.now(), second, raceId: RACE, name: `Probe ${probe}`, racerId: FIRST_PROBE + probe };
  return JSON.stringify({ ...fields, classId: 1, cadence: 60 + second, resistance: 20 + probe / 2 });
}

/// Sends each probe's seconds, one a second. `sent`: racer → [second, when] of what no frame has shown yet.
async function ride(socket, sent) {
  const begin = performance.now();
  const steps = SECONDS * PROBES;
  for (let step = 0; step < steps; ++step) {
    const due = begin + ((step + Math.random()) * 1_000) / PROBES;
    await pause(Math.max(0, due - performance.now()));
    const probe = step % PROBES;
    const second = Math.floor(step / PROBES) + 1;
    sent.get(FIRST_PROBE + probe).push([second, performance.now()]);
    socket.send(record(probe, second));
  }
}

/// What a viewer has seen: `times` of the records of `sent`, from sending to the first frame that shows them, or a later
/// second of that rider where two fell into one tick.
class Watch {
  times = [];
  missing = 0; // frames
  #seq;

  constructor(sent) {
    this.sent = sent;
  }

  take(data) {
    const now = performance.now();
    const message = JSON.parse(data);
    if (message.type !== 'snapshot' && message.seq !== this.#seq + 1) {
      this.missing += 1;
    }
    this.#seq = message.seq;
    for (const { racerId, second } of message.entries) {
      const waiting = this.sent.get(racerId) ?? [];
      while (waiting.length > 0 && waiting[0][0] <= second) {
        this.times.push(now - waiting.shift()[1]);
      }
    }
  }
}

async function measure(place, tickMs) {
  const broker = await startBroker(place);
  const daemon = await startDaemon(place, {
    MQTT_BROKER: broker.address,
    RANKING_TICK: `${tickMs}ms`,
    STORAGE_DIRECTORY: place.path(`data-${tickMs}`),
  });
  await daemon.prints(/(MQTT: connected)/);
  const sim = startSim(place, { broker: broker.address, riders: RIDERS, 'race-id': RACE, seconds: SECONDS + 20 });
  await until('the race', async () => (await acceptedBy(daemon, 'mqtt')) > RIDERS);

  const path = `/live?classId=1&raceId=${RACE}&top=1000`;
  const others = place.start('viewers', LOAD_CORE, binary('viewers'), [String(daemon.port), path, String(VIEWERS), place.path('frames')]);
  await others.prints(/"joined":(\d+)/);
  const sent = new Map(Array.from({ length: PROBES }, (_, probe) => [FIRST_PROBE + probe, []]));
  const watch = new Watch(sent);
  const viewer = await open(`ws://127.0.0.1:${daemon.port}${path}`, (data) => watch.take(data));
  const bike = await open(`ws://127.0.0.1:${daemon.port}/ingest`);
  await ride(bike, sent);
  await until('the last frames', () => watch.times.length === SECONDS * PROBES);
  require(watch.missing === 0, 'a frame is missing');
  viewer.terminate();
  bike.terminate();
  for (const program of [others, sim, daemon, broker]) {
    await program.stop();
  }
  return watch.times.sort((a, b) => a - b);
}

await bench(async (place) => {
  for (const tickMs of [1_000, 50]) {
    const times = await measure(place, tickMs);
    report('latency', `record to viewer, p99 in ms, tick ${tickMs} ms`, percentile(times, 0.99), { atMost: tickMs + GOAL_MS }, {
      p50: percentile(times, 0.5),
      max: times.at(-1),
      tick: tickMs,
      records: times.length,
      riders: RIDERS,
      viewers: VIEWERS + 1,
    });
  }
});
