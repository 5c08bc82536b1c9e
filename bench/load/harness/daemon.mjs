// alleycatd and alleycat-sim.

import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { LOAD_CORE, SERVER_CORE, binary, get, until } from './place.mjs';
import { idle, require } from './measure.mjs';

/// Starts the daemon with its defaults, but for where it listens and keeps its data. `settings`: environment names without
/// ALLEYCAT_.
export async function startDaemon(place, settings = {}) {
  const all = { HTTP_LISTEN: '127.0.0.1:0', MQTT_BROKER: '', STORAGE_DIRECTORY: place.path('data'), ...settings };
  const environment = Object.fromEntries(Object.entries(all).map(([name, value]) => [`ALLEYCAT_${name}`, value]));
  const daemon = place.start('alleycatd', SERVER_CORE, binary('alleycatd'), [], environment);
  daemon.port = Number(await daemon.prints(/listening on https?:\/\/127\.0\.0\.1:(\d+)/));
  return daemon;
}

/// All samples of /metrics: `name{labels}` → value.
export async function metrics(daemon) {
  const { body } = await get(daemon.port, '/metrics', daemon.ca);
  const samples = body.toString().split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/// Of one figure, the sum over all its labels.
export function total(samples, name) {
  return [...samples].reduce((sum, [sample, value]) => sum + (sample.startsWith(`${name}{`) ? value : 0), 0);
}

export async function acceptedBy(daemon, door) {
  return (await metrics(daemon)).get(`alleycat_records_accepted_total{door="${door}"}`) ?? 0;
}

/// Waits until all that the daemon took has reached ranking and history, as far as that is not meant to wait.
export async function settled(daemon) {
  await until('the daemon to be done', async () => {
    const now = await metrics(daemon);
    return (
      total(now, 'alleycat_shard_appended_records_total') === total(now, 'alleycat_shard_consumed_records_total') &&
      total(now, 'alleycat_delivery_windows') === 0
    );
  });
  await idle(daemon.pid);
}

/// Stops it in good order; it says that it took so many records since its start, and has applied them all.
export async function stopDaemon(daemon, records) {
  await daemon.stop();
  const said = `stopped; ${records} records accepted, ${records} applied`;
  require(daemon.ended === 0 && daemon.stderr.includes(said), `alleycatd ended (${daemon.ended}) and did not say: ${said}`);
}

/// Reads a log that nobody writes: as many records as there must be, and none of its bytes damaged.
export async function verifyLog(place, directory, records) {
  const said = await place.output(binary('alleycatd'), ['log', 'verify', `--storage-directory=${directory}`]);
  const shards = said.trim().split('\n').map((line) => JSON.parse(line));
  const sum = (name) => shards.reduce((all, shard) => all + shard[name], 0);
  require(sum('records') === records, `${sum('records')} records in the log instead of ${records}`);
  require(sum('damagedRegions') === 0 && sum('tornBytes') === 0, `the log is damaged: ${said}`);
}

/// Of a data directory that nobody writes: the history of each class, in one order whatever order it was written in.
export function histories(directory) {
  const names = readdirSync(`${directory}/history`).filter((name) => name.endsWith('.gz')).sort();
  const read = (name) => JSON.stringify(JSON.parse(gunzipSync(readFileSync(`${directory}/history/${name}`)).toString()));
  return names.map((name) => `${name} ${read(name)}`);
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
