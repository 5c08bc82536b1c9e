// Stopped and started, killed and started: what is there afterwards.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';

import { Race, History } from '../integration/harness/oracle.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { Load } from './harness/load.mjs';
import { assertHistoryFiles, replayed } from './harness/verdict.mjs';

// No window closes by itself: what is in the history was replayed, or flushed by a stop.
const LAZY = { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '128MB' };
const STOPPED = { code: 0, signal: null };

/// Sends at least `count` records and waits until they are acknowledged: the load, ended.
async function loaded(daemon, count) {
  const load = new Load({ publishers: [] });
  load.start(daemon);
  await load.further(count);
  await load.finish();
  return load;
}

async function expectHistory(daemon, expected) {
  for (const classId of expected.classes()) {
    let got;
    await waitFor(
      `the right history of class ${classId}`,
      async () => {
        got = await daemon.history(classId);
        return got === expected.text(classId);
      },
      { describe: () => `${got?.length} instead of ${expected.text(classId).length} bytes` },
    );
  }
}

scene('a start behind SIGTERM replays nothing, and has all', async (scene) => {
  const first = await scene.daemon(LAZY);
  const history = (await loaded(first, 20_000)).history();
  assert.deepEqual(await first.stop(), STOPPED);
  await assertHistoryFiles(scene.path('data'), history);
  for (let start = 0; start < 3; ++start) {
    const again = await scene.daemon(LAZY);
    await again.ready();
    assert.equal(await replayed(again), 0);
    await expectHistory(again, history);
    assert.deepEqual(await again.stop(), STOPPED);
  }
  await assertHistoryFiles(scene.path('data'), history);
});

scene('a start behind SIGKILL brings what was only in the log into the history at once', async (scene) => {
  const first = await scene.daemon(LAZY);
  const load = await loaded(first, 20_000);
  assert.equal(await first.history(1), undefined, 'it was in the history before the kill, so this test shows nothing');
  await first.program.stop('SIGKILL');
  const again = await scene.daemon(LAZY);
  await again.ready();
  await expectHistory(again, load.history());
  assert.equal(await replayed(again), load.sent);
  assert.deepEqual(await again.stop(), STOPPED);
  const last = await scene.daemon(LAZY);
  await last.ready();
  assert.equal(await replayed(last), 0);
  await expectHistory(last, load.history());
});

scene('kills one behind the other, each during or right behind the start, lose nothing', async (scene) => {
  const first = await scene.daemon(LAZY);
  const load = await loaded(first, 20_000);
  await first.program.stop('SIGKILL');
  for (let start = 0; start < 8; ++start) {
    const next = await scene.daemon(LAZY);
    if (start % 2 === 1) {
      await next.ready();
    }
    await next.program.stop('SIGKILL');
  }
  const last = await scene.daemon(LAZY);
  await last.ready();
  await expectHistory(last, load.history());
});

/// A part of a race in which many riders share an output; to be sent in this order.
function part(random, riders, [from, to]) {
  const records = [];
  for (let second = from; second <= to; ++second) {
    for (const racerId of random.shuffle([...riders])) {
      const name = `Racer ${racerId}${second > 5 && racerId % 2 === 0 ? ' "Zoë"' : ''}`;
      const cadence = random.chance(0.7) ? random.pick([60, 70, 80]) : random.number(40, 120);
      records.push(record({ raceId: 77, racerId, second, name, cadence, resistance: 35 }));
    }
  }
  return records;
}

/// What of a board must survive; `record` compares with the history, in which the race itself may be by then.
function board({ raceId, total, entries }) {
  return {
    raceId,
    total,
    entries: entries.map(({ rank, racerId, name, second, output }) => [rank, racerId, name, second, output]),
  };
}

async function expectBoard(scene, daemon, race) {
  const entries = race.entries();
  const expected = board({ raceId: race.raceId, total: entries.length, entries });
  const viewer = await scene.viewer(daemon, 'classId=1&top=1000');
  await viewer
    .until('the right board', () => JSON.stringify(board(viewer.state)) === JSON.stringify(expected))
    .catch(() => assert.deepEqual(board(viewer.state), expected));
  viewer.terminate();
}

for (const meaning of ['output', 'best', 'mean', 'total']) {
  scene(
    `the board of an open race is the same behind SIGTERM and behind SIGKILL (score: ${meaning})`,
    async (scene) => {
      const random = scene.random();
      const settings = { ...LAZY, RANKING_SCORE: meaning };
      const riders = Array.from({ length: 60 }, (_, at) => at * 3);
      const race = new Race(1, 77, new History(), meaning);
      let daemon = await scene.daemon(settings);
      const ride = async (seconds) => {
        const client = await scene.ingest(daemon);
        const records = part(random, riders, seconds);
        records.forEach((each) => race.add(each));
        client.send(JSON.stringify(records));
        await client.answered(records.length);
        assert.equal(client.rejected, 0);
        await expectBoard(scene, daemon, race);
      };
      await ride([1, 6]);
      const ends = ['SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM'];
      for (const [at, end] of ends.entries()) {
        await daemon.program.stop(end);
        daemon = await scene.daemon(settings);
        await daemon.ready();
        await expectBoard(scene, daemon, race);
        await ride([7 + 2 * at, 8 + 2 * at]); // those who were there first stay ahead of those who come to the same score
      }
    },
  );
}

scene('a log of many segments is all there behind a kill', async (scene) => {
  const settings = { ...LAZY, STREAM_SHARDS: 2, STREAM_SEGMENT_SIZE: '1MB' };
  const first = await scene.daemon(settings);
  const load = await loaded(first, 40_000);
  await first.program.stop('SIGKILL');
  const folder = scene.path('data', 'log', 'shard-0');
  const files = await readdir(folder);
  assert.ok(files.length >= 3, `${folder} holds only ${files}, so this test shows nothing`);
  const again = await scene.daemon(settings);
  await again.ready();
  await expectHistory(again, load.history());
  assert.deepEqual(await again.stop(), STOPPED);
  await assertHistoryFiles(scene.path('data'), load.history());
});

for (const [before, after] of [
  [4, 1],
  [1, 4],
]) {
  scene(`killed with ${before} shards and started with ${after}, it has all that was acknowledged`, async (scene) => {
    const first = await scene.daemon({ ...LAZY, STREAM_SHARDS: before });
    const load = await loaded(first, 10_000);
    await first.program.stop('SIGKILL');
    const again = await scene.daemon({ ...LAZY, STREAM_SHARDS: after });
    await again.ready();
    await expectHistory(again, load.history());
    assert.deepEqual(await again.stop(), STOPPED);
    await assertHistoryFiles(scene.path('data'), load.history());
  });
}
