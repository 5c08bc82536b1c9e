// SIGKILL while results are written: the database holds each result once, and none is missing.
//
// CRASH_RESULT_KILLS: how many kills (50). ALLEYCAT_TEST_SEED repeats the same choices, if not the same instants.

import assert from 'node:assert/strict';
import { watch } from 'node:fs';

import { binary, environment } from '../integration/harness/daemon.mjs';
import { run } from '../integration/harness/processes.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';

const KILLS = Number(process.env.CRASH_RESULT_KILLS ?? 50);
const SETTINGS = { RACE_GRACE: '100ms', DELIVERY_INTERVAL: '60s' };

/// All riders of a race join in its first frame and finish in its last, so that it ends once.
function raceFrames(random, raceId) {
  const classId = random.whole(1, 3);
  const riders = random.shuffle(Array.from({ length: 40 }, (_, at) => at)).slice(0, random.whole(1, 20));
  const seconds = random.whole(2, 6);
  const frames = [];
  for (let second = 1; second <= seconds; ++second) {
    const event = second === seconds ? 'final' : 'update';
    const ridden = riders.map((racerId) =>
      record({
        raceId,
        classId,
        racerId,
        second,
        event,
        cadence: random.whole(400, 1200) / 10,
        resistance: random.whole(0, 100),
      }),
    );
    frames.push(ridden);
  }
  return frames;
}

/// What the database must say, from all that was sent.
class Oracle {
  #races = new Map();

  add(frames) {
    for (const { raceId, classId, racerId, name, second, cadence, resistance } of frames.flat()) {
      const key = `${classId} ${raceId}`;
      const race = this.#races.get(key) ?? new Map();
      this.#races.set(key, race);
      const ride = race.get(racerId) ?? { name, outputs: [] };
      race.set(racerId, ride);
      ride.outputs[second - 1] = ((cadence + 35) * (resistance + 65)) / 100;
    }
  }

  /// "class race racer" → what was brought home.
  results() {
    const results = new Map();
    for (const [key, race] of this.#races) {
      for (const [racerId, { name, outputs }] of race) {
        const total = outputs.reduce((sum, output) => sum + output, 0);
        const best = Math.max(...outputs);
        const output = outputs.at(-1);
        const mean = total / outputs.length;
        results.set(`${key} ${racerId}`, { name, second: outputs.length, finished: true, output, best, mean, total });
      }
    }
    return results;
  }

  /// "class racer" → the best result.
  classRecords() {
    const records = new Map();
    for (const [key, { output }] of this.results()) {
      const [classId, , racerId] = key.split(' ');
      const known = records.get(`${classId} ${racerId}`) ?? 0;
      records.set(`${classId} ${racerId}`, Math.max(known, output));
    }
    return records;
  }
}

/// The lines of `alleycatd db export`, by table.
async function exported(data) {
  const command = await run(binary('alleycatd'), ['db', 'export'], { env: environment({ STORAGE_DIRECTORY: data }) });
  assert.equal(command.code, 0, command.stderr);
  const tables = { races: [], results: [], class_records: [], racers: [] };
  for (const line of command.stdout.split('\n').filter(Boolean)) {
    const row = JSON.parse(line);
    tables[row.table].push(row);
  }
  return tables;
}

function assertSame(got, expected, what) {
  assert.deepEqual([...got.keys()].sort(), [...expected.keys()].sort(), `${what}: others than expected`);
  for (const [key, value] of expected) {
    assert.deepEqual(got.get(key), value, `${what} ${key}`);
  }
}

/// A daemon that is killed and started again, and a client that sends again what was not acknowledged.
class Survivor {
  constructor(scene) {
    this.scene = scene;
    this.kills = 0;
  }

  async start() {
    this.daemon = await this.scene.daemon(SETTINGS);
    this.client = await this.scene.ingest(this.daemon);
    this.sent = 0;
  }

  async kill() {
    assert.deepEqual(await this.daemon.program.stop('SIGKILL'), { code: null, signal: 'SIGKILL' });
    this.client.terminate();
    ++this.kills;
    await this.start();
  }

  async send(records) {
    this.client.send(JSON.stringify(records));
    this.sent += records.length;
    await this.client.answered(this.sent);
    assert.equal(this.client.rejected, 0);
  }
}

/// The next time that the database's log is written to.
function databaseWritten(data) {
  let watcher;
  const written = new Promise((resolve) => {
    watcher = watch(data, (_, name) => name?.startsWith('alleycat.db') && resolve());
  });
  return { written, close: () => watcher.close() };
}

scene(`after ${KILLS} kills while results are written, the database holds each of them once`, async (scene) => {
  const random = scene.random();
  const oracle = new Oracle();
  const data = scene.path('data');
  const survivor = new Survivor(scene);
  await survivor.start();
  for (let raceId = 1; survivor.kills < KILLS; ++raceId) {
    const frames = raceFrames(random, raceId);
    oracle.add(frames);
    for (const records of frames.slice(0, -1)) {
      await survivor.send(records);
    }
    const { written, close } = databaseWritten(data);
    const last = frames.at(-1);
    if (random.chance(0.3)) {
      survivor.client.send(JSON.stringify(last)); // not acknowledged for sure: sent again behind the kill
      survivor.sent += last.length;
    } else {
      await survivor.send(last);
    }
    if (random.chance(0.9)) {
      await written;
    }
    close();
    for (let turn = random.whole(0, 40); turn > 0; --turn) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await survivor.kill();
    await survivor.send(last);
  }
  const expected = oracle.results();
  let tables;
  await waitFor(
    'all results in the database',
    async () => {
      tables = await exported(data);
      return tables.results.length === expected.size && tables.races.every(({ closed }) => closed);
    },
    { describe: () => `${tables?.results.length} of ${expected.size} results` },
  );
  assert.deepEqual(await survivor.daemon.stop(), { code: 0, signal: null });

  tables = await exported(data);
  const results = tables.results.map(
    ({ classId, raceId, racerId, name, second, finished, output, best, mean, total }) => [
      `${classId} ${raceId} ${racerId}`,
      { name, second, finished, output, best, mean, total },
    ],
  );
  assert.equal(new Map(results).size, results.length, 'a result is there twice');
  assertSame(new Map(results), expected, 'result');
  const records = tables.class_records.map(({ classId, racerId, score }) => [`${classId} ${racerId}`, score]);
  assertSame(new Map(records), oracle.classRecords(), 'class record');
  assert.equal(new Set(tables.racers.map(({ racerId }) => racerId)).size, tables.racers.length);
});
