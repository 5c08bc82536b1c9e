// MQTT at QoS 0: what of it reaches the daemon, beside a subscriber that only counts, on the same Mosquitto; and what the
// daemon takes of the processor, beside the broker.

import { setTimeout as pause } from 'node:timers/promises';

import { startBroker } from './harness/broker.mjs';
import { acceptedBy, anotherRace, runSim, settled, startDaemon } from './harness/daemon.mjs';
import { cpuSeconds, idle, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { SERVER_CORE, bench, binary, until } from './harness/place.mjs';

const RIDERS = 1_000;
const SECONDS = 250; // fewer records than the broker queues for one subscriber, so that none need be dropped
const RECORDS = RIDERS * SECONDS;
const BARE_TOPIC = 'bare-publish'; // so that each side gets its own records, and the broker serves one at a time

/// Looks at a count until it has all, or stands still for a second behind the load's end. Returns the count and how fast
/// it rose.
async function watch(count, load) {
  let over = false;
  load.finally(() => (over = true)).catch(() => {});
  let first;
  let last;
  const before = await count();
  for (;;) {
    const now = { records: (await count()) - before, at: performance.now() };
    if (now.records > 0 && now.records !== last?.records) {
      first ??= now;
      last = now;
    }
    if (last?.records >= RECORDS || (over && now.at - (last?.at ?? now.at) > 1_000)) {
      break;
    }
    await pause(20);
  }
  require(last !== undefined, 'no record came');
  return { received: last.records, rate: ((last.records - first.records) / (last.at - first.at)) * 1_000 };
}

async function side(place, broker, subscriber, topic) {
  const before = { subscriber: cpuSeconds(subscriber.pid), broker: cpuSeconds(broker.pid) };
  const load = runSim(place, {
    transport: 'mqtt',
    broker: broker.address,
    topic,
    qos: 0,
    speed: 0,
    batch: 1,
    riders: RIDERS,
    seconds: SECONDS,
    ...anotherRace(),
  });
  const result = await watch(subscriber.count, load);
  await load;
  await subscriber.rests();
  await idle(broker.pid);
  const cpu = { subscriber: cpuSeconds(subscriber.pid) - before.subscriber, broker: cpuSeconds(broker.pid) - before.broker };
  return { ...result, dropped: RECORDS - result.received, share: cpu.subscriber / cpu.broker, ...cpu };
}

await bench(async (place) => {
  const broker = await startBroker(place);
  const daemon = await startDaemon(place, { MQTT_BROKER: broker.address });
  await daemon.prints(/(MQTT: connected)/);
  daemon.count = () => acceptedBy(daemon, 'mqtt');
  daemon.rests = () => settled(daemon);
  const bare = place.start('bare_subscriber', SERVER_CORE, binary('bare_subscriber'), [String(broker.port), BARE_TOPIC]);
  bare.count = () => Number(bare.stdout.trimEnd().split('\n').at(-1));
  bare.rests = () => idle(bare.pid);
  await until('the bare subscriber', () => bare.stdout.includes('0\n'));

  const results = await interleaved({
    daemon: () => side(place, broker, daemon, 'alleycat-publish'),
    bare: () => side(place, broker, bare, BARE_TOPIC),
  });
  const rate = ratios(results.daemon, results.bare, 'rate');
  report('mqtt', 'rate beside a bare subscriber, QoS 0', rate.median, { atLeast: 0.95 }, {
    spread: rate.spread,
    records_per_s: middle(results.daemon, 'rate'),
    bare_records_per_s: middle(results.bare, 'rate'),
    dropped: results.daemon.reduce((sum, each) => sum + each.dropped, 0),
    bare_dropped: results.bare.reduce((sum, each) => sum + each.dropped, 0),
  });
  report('mqtt', "CPU as a share of the broker's, QoS 0", middle(results.daemon, 'share'), { atMost: 0.65 }, {
    cpu_us_per_record: (middle(results.daemon, 'subscriber') / RECORDS) * 1e6,
    broker_cpu_us_per_record: (middle(results.daemon, 'broker') / RECORDS) * 1e6,
    bare_share: middle(results.bare, 'share'),
    bare_cpu_us_per_record: (middle(results.bare, 'subscriber') / RECORDS) * 1e6,
  });
});
