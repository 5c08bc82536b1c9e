// From starting the daemon to its first ready answer, with one and with ten million records in its log: all of them behind
// the checkpoints, as after a stop; and all of them to be read back, as if none had been brought into the history. Beside
// it the same history without a log. None of the log is in memory, as after the machine's own start.

import { cp, readdir, rename, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { histories, metrics, runSim, settled, startDaemon, stopDaemon, verifyLog } from './harness/daemon.mjs';
import { ROUNDS, median, report, require } from './harness/measure.mjs';
import { bench, freePort, get } from './harness/place.mjs';

const RIDERS = 5_000;
const SECONDS = 200;
const RACE = RIDERS * SECONDS; // a million records
const CASES = [1, 10]; // million records
const STARTS = Math.min(ROUNDS, 3); // of each kind; nothing to warm up
const LOGGED_BYTES = 300; // of a record, and then some: to see whether there is room
const KEPT = ['checkpoints', 'history']; // all that comes of the log

/// Takes races `from` to `to`, and stops.
async function fill(place, from, to) {
  const daemon = await startDaemon(place);
  for (let race = from; race <= to; ++race) {
    await runSim(place, {
      transport: 'websocket',
      url: `ws://127.0.0.1:${daemon.port}/ingest`,
      speed: 0,
      batch: 50,
      riders: RIDERS,
      seconds: SECONDS,
      seed: race,
      'race-id': 5_400_000 + race,
    });
  }
  await stopDaemon(daemon, (to - from + 1) * RACE);
}

/// Puts the log out of the machine's memory: the next start reads it from the disk.
async function forget(place) {
  const files = await readdir(place.path('data', 'log'), { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.log'))) {
    await place.output('dd', [`if=${place.path('data', 'log', file)}`, 'iflag=nocache', 'count=0']);
  }
}

/// Starts the daemon, and stops it once it is ready and has done all it had to. `replayed`: how many records it must read
/// back. Returns the milliseconds until it was ready.
async function start(place, directory, replayed) {
  await forget(place);
  const port = await freePort();
  const began = performance.now();
  const starting = startDaemon(place, { HTTP_LISTEN: `127.0.0.1:${port}`, STORAGE_DIRECTORY: directory });
  const ready = () => get(port, '/readyz').then(({ status }) => status === 200, () => false);
  while (!(await ready())) {
    await pause(2);
  }
  const ms = performance.now() - began;
  const daemon = await starting;
  await settled(daemon);
  const read = (await metrics(daemon)).get('alleycat_records_accepted_total{door="replay"}');
  require(read === replayed, `${read} records read back instead of ${replayed}`);
  await stopDaemon(daemon, replayed);
  return ms;
}

async function measure(place, races) {
  const data = place.path('data');
  const before = histories(data).join('\n');
  const times = { behind: [], alone: [], replayed: [] };
  for (let round = 0; round < STARTS; ++round) {
    const alone = place.path(`alone-${races}-${round}`);
    await cp(`${data}/history`, `${alone}/history`, { recursive: true });
    times.behind.push(await start(place, data, 0));
    times.alone.push(await start(place, alone, 0));
    await Promise.all(KEPT.map((each) => rename(`${data}/${each}`, place.path(each))));
    times.replayed.push(await start(place, data, races * RACE));
    require(histories(data).join('\n') === before, 'the history is another than before');
    await Promise.all(KEPT.map((each) => rm(place.path(each), { recursive: true })));
  }
  const details = (all) => ({ spread: [Math.min(...all), Math.max(...all)], same_history_without_log_ms: median(times.alone) });
  const { behind, replayed } = times;
  report('start_time', `ms from start to ready, ${races} million records behind the checkpoints`, median(behind), undefined, {
    ...details(behind),
    file_system: await place.fileSystem(),
  });
  report('start_time', `ms from start to ready, ${races} million records to be read back`, median(replayed), undefined, {
    ...details(replayed),
    records_per_s: (races * RACE * 1_000) / median(replayed),
  });
}

await bench(async (place) => {
  await place.needsRoom(CASES.at(-1) * RACE * LOGGED_BYTES);
  let filled = 0;
  for (const races of CASES) {
    await fill(place, filled + 1, races);
    filled = races;
    await verifyLog(place, place.path('data'), filled * RACE);
    await measure(place, races);
  }
});
