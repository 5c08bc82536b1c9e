// Live rankings: what viewers hold after applying deltas, against a naive sort.

import assert from 'node:assert/strict';

import { History, Race } from './harness/oracle.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const SECONDS = 30;
const RIDERS = Array.from({ length: 130 }, (_, at) => at * 3);
const OLD_RACE = 400;
const NEW_RACE = 399; // newer, though its id is lower: ids are opaque

/// The right boards of class 1, and a way to bring the daemon there.
class Season {
  history = new History();
  races = new Map();
  names = new Map();
  sent = 0;
  renamed = false;

  constructor(daemon, client, random, meaning = 'output') {
    Object.assign(this, { daemon, client, random, meaning });
  }

  /// A new race; all that was sent before is in the history then.
  async begin(raceId) {
    await this.daemon.merged(this.sent);
    this.newest = new Race(1, raceId, this.history.clone(), this.meaning);
    this.races.set(raceId, this.newest);
  }

  /// Sends records in some payloads and waits until they are acknowledged.
  async step(records) {
    for (let at = 0; at < records.length;) {
      const part = records.slice(at, at + this.random.whole(1, 60));
      this.client.send(JSON.stringify(part));
      at += part.length;
    }
    for (const each of records) {
      const race = this.races.get(each.raceId);
      race.add(each);
      this.history.add(each);
      if (race.rider(each.racerId).second === each.second) {
        this.names.set(each.racerId, each.name); // a record that comes late brings no name
      }
    }
    this.sent += records.length;
    await this.client.answered(this.sent);
    assert.equal(this.client.rejected, 0);
  }

  /// A step of a race: most riders report their next second, with outputs of their own or that many share.
  async ride(raceId, second) {
    this.renamed ||= second > SECONDS / 2; // from then on some are called otherwise
    const records = [];
    for (const racerId of this.random.shuffle([...RIDERS])) {
      if (this.random.chance(0.3)) {
        continue;
      }
      const tied = this.random.chance(0.6);
      records.push(
        record({
          raceId,
          racerId,
          // Some are a second behind the others, or come late.
          second: Math.max(1, second - (this.random.chance(0.1) ? this.random.whole(1, 3) : 0)),
          name: `Racer ${racerId}${this.renamed && racerId % 2 === 0 ? ' "the second"' : ''}`,
          cadence: tied ? this.random.pick([60, 70, 80]) : this.random.number(40, 120),
          resistance: tied ? 35 : this.random.number(20, 60),
        }),
      );
    }
    await this.step(records);
  }

  expected({ board = 'now', raceId, racerId, top = 100 }) {
    const race = raceId === undefined ? this.newest : this.races.get(raceId);
    const nameOf = (id) => this.names.get(id) ?? `Racer ${id}`;
    const all = board === 'now' ? race.entries() : race.alltime(this.history, nameOf, racerId);
    const shown = { raceId: race.raceId, board, total: all.length, entries: all.slice(0, top) };
    if (racerId !== undefined) {
      shown.me = all.find((entry) => entry.racerId === racerId) ?? null;
    }
    return shown;
  }
}

function queryText(query) {
  return new URLSearchParams({ classId: 1, ...query }).toString();
}

async function follow(scene, daemon, queries) {
  const viewers = [];
  for (const query of queries) {
    viewers.push({ query, viewer: await scene.viewer(daemon, queryText(query)) });
  }
  return viewers;
}

async function allShow(season, viewers) {
  for (const { query, viewer } of viewers) {
    await viewer.shows(season.expected(query));
  }
}

/// Somebody who comes later is told what the follower already holds.
async function newcomersAgree(scene, season, viewers) {
  for (const { query, viewer } of viewers) {
    const newcomer = await scene.viewer(season.daemon, queryText(query));
    assert.equal(newcomer.snapshots, 1);
    const { seq, ...held } = viewer.state; // who has a row of its own counts its own frames
    const { seq: first, ...told } = newcomer.state;
    assert.deepEqual(told, held, `a newcomer to ${queryText(query)}`);
    assert.ok(query.racerId === undefined ? first === seq : first <= seq);
    newcomer.terminate();
  }
}

async function rideTwoRaces(scene, season, queries) {
  const fixed = (query) => query.raceId !== NEW_RACE;
  await season.begin(OLD_RACE);
  await season.ride(OLD_RACE, 1);
  const viewers = await follow(scene, season.daemon, queries.filter(fixed));
  for (let second = 2; second <= SECONDS / 2; ++second) {
    await season.ride(OLD_RACE, second);
    await allShow(season, viewers);
  }
  await newcomersAgree(scene, season, viewers);

  await season.begin(NEW_RACE);
  const snapshots = viewers.map(({ viewer }) => viewer.snapshots);
  await season.ride(NEW_RACE, 1);
  await allShow(season, viewers);
  viewers.forEach(({ query, viewer }, at) => {
    const told = viewer.snapshots - snapshots[at];
    assert.equal(told, query.raceId === undefined ? 1 : 0, `${queryText(query)}: ${told} snapshots of the new race`);
  });
  viewers.push(
    ...(await follow(
      scene,
      season.daemon,
      queries.filter((query) => !fixed(query)),
    )),
  );
  for (let second = 2; second <= SECONDS; ++second) {
    await season.ride(NEW_RACE, second);
    if (second % 4 === 0) {
      await season.ride(OLD_RACE, SECONDS / 2);
    }
    await allShow(season, viewers);
  }
  await newcomersAgree(scene, season, viewers);
}

const WHOSE = [{}, { racerId: RIDERS[3] }, { racerId: RIDERS[129] }, { racerId: 5_000_000 }];
const HOW_MANY = [{}, { top: 5 }, { top: 1000 }];
const WHICH_RACE = [{}, { raceId: OLD_RACE }, { raceId: NEW_RACE }];

function everyQuery(board) {
  return WHOSE.flatMap((whose) =>
    HOW_MANY.flatMap((count) => WHICH_RACE.map((race) => ({ board, ...whose, ...count, ...race }))),
  );
}

async function season(scene, settings = {}) {
  const random = scene.random();
  const daemon = await scene.daemon(settings);
  const client = await scene.ingest(daemon);
  return new Season(daemon, client, random, settings.RANKING_SCORE);
}

scene(
  'viewers of `now` who apply deltas hold what a naive sort says, whoever they are and whatever they ask for',
  async (scene) => {
    await rideTwoRaces(scene, await season(scene), everyQuery('now'));
  },
);

for (const meaning of ['best', 'mean', 'total']) {
  scene(`with ranking.score = "${meaning}" the boards rank by it`, async (scene) => {
    const queries = [
      {},
      { top: 5, racerId: RIDERS[60] },
      { raceId: OLD_RACE, racerId: RIDERS[3] },
      { raceId: NEW_RACE },
    ];
    await rideTwoRaces(scene, await season(scene, { RANKING_SCORE: meaning }), queries);
  });
}

scene(
  'viewers of `alltime` see every personal best at their own second, their own current output in place of their best',
  async (scene) => {
    await rideTwoRaces(scene, await season(scene), everyQuery('alltime'));
  },
);

scene('before the first race a board is empty, and the first record reaches those who wait for it', async (scene) => {
  const all = await season(scene);
  const viewers = await follow(scene, all.daemon, [{}, { racerId: 3 }, { raceId: OLD_RACE }, { board: 'alltime' }]);
  for (const { query, viewer } of viewers) {
    const { raceId, total, entries } = viewer.state;
    assert.deepEqual({ raceId, total, entries }, { raceId: query.raceId ?? null, total: 0, entries: [] });
  }
  assert.equal(viewers[1].viewer.state.me, null);
  await all.begin(OLD_RACE);
  await all.ride(OLD_RACE, 1);
  await allShow(all, viewers);
});

scene('what happens in another race or class sends a viewer nothing', async (scene) => {
  const all = await season(scene);
  await all.begin(OLD_RACE);
  await all.step([record({ raceId: OLD_RACE, racerId: 3 })]);
  const queries = [{ raceId: OLD_RACE }, { raceId: OLD_RACE, racerId: 3 }, { raceId: OLD_RACE, racerId: 99 }];
  const viewers = await follow(scene, all.daemon, queries);
  await allShow(all, viewers);
  const seqs = viewers.map(({ viewer }) => viewer.state.seq);
  await all.begin(NEW_RACE);
  const [witness] = await follow(scene, all.daemon, [{ raceId: NEW_RACE, racerId: 3 }]);
  for (let second = 1; second <= 10; ++second) {
    all.client.send(JSON.stringify(record({ classId: 2, raceId: OLD_RACE, second })));
    all.sent += 1;
    await all.step([record({ raceId: NEW_RACE, racerId: 3, second })]);
    await allShow(all, [witness]);
  }
  await all.step([record({ raceId: OLD_RACE, racerId: 3, second: 2 })]);
  await allShow(all, viewers);
  assert.deepEqual(
    viewers.map(({ viewer }) => viewer.state.seq),
    seqs.map((seq) => seq + 1),
  );
});

scene('a viewer that does not read slows nobody down, and is brought up by a fresh snapshot', async (scene) => {
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  const reader = await scene.viewer(daemon, 'classId=1&top=1000');
  const sleeper = await scene.viewer(daemon, 'classId=1&top=1000');
  sleeper.socket.pause();
  const race = new Race(1, 1, new History());
  let sent = 0;
  for (let second = 1; second <= 100; ++second) {
    const records = Array.from({ length: 1000 }, (_, racerId) =>
      record({ racerId, second, cadence: (racerId * 7 + second * 13) % 211, name: 'x'.repeat(40) }),
    );
    records.forEach((each) => race.add(each));
    client.send(JSON.stringify(records.slice(0, 500)));
    client.send(JSON.stringify(records.slice(500)));
    sent += records.length;
    await client.answered(sent);
    await reader.shows({ total: 1000, entries: race.entries() });
  }
  const frames = sleeper.frames;
  assert.ok(reader.frames >= 100, `${reader.frames} frames`);
  sleeper.socket.resume();
  await sleeper.shows({ total: 1000, entries: race.entries() });
  assert.ok(sleeper.snapshots >= 2, 'it should have been sent a second snapshot');
  assert.ok(sleeper.frames - frames < reader.frames, 'it should not have been sent everything');
  const metrics = await daemon.metrics();
  assert.ok(metrics.get('alleycat_live_resyncs_total') >= 1);
});

scene('a repetition and what comes behind the final second send nobody anything', async (scene) => {
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  const send = async (records) => {
    client.send(JSON.stringify(records));
    await client.answered((send.sent = (send.sent ?? 0) + records.length));
  };
  const last = record({ racerId: 3, second: 2, event: 'final' });
  await send([last, record({ racerId: 4, cadence: 60 })]);
  const queries = ['classId=1', 'classId=1&racerId=3', 'classId=1&racerId=4&top=1', 'classId=1&racerId=99'];
  const viewers = await Promise.all(queries.map((query) => scene.viewer(daemon, query)));
  for (const viewer of viewers) {
    await viewer.until('both racers', ({ state }) => state.total === 2);
  }
  const frames = viewers.map((viewer) => viewer.frames);
  for (let n = 0; n < 5; ++n) {
    await send([last, { ...last, event: 'update', second: 3, cadence: 200 }, { ...last, cadence: 1 }]);
    await daemon.merged(send.sent);
  }
  await send([record({ racerId: 4, cadence: 61, second: 2 })]); // this they see, and nothing came before
  for (const [at, viewer] of viewers.entries()) {
    await viewer.until('the next frame', () => viewer.frames > frames[at]);
    assert.equal(viewer.frames, frames[at] + 1);
    assert.equal(viewer.state.entries[0].second, 2);
  }
});

scene('behind a restart the first frame has the race that goes on, or the newest one there was', async (scene) => {
  const first = await scene.daemon({ RACE_GRACE: '0s' });
  const client = await scene.ingest(first);
  const records = [
    record({ raceId: 7, racerId: 1, event: 'final' }),
    record({ raceId: 7, racerId: 2, cadence: 90, event: 'final' }),
    record({ raceId: 8, classId: 2, racerId: 3 }),
  ];
  client.send(JSON.stringify(records));
  await client.answered(records.length);
  await waitFor('race 7 to be closed and stored', async () => {
    const { body } = await first.request('/api/v1/classes/1/races');
    return JSON.parse(body).races?.[0]?.state === 'closed';
  });
  const queries = ['classId=1', 'classId=1&raceId=7&racerId=1', 'classId=2&racerId=3'];
  const shown = async (daemon) => {
    const viewers = await Promise.all(queries.map((query) => scene.viewer(daemon, query)));
    return viewers.map(({ state: { seq, entries, me, ...head } }) => ({
      ...head,
      rows: entries.map(({ racerId, rank, output }) => [racerId, rank, output]),
      me: me?.racerId,
    }));
  };
  const before = await shown(first);
  assert.deepEqual(
    before.map(({ raceId, total }) => [raceId, total]),
    [
      [7, 2],
      [7, 2],
      [8, 1],
    ],
  );
  await first.stop();
  const second = await scene.daemon({ RACE_GRACE: '0s', RANKING_TICK: '10s' });
  assert.deepEqual(await shown(second), before);
  await second.stop();
});

scene('a wrong query is answered with 400, naming the parameter', async (scene) => {
  const daemon = await scene.daemon();
  const wrong = {
    '': 'classId',
    'classId=': 'classId',
    'classId=7': 'classId',
    'classId=x': 'classId',
    'classId=1x': 'classId',
    'classId=1&board=later': 'board',
    'classId=1&board=': 'board',
    'classId=1&raceId=newest': 'raceId',
    'classId=1&raceId=1.5': 'raceId',
    'classId=1&racerId=-1': 'racerId',
    'classId=1&racerId=x': 'racerId',
    'classId=1&racerId=': 'racerId',
    'classId=1&top=0': 'top',
    'classId=1&top=1001': 'top',
    'classId=1&top=many': 'top',
  };
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  for (const [query, parameter] of Object.entries(wrong)) {
    const { status, body } = await daemon.request(`/live?${query}`, { headers: upgrade });
    assert.equal(status, 400, query);
    assert.match(body.toString(), new RegExp(`\\b${parameter}\\b`), query);
  }
});
