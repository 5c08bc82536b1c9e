// A person is erased, and the daemon is killed: behind the next start nothing of theirs is there.

import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';

const GONE = 7;
const PATH = `/api/v1/racers/${GONE}`;
const SETTINGS = { DELIVERY_INTERVAL: '100ms', STREAM_SHARDS: 2 };

/// One race that has finished, and one that is being ridden by the one who is to go and, but for `alone`, another.
async function ridden(scene, daemon, { alone = false } = {}) {
  const client = await scene.ingest(daemon);
  const records = [];
  for (const racerId of [GONE, 12]) {
    for (let second = 1; second <= 5; ++second) {
      records.push(record({ raceId: 1, racerId, second, event: second === 5 ? 'final' : 'update' }));
    }
  }
  for (const racerId of alone ? [GONE] : [GONE, 12]) {
    records.push(record({ raceId: 2, racerId, second: 1 }), record({ raceId: 2, racerId, second: 2 }));
  }
  client.send(JSON.stringify(records));
  await client.answered(records.length);
  await waitFor('the result and the history', async () => {
    const { status } = await daemon.request(PATH);
    const board = JSON.parse((await daemon.request('/api/v1/classes/1/leaderboard')).body);
    return status === 200 && board.total === 2 && (await daemon.history(1))?.includes(`"${GONE}":`);
  });
}

async function delivered(directory) {
  const entries = await readdir(join(directory, 'delivery'), { recursive: true });
  const files = entries.filter((name) => name.endsWith('.gz'));
  const texts = files.map(async (name) => gunzipSync(await readFile(join(directory, 'delivery', name))).toString());
  return (await Promise.all(texts)).join('');
}

async function assertGone(scene, daemon) {
  const viewer = await scene.viewer(daemon, 'classId=1&raceId=2');
  assert.deepEqual(
    viewer.state.entries.filter(({ racerId }) => racerId === GONE),
    [],
    'on the live board',
  );
  viewer.terminate();
  assert.equal((await daemon.request(PATH)).status, 404);
  for (const path of ['/api/v1/classes/1/leaderboard', '/api/v1/races/1/results?classId=1', '/getRaces?classId=1']) {
    const { body } = await daemon.request(path);
    assert.ok(!body.toString().includes(`"racerId":${GONE},`), path);
    assert.ok(!body.toString().includes(`\\"${GONE}\\"`), path);
  }
  assert.ok(!(await daemon.history(1)).includes(`"${GONE}":`), 'in the history');
  const objects = await delivered(scene.path('data'));
  assert.ok(!objects.includes(`"racerId":${GONE},`), 'in a delivered file');
  assert.ok(objects.includes('"racerId":12,'), 'others went too');
}

for (const alone of [false, true]) {
  for (const end of ['SIGKILL', 'SIGTERM']) {
    scene(`who was erased stays so behind ${end}${alone ? ', also out of a race ridden alone' : ''}`, async (scene) => {
      const first = await scene.daemon(SETTINGS);
      await ridden(scene, first, { alone });
      const { status, body } = await first.request(PATH, { method: 'DELETE' });
      assert.equal(status, 200, body.toString());
      await first.program.stop(end);
      const again = await scene.daemon(SETTINGS);
      await again.ready();
      await assertGone(scene, again);
    });
  }
}

scene('an erasure that a kill interrupts is finished by the next start', async (scene) => {
  const random = scene.random();
  const first = await scene.daemon(SETTINGS);
  await ridden(scene, first);
  const asked = first.request(PATH, { method: 'DELETE' }).catch(() => undefined);
  await waitFor('the erasure to begin', async () => (await first.request(PATH)).status === 404);
  for (let turn = random.whole(0, 30); turn > 0; --turn) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await first.program.stop('SIGKILL');
  await asked;
  const again = await scene.daemon(SETTINGS);
  await again.ready();
  await waitFor('everything to be gone', async () =>
    assertGone(scene, again).then(
      () => true,
      () => false,
    ),
  );
  await assertGone(scene, again);
});
