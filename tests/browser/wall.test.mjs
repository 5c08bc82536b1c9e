// The screen of a room, which nobody touches.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { AWAY, browser } from '../integration/harness/browser.mjs';
import { publishAll } from '../integration/harness/broker.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { RACE, World, range } from './world.mjs';

/// "rank racer" of the rows on the wall.
function wallRows(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('[data-testid=wall-row]')].map((row) => `${row.dataset.rank} ${row.dataset.racer}`),
  );
}

async function agrees(page, viewer) {
  let seen;
  await waitFor(
    'the wall to show what the daemon tells',
    async () => {
      seen = await wallRows(page);
      const told = viewer.state.entries.slice(0, seen.length).map(({ rank, racerId }) => `${rank} ${racerId}`);
      return seen.length > 0 && [...seen].sort().join() === told.sort().join();
    },
    { describe: () => JSON.stringify({ seen, told: viewer.state.entries.slice(0, 12) }) },
  );
}

/// Seconds that are left, as the wall says.
const clockText = (page) => page.getByTestId('wall-clock').innerText();

// Side by side: they wait for races most of the time.
describe('a wall', { concurrency: true }, () => {
  scene(
    'a wall recovers by itself from a daemon that was killed and started again, without a new page',
    async (scene) => {
      const world = await World.make(scene);
      world.riders({ riders: 20 });
      const visitor = await browser(scene, world.daemon, { allowed: [AWAY], viewport: { width: 1920, height: 1080 } });
      const page = await visitor.open('/wall?classId=1');
      await world.nextRace();
      await agrees(page, await scene.viewer(world.daemon, 'classId=1&top=1000'));
      await page.evaluate(() => (globalThis.sameDocument = true));

      await world.kill();
      await page.locator('[data-testid=wall][data-state=lost]').waitFor();
      assert.ok((await wallRows(page)).length > 0, 'the last board stays');
      await world.start();
      await page.locator('[data-testid=wall][data-state=live]').waitFor();
      const viewer = await scene.viewer(world.daemon, 'classId=1&top=1000');
      await viewer.until('riders to ride on', () => viewer.state.entries.length === 20 && viewer.frames > 4);
      await agrees(page, viewer);
      assert.equal(await page.evaluate(() => globalThis.sameDocument), true);
      const before = await clockText(page);
      await waitFor('the clock to go on', async () => (await clockText(page)) !== before);
    },
  );

  scene('a wall goes round the classes in which somebody rides, and tells of records as they fall', async (scene) => {
    const world = await World.make(scene);
    const client = await world.broker.client();
    const ridden = [2, 4, 5];
    const ride = (raceId, second, cadence) =>
      publishAll(
        client,
        ridden.map((classId) => {
          const racerId = 9000 + classId;
          return JSON.stringify(record({ classId, raceId, second, cadence, racerId, name: `Ruby ${classId}` }));
        }),
      );
    // What is there to be beaten.
    const { raceId: before } = await world.clock();
    for (const second of range(1, RACE)) {
      await ride(before - 1, second, 40);
    }
    await waitFor('the history', async () => (await world.historyOf(5, 9005)).size === RACE);

    const visitor = await browser(scene, world.daemon, { viewport: { width: 1920, height: 1080 } });
    const page = await visitor.open('/wall?seconds=5');
    const seen = new Set();
    let told = '';
    await waitFor(
      'the wall to have shown each class that is ridden, and a record',
      async () => {
        const { raceId, second } = await world.clock();
        await ride(raceId, second, 80 + raceId - before);
        if ((await page.locator('[data-testid=wall-row]').count()) > 0) {
          seen.add(Number(await page.getByTestId('wall-class').getAttribute('data-class')));
        }
        told ||= /Ruby \d/.exec(await page.getByTestId('ticker').innerText())?.[0] ?? '';
        return ridden.every((classId) => seen.has(classId)) && told;
      },
      { describe: () => JSON.stringify({ seen: [...seen], told }) },
    );
    assert.deepEqual([...seen].sort(), ridden, 'classes without riders are left out');
  });
});
