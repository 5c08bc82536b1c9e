// Records that no bike can have sent: flagged, held, released, dropped, whatever the daemon meets meanwhile.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';

import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const HOLD = { PLAUSIBILITY_MODE: 'quarantine' };
const CLOSES = { ...HOLD, RACE_GRACE: '0s', LIMITS_OPEN_RACES: 1 };
const output = ({ cadence, resistance }) => ((cadence + 35) * (resistance + 65)) / 100;
const QUIET = record({ raceId: 10, second: 1, cadence: 80 });
const SPIKE = record({ raceId: 10, second: 2, cadence: 240 }); // 160 rpm in a second
const AFTER = record({ raceId: 10, second: 3, cadence: 81 });

async function call(daemon, path, method = 'GET') {
  const { status, body } = await daemon.request(path, { method });
  return { status, ...(body.length > 0 ? JSON.parse(body) : {}) };
}

/// Sends the records one by one, and waits until they are durable.
async function send(scene, daemon, records) {
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(records));
  await client.answered(records.length);
  assert.deepEqual(client.rejects, []);
  return client;
}

async function held(daemon, count, query = '') {
  return waitFor(`${count} held records`, async () => {
    const answer = await call(daemon, `/api/v1/quarantine${query}`);
    assert.equal(answer.status, 200);
    return answer.total === count && answer;
  });
}

async function results(daemon, condition, raceId = 10) {
  let last;
  return waitFor(
    'the results',
    async () => {
      last = await call(daemon, `/api/v1/races/${raceId}/results?classId=1`);
      return last.status === 200 && condition(last) && last;
    },
    { describe: () => JSON.stringify(last) },
  );
}

async function best(daemon, second, expected) {
  let last;
  await waitFor(
    `the best at second ${second}`,
    async () => {
      last = JSON.parse((await daemon.history(1)) ?? '{}')[second]?.[7];
      return last === expected;
    },
    { describe: () => `${last} instead of ${expected}` },
  );
}

async function kill(daemon) {
  await daemon.program.stop('SIGKILL');
}

scene('nobody judges by default, and nothing is different', async (scene) => {
  const daemon = await scene.daemon();
  await send(scene, daemon, [QUIET, SPIKE]);
  await daemon.merged(2);
  const viewer = await scene.viewer(daemon, 'classId=1');
  await viewer.until('the spike', ({ state }) => state.entries[0]?.output === output(SPIKE));
  assert.equal(viewer.state.entries[0].unverified, undefined);
  assert.deepEqual(await call(daemon, '/api/v1/quarantine'), { status: 200, entries: [], total: 0, next: null });
  assert.equal((await call(daemon, '/api/v1/quarantine/0-1/release', 'POST')).status, 404);
  const names = [...(await daemon.metrics()).keys()].filter((name) => /suspect|held|quarantine/.test(name));
  assert.deepEqual(names, []);
  assert.ok(!existsSync(scene.path('data', 'quarantine.db')));
});

scene('a flagged record counts fully, and marks its racer live, in results and on the racer page', async (scene) => {
  const daemon = await scene.daemon({ PLAUSIBILITY_MODE: 'flag', LIMITS_OPEN_RACES: 1 });
  const viewer = await scene.viewer(daemon, 'classId=1&raceId=10&racerId=7');
  const other = record({ racerId: 8, raceId: 10, event: 'final' });
  await send(scene, daemon, [QUIET, other, { ...SPIKE, event: 'final' }]);
  await viewer.until('the mark, and both racers', ({ state }) => state.me?.unverified && state.total === 2); // two shards
  assert.equal(viewer.state.me.output, output(SPIKE));
  assert.equal(viewer.state.entries.find(({ racerId }) => racerId === 8).unverified, undefined);
  const live = await results(daemon, ({ results: rows }) => rows.length === 2);
  assert.deepEqual(
    live.results.map(({ racerId, unverified }) => [racerId, unverified]),
    [
      [7, true],
      [8, undefined],
    ],
  );
  await best(daemon, 2, output(SPIKE));
  const metrics = await daemon.metrics();
  assert.equal(metrics.get('alleycat_records_suspect_total{reason="Slew"}'), 1);
  assert.equal(metrics.get('alleycat_records_held_total'), 0);
  await daemon.stop();

  const again = await scene.daemon(); // nobody judges any more, but what was said stays
  const stored = await results(again, ({ results: rows }) => rows.length === 2);
  assert.equal(stored.results[0].unverified, true);
  const { body } = await again.request('/api/v1/races/10/results.csv?classId=1');
  assert.match(body.toString(), /finished,unverified\r\n1,7,[^\r]*,true,true\r\n2,8,[^\r]*,true,false\r\n$/);
  const { races } = await call(again, '/api/v1/racers/7');
  assert.equal(races[0].unverified, true);
});

scene('a held record is acknowledged, listed, and counts from its release on', async (scene) => {
  const daemon = await scene.daemon(HOLD);
  const viewer = await scene.viewer(daemon, 'classId=1&raceId=10&racerId=7');
  const client = await send(scene, daemon, [QUIET, record({ raceId: 10, racerId: 8, cadence: 90 }), SPIKE]);
  await viewer.until('the mark, and both racers', ({ state }) => state.me?.unverified && state.total === 2); // two shards
  assert.equal(viewer.state.me.rank, 2);
  assert.equal(viewer.state.me.output, output(QUIET));
  const { entries, next } = await held(daemon, 1, '?classId=1&raceId=10&racerId=7');
  assert.equal(next, null);
  assert.deepEqual(entries[0].reasons, ['Slew']);
  assert.deepEqual(entries[0].record, SPIKE);
  assert.match(entries[0].id, /^\d+-\d+$/);
  assert.ok(Math.abs(entries[0].arrivalTimestamp - Date.now()) < 60_000);
  assert.equal(JSON.parse((await daemon.history(1)) ?? '{}')[2], undefined);

  const released = await call(daemon, `/api/v1/quarantine/${entries[0].id}/release`, 'POST');
  assert.deepEqual(released, { status: 200, released: 1, left: 0 });
  await viewer.until('the new rank', ({ state }) => state.me?.rank === 1 && state.me.output === output(SPIKE));
  await best(daemon, 2, output(SPIKE));
  await held(daemon, 0);
  assert.equal((await call(daemon, `/api/v1/quarantine/${entries[0].id}/release`, 'POST')).status, 404);
  client.send(JSON.stringify(AFTER));
  await client.answered(4);
  await best(daemon, 3, output(AFTER));
  const metrics = await daemon.metrics();
  assert.equal(metrics.get('alleycat_records_held_total'), 1);
  assert.equal(metrics.get('alleycat_quarantine_records'), 0);
});

scene('what is dropped never counts, and does not come back with a restart', async (scene) => {
  const daemon = await scene.daemon(HOLD);
  const spikes = [2, 4, 6].map((second) => ({ ...SPIKE, second }));
  const quiet = [1, 3, 5, 7].map((second) => ({ ...QUIET, second, cadence: 80 + second }));
  await send(
    scene,
    daemon,
    [...spikes, ...quiet].sort((a, b) => a.second - b.second),
  );
  const { entries } = await held(daemon, 3, '?limit=2');
  assert.deepEqual(
    entries.map(({ record: { second } }) => second),
    [6, 4],
  );
  const page = await call(daemon, (await call(daemon, '/api/v1/quarantine?limit=2')).next);
  assert.deepEqual(
    page.entries.map(({ record: { second } }) => second),
    [2],
  );
  assert.deepEqual(await call(daemon, `/api/v1/quarantine/${entries[0].id}`, 'DELETE'), { status: 200, dropped: 1 });
  assert.equal((await call(daemon, `/api/v1/quarantine/${entries[0].id}`, 'DELETE')).status, 404);
  assert.equal((await call(daemon, '/api/v1/quarantine/release', 'DELETE')).status, 404);
  for (const [path, method] of [
    ['/api/v1/quarantine', 'DELETE'],
    ['/api/v1/quarantine/release', 'POST'],
  ]) {
    const refused = await call(daemon, path, method);
    assert.equal(refused.status, 400);
    assert.equal(refused.parameter, 'classId');
  }
  assert.equal((await call(daemon, '/api/v1/quarantine?before=x')).parameter, 'before');
  assert.deepEqual(await call(daemon, '/api/v1/quarantine?racerId=7', 'DELETE'), { status: 200, dropped: 2 });
  await kill(daemon);
  const again = await scene.daemon(HOLD);
  await again.ready();
  await best(again, 7, output(quiet[3]));
  assert.equal((await call(again, '/api/v1/quarantine')).total, 0);
  assert.deepEqual(Object.keys(JSON.parse(await again.history(1))), ['1', '3', '5', '7']);
});

scene('killed before a held record is kept aside, the log still has it', async (scene) => {
  const daemon = await scene.daemon({ ...HOLD, DELIVERY_INTERVAL: '900s' }); // no window closes
  await send(scene, daemon, [QUIET, SPIKE, AFTER]);
  assert.ok(!existsSync(scene.path('data', 'quarantine.db')));
  await kill(daemon);
  const again = await scene.daemon({ ...HOLD, PLAUSIBILITY_CADENCE_SLEW: 0 }); // a replay does not judge anew
  const { entries } = await held(again, 1);
  assert.deepEqual(entries[0].record, SPIKE);
  await best(again, 3, output(AFTER));
  assert.equal(JSON.parse(await again.history(1))[2], undefined);
  assert.deepEqual(await call(again, '/api/v1/quarantine/release?raceId=10', 'POST'), {
    status: 200,
    released: 1,
    left: 0,
  });
  await best(again, 2, output(SPIKE));
});

scene('killed right behind the answer, what was released is released', async (scene) => {
  const daemon = await scene.daemon({ ...HOLD });
  await send(scene, daemon, [QUIET, SPIKE]);
  await held(daemon, 1);
  const released = await call(daemon, '/api/v1/quarantine/release?racerId=7', 'POST');
  assert.equal(released.released, 1);
  await kill(daemon);
  const again = await scene.daemon(HOLD);
  await best(again, 2, output(SPIKE));
  assert.equal((await call(again, '/api/v1/quarantine')).total, 0);
  const live = await results(again, ({ results: rows }) => rows[0]?.second === 2);
  assert.equal(live.results[0].output, output(SPIKE));
});

scene('released for a race that is closed, a record amends its result, once', async (scene) => {
  const daemon = await scene.daemon(CLOSES);
  const other = record({ raceId: 10, racerId: 8, cadence: 90, event: 'final' });
  const client = await send(scene, daemon, [QUIET, SPIKE, other, { ...AFTER, second: 3, event: 'final' }]);
  await held(daemon, 1);
  await results(daemon, ({ results: rows }) => rows.length === 2 && rows.every(({ finished }) => finished));
  client.send(JSON.stringify(record({ raceId: 11 }))); // which closes the other one
  const before = await results(daemon, ({ state }) => state === 'closed');
  assert.deepEqual(
    before.results.map(({ racerId }) => racerId),
    [8, 7],
  );
  const late = { ...SPIKE, second: 4, cadence: 250, event: 'final' };
  client.send(JSON.stringify(late)); // for a closed race: held all the same
  await held(daemon, 2);
  assert.equal((await call(daemon, '/api/v1/quarantine/release?raceId=10', 'POST')).released, 2);
  const check = async (each) => {
    // The two may amend it one after the other.
    const after = await results(each, ({ results: [first] }) => first?.racerId === 7 && first.output === output(late));
    assert.equal(after.state, 'closed');
    assert.equal(after.results[0].second, 4);
    assert.equal(after.results[0].unverified, true);
    const board = await call(each, '/api/v1/classes/1/leaderboard');
    assert.equal(board.entries[0].racerId, 7);
    assert.equal(board.entries[0].output, output(late));
  };
  await check(daemon);
  await kill(daemon);
  const again = await scene.daemon(CLOSES);
  await again.ready();
  await check(again);
  await best(again, 4, output(late));
});

scene('an erased person leaves the quarantine, too', async (scene) => {
  const daemon = await scene.daemon(HOLD);
  await send(scene, daemon, [QUIET, SPIKE, { ...QUIET, racerId: 8 }, { ...SPIKE, racerId: 8 }]);
  await held(daemon, 2);
  const erased = await call(daemon, '/api/v1/racers/7', 'DELETE');
  assert.equal(erased.status, 200);
  assert.equal(erased.held, 1);
  const { entries } = await held(daemon, 1);
  assert.equal(entries[0].record.racerId, 8);
  assert.deepEqual(await call(daemon, '/api/v1/quarantine/release?racerId=7', 'POST'), {
    status: 200,
    released: 0,
    left: 0,
  });
});

scene('two connections that send for one racer in turns are noticed, one that reconnects is not', async (scene) => {
  const daemon = await scene.daemon({ PLAUSIBILITY_MODE: 'flag' });
  const [one, two, three] = [await scene.ingest(daemon), await scene.ingest(daemon), await scene.ingest(daemon)];
  const ride = async (client, racerId, second) => {
    const answered = client.accepted + 1;
    client.send(JSON.stringify(record({ racerId, second, raceId: 10, cadence: 80 + second })));
    await client.answered(answered);
  };
  await ride(one, 8, 1);
  await ride(three, 8, 2);
  await ride(one, 7, 1);
  await ride(two, 7, 2);
  await ride(one, 7, 3);
  const last = (rows, racer) => rows.find(({ racerId }) => racerId === racer)?.second;
  const ridden = ({ results: rows }) => last(rows, 7) === 3 && last(rows, 8) === 2;
  const { results: rows } = await results(daemon, ridden);
  assert.deepEqual(
    rows.map(({ racerId, unverified }) => [racerId, unverified]).sort(),
    [
      [7, true],
      [8, undefined],
    ],
  );
});

scene('limits follow a reload, the mode waits for a restart', async (scene) => {
  const file = scene.path('alleycat.toml');
  const write = (mode, slew) => writeFileSync(file, `[plausibility]\nmode = "${mode}"\ncadence_slew = ${slew}\n`);
  write('flag', 150);
  const daemon = await scene.daemon({}, { args: ['--config', file] });
  write('off', 0);
  daemon.program.signal('SIGHUP');
  await daemon.logs(/reloaded: plausibility\.cadence_slew/);
  await daemon.logs(/plausibility\.mode has changed, and waits for a restart/);
  await send(scene, daemon, [QUIET, SPIKE]);
  const { results: rows } = await results(daemon, (answer) => answer.results[0]?.second === 2);
  assert.equal(rows[0].unverified, undefined);
});
