// alleycatd and alleycat-sim.

import { LOAD_CORE, SERVER_CORE, binary, get, until } from './place.mjs';
import { idle } from './measure.mjs';

/// Starts the daemon with its defaults, but for where it listens and keeps its data. `settings`: environment names without
/// ALLEYCAT_.
export async function startDaemon(place, settings = {}) {
  const all = { HTTP_LISTEN: '127.0.0.1:0', MQTT_BROKER: '', STORAGE_DIRECTORY: place.path('data'), ...settings };
  const environment = Object.fromEntries(Object.entries(all).map(([name, value]) => [`ALLEYCAT_${name}`, value]));
  const daemon = place.start('alleycatd', SERVER_CORE, binary('alleycatd'), [], environment);
  daemon.port = Number(await daemon.prints(/listening on http:\/\/127\.0\.0\.1:(\d+)/));
  return daemon;
}

/// All samples of /metrics: `name{labels}` → value.
export async function metrics(daemon) {
  const { body } = await get(daemon.port, '/metrics');
  const samples = body.toString().split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

export async function acceptedBy(daemon, door) {
  return (await metrics(daemon)).get(`alleycat_records_accepted_total{door="${door}"}`) ?? 0;
}

/// Waits until all that the daemon took has reached ranking and history, as far as that is not meant to wait.
export async function settled(daemon) {
  await until('the daemon to be done', async () => {
    const now = await metrics(daemon);
    const sum = (name) =>
      [...now].reduce((total, [sample, value]) => total + (sample.startsWith(`${name}{`) ? value : 0), 0);
    return (
      sum('alleycat_shard_appended_records_total') === sum('alleycat_shard_consumed_records_total') &&
      now.get('alleycat_delivery_windows_waiting') === 0
    );
  });
  await idle(daemon.pid);
}

/// Starts the load. `flags`: name → value, or true for a flag without one.
export function startSim(place, flags) {
  const args = Object.entries(flags).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
  return place.start('alleycat-sim', LOAD_CORE, binary('alleycat-sim'), ['--json', ...args]);
}

/// Runs a load to its end, and returns its summary. Every record is acknowledged, or it throws.
export async function runSim(place, flags) {
  const sim = startSim(place, flags);
  await sim.done();
  const summary = JSON.parse(sim.stdout.trim().split('\n').at(-1));
  if (summary.acked !== summary.sent || summary.rejected !== 0) {
    throw new Error(`wrong answer: ${sim.stdout}`);
  }
  return summary;
}

/// Another race each time, so that every record is a new one.
let race = 0;
export function anotherRace() {
  race += 1;
  return { seed: race, 'race-id': 5_400_000 + race };
}
