// What 1,000 riders at real speed over MQTT take of a core: of the simulator, the broker and the daemon.

import { setTimeout as pause } from 'node:timers/promises';

import { startBroker } from './harness/broker.mjs';
import { acceptedBy, startDaemon, startSim } from './harness/daemon.mjs';
import { cpuSeconds, report, require } from './harness/measure.mjs';
import { bench, until } from './harness/place.mjs';

const RIDERS = 1_000;
const SECONDS = 20;

await bench(async (place) => {
  const broker = await startBroker(place);
  const daemon = await startDaemon(place, { MQTT_BROKER: broker.address });
  await daemon.prints(/(MQTT: connected)/);
  const sim = startSim(place, { broker: broker.address, riders: RIDERS, seconds: SECONDS + 20 });
  await until('the race', async () => (await acceptedBy(daemon, 'mqtt')) > RIDERS);

  const programs = [sim, daemon, broker];
  const begin = { cpu: programs.map(({ pid }) => cpuSeconds(pid)), records: await acceptedBy(daemon, 'mqtt'), at: performance.now() };
  await pause(SECONDS * 1_000);
  const seconds = (performance.now() - begin.at) / 1_000;
  const share = programs.map(({ pid }, at) => ((cpuSeconds(pid) - begin.cpu[at]) / seconds) * 100);
  const rate = ((await acceptedBy(daemon, 'mqtt')) - begin.records) / seconds;
  require(Math.abs(rate / RIDERS - 1) < 0.02, `${rate} records a second`);
  report('sim_cost', `alleycat-sim: % of a core, ${RIDERS} riders at real speed, QoS 1`, share[0], undefined, {
    daemon_percent: share[1],
    broker_percent: share[2],
    records_per_s: rate,
    seconds,
  });
  await sim.stop();
});
