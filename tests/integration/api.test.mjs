// The REST API of the real daemon: boards and results against a naive sort, before and after a restart; paging, parts of
// the history, exports, caching, and erasing a person.

import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';

import { History, Race, output } from './harness/oracle.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const ONE_OPEN = { LIMITS_OPEN_RACES: 1 }; // a class: the next one closes it, and it is read from the database

async function ask(daemon, path, options) {
  const { status, headers, body } = await daemon.request(path, options);
  return { status, headers, text: body.toString() };
}

/// The parsed body of a good answer.
async function get(daemon, path) {
  const { status, headers, text } = await ask(daemon, path);
  assert.equal(status, 200, `${path}: ${text}`);
  assert.equal(headers['content-type'], 'application/json', path);
  return JSON.parse(text);
}

async function problem(daemon, path, status, parameter, options) {
  const answer = await ask(daemon, path, options);
  assert.equal(answer.status, status, `${path}: ${answer.text}`);
  assert.equal(answer.headers['content-type'], 'application/problem+json', path);
  assert.equal(JSON.parse(answer.text).parameter, parameter, path);
}

/// Follows `next` from `path` on and joins what `list` names.
async function pages(daemon, path, list) {
  const all = [];
  for (let next = path; next;) {
    const page = await get(daemon, next);
    all.push(...page[list]);
    next = page.next;
  }
  return all;
}

/// Waits until the class's newest race has ended with all its riders, and is in the database, which follows a moment
/// later: the times when they were seen are written with it. None of them rides another race meanwhile.
async function stored(daemon, classId, raceId, riders) {
  await waitFor(`race ${classId}/${raceId} to be stored`, async () => {
    const [race] = (await get(daemon, `/api/v1/classes/${classId}/races?limit=1`)).races;
    if (race?.raceId !== raceId || race.state === 'running' || race.racers !== riders) {
      return false;
    }
    const { racers } = await get(daemon, '/api/v1/racers?limit=100');
    return racers.length > 0 && racers.every(({ lastSeen }) => lastSeen >= race.start);
  });
}

/// Waits until what `check` asserts holds: results are stored a moment behind the end of their race.
async function holds(what, check) {
  await waitFor(what, async () => {
    await check();
    return true;
  });
}

/// Rides `races` of `riders` each, one after the other, and returns them as a naive sort has them.
async function rideRaces(scene, daemon, random, { races, riders, seconds, meaning, classId = 1 }) {
  const client = await scene.ingest(daemon);
  const done = [];
  let sent = 0;
  for (let raceId = 100; raceId < 100 + races; ++raceId) {
    const race = new Race(classId, raceId, new History(), meaning);
    for (let second = 1; second <= seconds; ++second) {
      const records = random.shuffle(Array.from({ length: riders }, (_, racerId) => racerId)).map((racerId) =>
        record({
          classId,
          raceId,
          racerId,
          second,
          event: second === seconds ? 'final' : 'update',
          cadence: random.chance(0.3) ? 80 : random.number(20, 200),
        }),
      );
      records.forEach((each) => race.add(each));
      client.send(JSON.stringify(records));
      sent += records.length;
    }
    await client.answered(sent);
    await stored(daemon, classId, raceId, riders);
    done.push(race);
  }
  return done;
}

/// What the API should say of a race's results.
function expectedResults(race, seconds) {
  return race.entries().map(({ rank, racerId, name, output: score }) => ({
    ...{ rank, racerId, name, output: score },
    ...{ second: seconds, finished: true },
  }));
}

const withoutRecord = ({ record: _, ...row }) => row;

/// The best score of each racer, ranked; racers of one score in any order.
function expectedRecords(races) {
  const best = new Map();
  for (const race of races) {
    for (const { racerId, output: score } of race.entries()) {
      if (!best.has(racerId) || score > best.get(racerId).output) {
        best.set(racerId, { racerId, output: score, raceId: race.raceId });
      }
    }
  }
  const rows = [...best.values()].sort((a, b) => b.output - a.output);
  return rows.map((row) => ({ rank: 1 + rows.filter((each) => each.output > row.output).length, ...row }));
}

const byRank = (a, b) => a.rank - b.rank || a.racerId - b.racerId;

for (const meaning of ['output', 'best', 'mean', 'total']) {
  scene(
    `results and class records equal a naive sort, also after a restart (ranking.score = "${meaning}")`,
    async (scene) => {
      const random = scene.random();
      const settings = { ...ONE_OPEN, RANKING_SCORE: meaning };
      let daemon = await scene.daemon(settings);
      const [seconds, riders] = [5, 60];
      const races = await rideRaces(scene, daemon, random, { races: 3, riders, seconds, meaning });
      const expected = expectedRecords(races);
      const check = async () => {
        for (const race of races) {
          const results = await get(daemon, `/api/v1/races/${race.raceId}/results?classId=1`);
          assert.deepEqual(
            [results.classId, results.raceId, results.state, results.score, results.total],
            [1, race.raceId, race === races.at(-1) ? results.state : 'closed', meaning, riders],
          );
          assert.deepEqual(results.results.map(withoutRecord), expectedResults(race, seconds));
          assert.ok(results.start <= results.end && Math.abs(results.end - Date.now()) < 60_000);
          const part = await get(daemon, `/api/v1/races/${race.raceId}/results?classId=1&offset=10&limit=7`);
          assert.deepEqual(part.results.map(withoutRecord), expectedResults(race, seconds).slice(10, 17));
        }
        const board = await get(daemon, '/api/v1/classes/1/leaderboard?limit=1000');
        assert.equal(board.total, riders);
        assert.deepEqual(
          board.entries
            .map(({ rank, racerId, output: score, raceId }) => ({ rank, racerId, output: score, raceId }))
            .sort(byRank),
          [...expected].sort(byRank),
        );
        const paged = [];
        for (let offset = 0; offset < riders; offset += 7) {
          paged.push(...(await get(daemon, `/api/v1/classes/1/leaderboard?limit=7&offset=${offset}`)).entries);
        }
        assert.deepEqual(paged, board.entries);
        for (let at = 0; at < riders; at += 11) {
          const { entries } = await get(
            daemon,
            `/api/v1/classes/1/leaderboard?around=${board.entries[at].racerId}&limit=5`,
          );
          assert.deepEqual(entries, board.entries.slice(Math.max(0, at - 2), at + 3));
        }
        const sample = await get(daemon, '/leaderboard?classId=1');
        assert.deepEqual(
          sample,
          board.entries.map(({ racerId, output: score, raceId, achievedAt }) => ({
            ...{ PK: 'class-1', SK: `racer-${racerId}`, GSI: Math.round(score * 1e4) / 1e4, raceId, ts: achievedAt },
          })),
        );
        const sampleRaces = await get(daemon, '/getRaces?classId=1');
        assert.deepEqual(
          sampleRaces.map(({ PK, SK, GSI, results }) => ({ PK, SK, GSI, results: JSON.parse(results) })),
          races.toReversed().map((race) => ({
            ...{ PK: `race-${race.raceId}`, SK: 'results', GSI: 1 },
            results: Object.fromEntries(race.entries().map(({ racerId, output: score }) => [racerId, score])),
          })),
        );
      };
      await holds('the right results', check);
      await daemon.stop();
      daemon = await scene.daemon(settings);
      await daemon.ready();
      await holds('the same after a restart', check);
    },
  );
}

scene('a board of a thousand riders is the same by page, by neighbours and by the sort', async (scene) => {
  const random = scene.random();
  const daemon = await scene.daemon(ONE_OPEN);
  const riders = 1000;
  const [race] = await rideRaces(scene, daemon, random, { races: 1, riders, seconds: 3, meaning: 'output' });
  const expected = expectedResults(race, 3);
  const { results, total } = await get(daemon, '/api/v1/races/100/results?classId=1');
  assert.equal(total, riders);
  assert.deepEqual(results.map(withoutRecord), expected);
  const { text, headers } = await ask(daemon, '/api/v1/races/100/results.csv?classId=1');
  assert.equal(headers['content-disposition'], 'attachment; filename="race-100-class-1.csv"');
  const rows = expected.map((row) => `${row.rank},${row.racerId},${row.name},${row.output},${row.second},true,false\r\n`);
  assert.equal(text, `rank,racerId,name,output,second,finished,unverified\r\n${rows.join('')}`);
  let board;
  await holds('all class records', async () => {
    board = (await get(daemon, '/api/v1/classes/1/leaderboard?limit=1000')).entries;
    assert.equal(board.length, riders);
  });
  for (const at of [0, 1, 499, 998, 999]) {
    const { entries } = await get(daemon, `/api/v1/classes/1/leaderboard?around=${board[at].racerId}`);
    assert.deepEqual(entries, board.slice(Math.max(0, at - 5), at + 6));
  }
});

scene('while a race is ridden its board, its class and its racers are told as they are', async (scene) => {
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  const race = new Race(2, -5, new History());
  for (let second = 1; second <= 3; ++second) {
    const records = [1, 2, 3].map((racerId) =>
      record({ classId: 2, raceId: -5, racerId, second, cadence: 70 + ((racerId * second) % 5) }),
    );
    records.forEach((each) => race.add(each));
    client.send(JSON.stringify(records));
  }
  await client.answered(9);
  const expected = race
    .entries()
    .map(({ record: isRecord, ...row }) => ({ ...row, finished: false, record: isRecord }));
  await waitFor('the board', async () => {
    const { results, state, end } = await get(daemon, '/api/v1/races/-5/results?classId=2');
    assert.deepEqual(
      results.map(({ rank, racerId, name, second, output: score, finished, record: isRecord }) => ({
        rank,
        racerId,
        name,
        second,
        output: score,
        finished,
        record: isRecord,
      })),
      expected,
    );
    assert.deepEqual([state, end], ['running', null]);
    return true;
  });
  const classes = await get(daemon, '/api/v1/classes');
  assert.deepEqual(classes.map(({ id, activeRace, racersNow }) => [id, activeRace, racersNow]).slice(0, 3), [
    [1, null, 0],
    [2, -5, 3],
    [3, null, 0],
  ]);
  const racer = await get(daemon, '/api/v1/racers/2');
  assert.deepEqual([racer.racerId, racer.name, racer.personalBests, racer.next], [2, 'Racer 2', [], null]);
  assert.deepEqual(
    racer.races.map(({ classId, raceId, end, state, second }) => [classId, raceId, end, state, second]),
    [[2, -5, null, 'running', 3]],
  );
  assert.equal(JSON.parse((await get(daemon, '/getRaces?classId=2'))[0].results)[2], racer.races[0].output);
  assert.deepEqual(await get(daemon, '/leaderboard?classId=2'), []);
});

scene("pages of races and of a racer's races miss none and repeat none", async (scene) => {
  const random = scene.random();
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  const ids = random.shuffle(Array.from({ length: 45 }, (_, at) => 1000 + at));
  for (const raceId of ids) {
    // Both classes' races have one id and begin at once.
    client.send(JSON.stringify([1, 2].map((classId) => record({ classId, raceId, racerId: 7, event: 'final' }))));
  }
  await client.answered(2 * ids.length);
  await waitFor('all races to be stored', async () => {
    let latest = 0;
    for (const classId of [1, 2]) {
      const races = await pages(daemon, `/api/v1/classes/${classId}/races?limit=100`, 'races');
      if (races.length !== ids.length || races.some(({ state }) => state === 'running')) {
        return false;
      }
      latest = Math.max(latest, ...races.map(({ end }) => end));
    }
    return (await get(daemon, '/api/v1/racers/7')).lastSeen >= latest;
  });
  const all = await pages(daemon, '/api/v1/classes/1/races?limit=100', 'races');
  assert.deepEqual(all.map(({ raceId }) => raceId).sort(), [...ids].sort());
  assert.ok(all.every(({ start }, at) => at === 0 || start <= all[at - 1].start));
  const ofRacer = await pages(daemon, '/api/v1/racers/7?limit=100', 'races');
  assert.equal(new Set(ofRacer.map(({ classId, raceId }) => `${classId}/${raceId}`)).size, 2 * ids.length);
  for (const limit of [1, 7, 20]) {
    assert.deepEqual(await pages(daemon, `/api/v1/classes/1/races?limit=${limit}`, 'races'), all);
    assert.deepEqual(await pages(daemon, `/api/v1/racers/7?limit=${limit}`, 'races'), ofRacer);
  }
  const { next } = await get(daemon, '/api/v1/classes/1/races?limit=7');
  const second = await get(daemon, next);
  client.send(JSON.stringify(record({ raceId: 1, racerId: 8 })));
  await waitFor(
    'a newer race',
    async () => (await get(daemon, '/api/v1/classes/1/races?limit=1')).races[0].raceId === 1,
  );
  // One of them may be closed meanwhile, to make room for the new one.
  const withoutStates = ({ races, ...page }) => ({ ...page, races: races.map(({ state: _, ...race }) => race) });
  assert.deepEqual(
    withoutStates(await get(daemon, next)),
    withoutStates(second),
    'a page stays what it is while new races come',
  );
});

scene('a part of the history is cut from the whole', async (scene) => {
  const random = scene.random();
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  const history = new History();
  for (let second = 1; second <= 10; ++second) {
    const records = Array.from({ length: 80 }, (_, racerId) =>
      record({ racerId, second, cadence: random.number(20, 200) }),
    );
    records.forEach((each) => history.add(each));
    client.send(JSON.stringify(records));
  }
  await client.answered(800);
  await daemon.merged(800);
  const some = { racers: [3, 77, 5], top: 4 };
  const part = (keep) => {
    const cut = new History();
    for (let second = 1; second <= 10; ++second) {
      keep(history.at(1, second)).forEach(([racerId, value]) => cut.put(1, second, racerId, value));
    }
    return cut.text(1);
  };
  const ofRacers = await ask(daemon, `/api/v1/classes/1/history?racers=${some.racers}`);
  assert.equal(
    ofRacers.text,
    part((rows) => rows.filter(([racerId]) => some.racers.includes(racerId))),
  );
  const best = await ask(daemon, `/api/v1/classes/1/history?top=${some.top}`);
  assert.equal(
    best.text,
    part((rows) => rows.sort((a, b) => b[1] - a[1]).slice(0, some.top)),
  );
  await problem(daemon, '/api/v1/classes/1/history', 400, 'racers');
});

scene('a ride is exported as it was sent', async (scene) => {
  const daemon = await scene.daemon(ONE_OPEN);
  const client = await scene.ingest(daemon);
  const ride = [1, 2, 3].map((second) =>
    record({
      raceId: 9,
      second,
      deviceTimestamp: 1_700_000_000_000 + 1000 * second,
      cadence: 70 + second,
      event: second === 3 ? 'final' : 'update',
    }),
  );
  client.send(JSON.stringify([...ride, record({ raceId: 9, racerId: 8, event: 'final' })]));
  await client.answered(4);
  await stored(daemon, 1, 9, 2);
  const rows = ride.map(
    ({ second, deviceTimestamp, cadence, resistance }) =>
      `${second},${new Date(deviceTimestamp).toISOString()},${cadence},${resistance},${output({ cadence, resistance })},\r\n`,
  );
  const { text, headers } = await ask(daemon, '/api/v1/races/9/racers/7/ride.csv?classId=1');
  assert.equal(text, `second,time,cadence,resistance,output,watts\r\n${rows.join('')}`);
  assert.match(headers['content-disposition'], /^attachment; filename="[\w.-]+\.csv"$/);
  const tcx = await ask(daemon, '/api/v1/races/9/racers/7/ride.tcx?classId=1');
  assert.match(tcx.text, /^<\?xml/);
  assert.equal(tcx.text.match(/<Trackpoint>/g).length, 3);
  assert.ok(!/Watts/.test(tcx.text), 'the bike told none');
  await problem(daemon, '/api/v1/races/9/racers/99/ride.csv?classId=1', 404, 'racerId');
});

scene('answers are cached, zipped and open to pages of any origin', async (scene) => {
  const daemon = await scene.daemon(ONE_OPEN);
  await rideRaces(scene, daemon, scene.random(), { races: 1, riders: 50, seconds: 2, meaning: 'output' });
  await waitFor('all riders to be on the board', async () => (await get(daemon, '/api/v1/classes/1/leaderboard')).total === 50);
  for (const path of [
    '/leaderboard?classId=1',
    '/getRaces?classId=1',
    '/api/v1/classes/1/leaderboard',
    '/api/v1/races/100/results?classId=1',
    '/api/v1/openapi.json',
    '/api/v1/racers/7',
  ]) {
    const plain = await daemon.request(path);
    assert.equal(plain.headers['access-control-allow-origin'], '*');
    assert.equal(plain.headers['cache-control'], 'no-cache');
    const again = await daemon.request(path, { headers: { 'If-None-Match': plain.headers.etag } });
    assert.deepEqual([again.status, again.body.length], [304, 0], path);
    const zipped = await daemon.request(path, { headers: { 'Accept-Encoding': 'gzip' } });
    if (plain.body.length >= 1024) {
      assert.equal(zipped.headers['content-encoding'], 'gzip', path);
      assert.deepEqual(gunzipSync(zipped.body), plain.body);
      assert.notEqual(zipped.headers.etag, plain.headers.etag);
    }
    const head = await daemon.request(path, { method: 'HEAD' });
    assert.deepEqual(
      [head.headers.etag, Number(head.headers['content-length'])],
      [plain.headers.etag, plain.body.length],
    );
  }
  const preflight = await daemon.request('/api/v1/racers/7', { method: 'OPTIONS' });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-methods'], 'GET, HEAD');
  await problem(daemon, '/api/v1/nothing', 404, undefined);
  await problem(daemon, '/api/v1/classes', 405, undefined, { method: 'POST' });
});

scene('a person is erased everywhere, for who sits at the machine, and stays so', async (scene) => {
  let daemon = await scene.daemon(ONE_OPEN);
  await rideRaces(scene, daemon, scene.random(), { races: 2, riders: 10, seconds: 3, meaning: 'output' });
  const erase = (headers = {}) => ask(daemon, '/api/v1/racers/7', { method: 'DELETE', headers });
  for (const headers of [
    { Host: 'gym.example' },
    { Origin: 'http://gym.example' },
    { 'X-Forwarded-For': '203.0.113.5' },
  ]) {
    assert.equal((await erase(headers)).status, 403, JSON.stringify(headers));
  }
  assert.equal((await get(daemon, '/api/v1/racers/7')).races.length, 2);
  const { status, text } = await erase();
  assert.equal(status, 200, text);
  assert.equal(typeof JSON.parse(text), 'object');
  const check = async () => {
    await problem(daemon, '/api/v1/racers/7', 404, 'racerId');
    await problem(daemon, '/api/v1/classes/1/leaderboard?around=7', 404, 'around');
    for (const raceId of [100, 101]) {
      const { results, total } = await get(daemon, `/api/v1/races/${raceId}/results?classId=1`);
      assert.deepEqual([total, results.some(({ racerId }) => racerId === 7)], [9, false]);
    }
    assert.equal((await get(daemon, '/leaderboard?classId=1')).length, 9);
    assert.deepEqual(await get(daemon, '/api/v1/classes/1/history?racers=7'), {});
    const { text: history } = await ask(daemon, '/history/class-1.json');
    assert.ok(!Object.values(JSON.parse(history)).some((racers) => '7' in racers));
  };
  await holds('all traces to be gone', check);
  await daemon.stop();
  daemon = await scene.daemon(ONE_OPEN);
  await daemon.ready();
  await holds('them to stay away', check);
});
