// A ride, from the choice of the rider to the record on the board.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { browser } from '../integration/harness/browser.mjs';
import { publishAll } from '../integration/harness/broker.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { boardOf, numberIn, ownRow } from './page.mjs';
import { MIA, RACE, World, range } from './world.mjs';

const CLASS = 1;

/// A new rider, by the keyboard alone.
async function introduce(page, { racerId, name }) {
  await page.getByTestId('rider-search').focus();
  await page.keyboard.type(name);
  const fresh = page.getByTestId('rider-new');
  await fresh.waitFor();
  await waitFor('the last of the list to be chosen', async () => {
    if ((await fresh.getAttribute('aria-selected')) !== 'true') {
      await page.keyboard.press('ArrowUp'); // once more where those who were found came after it
      return false;
    }
    return true;
  });
  await page.keyboard.press('Enter');
  await page.getByTestId('new-number').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(String(racerId));
  await page.keyboard.press('Enter');
  await page.getByTestId('rider-name').waitFor();
}

/// Racers who ride past everybody.
async function overtake(world, raceId, second, racers) {
  const client = await world.broker.client();
  const ridden = racers.map((racerId) =>
    record({ racerId, name: `Rocket ${racerId}`, raceId, classId: CLASS, second, cadence: 200, resistance: 90 }),
  );
  await publishAll(
    client,
    ridden.map((fields) => JSON.stringify(fields)),
  );
}

/// Waits until the page's board is what a viewer of our own is told.
async function agrees(page, viewer, { rows = true } = {}) {
  let seen;
  await waitFor(
    'the page to show what the daemon tells',
    async () => {
      seen = await boardOf(page);
      const told = viewer.state.entries.map(({ rank, racerId }) => `${rank} ${racerId}`);
      const wanted = rows ? told.slice(seen.first, seen.first + seen.rows.length) : told;
      return seen.rows.length > 0 && seen.rows.join() === wanted.join() && seen.own === viewer.state.me?.rank;
    },
    { describe: () => JSON.stringify({ seen, me: viewer.state.me, told: viewer.state.entries.slice(0, 12) }) },
  );
  return seen;
}

/// The way of a click from the finish to the results, and to the class's board.
async function resultIsThere(page, world, raceId) {
  const told = await waitFor('the race to be closed', async () => {
    const results = await world.json(`/api/v1/races/${raceId}/results?classId=${CLASS}&limit=100`);
    return results.state === 'closed' && results;
  });
  const own = told.results.find(({ racerId }) => racerId === MIA.racerId);
  assert.deepEqual([own.name, own.finished, own.second], [MIA.name, true, RACE]);
  await page.getByTestId('see-result').click();
  const row = page.locator(`[data-testid=result][data-racer="${MIA.racerId}"]`);
  await row.waitFor();
  assert.match(await row.innerText(), new RegExp(`^${own.rank}\\b`));
  await page.locator(`[data-testid=race][data-race="${raceId}"]`).waitFor();

  // A race is told to be closed before the class's board has it.
  const best = await waitFor('the ride on the board', async () => {
    const board = await world.json(`/api/v1/classes/${CLASS}/leaderboard?around=${MIA.racerId}`);
    return board.entries.find(({ racerId, output }) => racerId === MIA.racerId && output === own.output);
  });
  await page.getByRole('button', { name: 'All-time records' }).click();
  const line = page.getByTestId('leaderboard').locator(`[data-racer="${MIA.racerId}"]`);
  await line.waitFor();
  assert.match(await line.innerText(), new RegExp(`^${best.rank}\\b[^]*${own.output.toFixed(1)}`));
}

// Side by side: they wait for races most of the time.
describe('a ride', { concurrency: true }, () => {
  scene(
    'a race is started by keyboard, the own row moves to the right rank, and what was ridden is in the results and on the board',
    async (scene) => {
      const world = await World.make(scene);
      world.riders({ riders: 24 });
      // A number that nobody has is asked for, and not found.
      const visitor = await browser(scene, world.daemon, { allowed: [/404 .*\/api\/v1\/racers\/\d+\)/] });
      const page = await visitor.open('/');
      await introduce(page, MIA);
      assert.equal(await page.getByTestId('rider-name').textContent(), MIA.name);
      const raceId = await world.nextRace();
      await page.getByTestId('start-now').focus();
      await page.keyboard.press('Enter');

      await page.getByTestId('output').waitFor();
      assert.ok((await numberIn(page.getByTestId('output'))) > 0);
      const viewer = await scene.viewer(
        world.daemon,
        `classId=${CLASS}&raceId=${raceId}&racerId=${MIA.racerId}&top=1000`,
      );
      await ownRow(page, MIA.racerId).waitFor();
      const before = await agrees(page, viewer);
      await overtake(world, raceId, viewer.state.me.second, [8001, 8002, 8003]);
      await viewer.until('three to ride past', () =>
        viewer.state.entries.slice(0, 3).every(({ racerId }) => racerId > 8000),
      );
      const behind = await agrees(page, viewer);
      assert.ok(behind.own > 3, JSON.stringify({ before, behind }));

      await page.getByRole('button', { name: 'All time' }).click();
      await page.getByTestId('board').and(page.locator('[data-board=alltime]')).waitFor();
      const alltime = await scene.viewer(
        world.daemon,
        `classId=${CLASS}&board=alltime&raceId=${raceId}&racerId=${MIA.racerId}&top=1000`,
      );
      await agrees(page, alltime);
      await page.getByRole('button', { name: 'Here now' }).focus();
      await page.keyboard.press('Space');
      await page.getByTestId('board').and(page.locator('[data-board=now]')).waitFor();

      await page.getByTestId('finish').waitFor();
      const seconds = await waitFor('the ride in the history', async () => {
        const ridden = [...(await world.historyOf(CLASS, MIA.racerId)).keys()];
        return ridden.at(-1) === RACE && ridden;
      });
      assert.ok(seconds[0] <= 4, `the first second was ${seconds[0]}`);
      assert.deepEqual(seconds, range(seconds[0], RACE));
      await resultIsThere(page, world, raceId);
    },
  );

  scene('whoever waits for the next race may think better of it, and rides all of it otherwise', async (scene) => {
    const world = await World.make(scene);
    const visitor = await browser(scene, world.daemon, { remembered: { rider: MIA, class: CLASS } });
    const page = await visitor.open('/');
    await page.getByTestId('start-next').click();
    await page.getByTestId('cancel').click();
    await page.getByTestId('start-next').click();
    await page.getByTestId('output').waitFor();
    const raceId = await world.raceOf(page);
    await page.getByTestId('finish').waitFor();
    await waitFor('the whole ride', async () => {
      const seconds = await world.rideSeconds(CLASS, raceId, MIA.racerId);
      return seconds.join() === range(1, RACE).join();
    });
  });

  scene('a rider who stops is asked once more, and the ride ends there', async (scene) => {
    const world = await World.make(scene);
    const visitor = await browser(scene, world.daemon, { remembered: { rider: MIA, class: CLASS } });
    const page = await visitor.open('/');
    await world.nextRace();
    await page.getByTestId('start-now').click();
    await page.getByTestId('output').waitFor();
    await waitFor('some seconds', async () => (await numberIn(page.getByTestId('race-second'))) >= 4);
    await page.getByTestId('stop').click();
    assert.ok(await page.getByTestId('output').isVisible(), 'one press is not enough');
    await page.getByTestId('stop-yes').click();
    await page.getByTestId('finish').waitFor();
  });
});
