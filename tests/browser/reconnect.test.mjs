// What a ride loses with its connection: nothing.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { AWAY, browser } from '../integration/harness/browser.mjs';
import { Delivered } from '../integration/harness/delivered.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { numberIn } from './page.mjs';
import { Wire } from './wire.mjs';
import { MIA, RACE, World, range, secondReached } from './world.mjs';

const CLASS = 2;

/// A rider in a race of which they ride all, at some second of it.
async function riding(scene, world, daemon, second) {
  const visitor = await browser(scene, daemon, { remembered: { rider: MIA, class: CLASS }, allowed: [AWAY] });
  const page = await visitor.open('/');
  await page.getByTestId('start-next').click();
  await page.getByTestId('output').waitFor();
  const raceId = await world.raceOf(page);
  await secondReached(page, second);
  return { page, raceId };
}

/// No second is missing, none is doubled, and whatever was sent twice is the same record.
async function assertWhole(scene, world, raceId) {
  const all = range(1, RACE).join();
  let seconds;
  await waitFor(
    'the ride in the history',
    async () => {
      seconds = [...(await world.historyOf(CLASS, MIA.racerId)).keys()].join();
      return seconds === all;
    },
    { describe: () => seconds },
  );
  await waitFor(
    'the ride for download',
    async () => {
      seconds = (await world.rideSeconds(CLASS, raceId, MIA.racerId)).join();
      return seconds === all;
    },
    { describe: () => seconds },
  );

  const records = (await new Delivered(scene.path('data')).records()).filter(({ racerId }) => racerId === MIA.racerId);
  const history = await world.historyOf(CLASS, MIA.racerId);
  for (const second of range(1, RACE)) {
    const those = records.filter((record) => record.second === second);
    assert.equal(new Set(those.map(({ uuid }) => uuid)).size, 1, `second ${second}: ${JSON.stringify(those)}`);
    assert.equal(those[0].output, history.get(second));
  }
  assert.deepEqual([...new Set(records.filter(({ event }) => event === 'final').map(({ second }) => second))], [RACE]);
}

// Side by side: they wait for races most of the time.
describe('a connection that is lost', { concurrency: true }, () => {
  scene(
    'a daemon that is killed in the middle of a race, and started again, has every second of it, each once',
    async (scene) => {
      const world = await World.make(scene);
      const { page, raceId } = await riding(scene, world, world.daemon, 3);
      await world.kill();
      await page.getByTestId('unsent').waitFor();
      await world.start();
      await page.getByTestId('unsent').waitFor({ state: 'hidden' });
      await page.getByTestId('finish').waitFor();
      await assertWhole(scene, world, raceId);
    },
  );

  scene('a network that swallows everything, and comes back after the race, costs no second either', async (scene) => {
    const world = await World.make(scene);
    const wire = await Wire.to(scene, world.daemon);
    const { page, raceId } = await riding(scene, world, wire, 4);
    wire.swallow();
    await page.getByTestId('unsent').waitFor();
    await page.getByTestId('finish').waitFor();
    assert.ok((await world.historyOf(CLASS, MIA.racerId)).size < RACE, 'nothing came through');
    wire.mend();
    await assertWhole(scene, world, raceId);
  });

  scene('what a reload of the page leaves unsent is sent by the page that comes after it', async (scene) => {
    const world = await World.make(scene);
    const wire = await Wire.to(scene, world.daemon);
    const { page, raceId } = await riding(scene, world, wire, 3);
    wire.refuse();
    await page.getByTestId('unsent').waitFor();
    const ridden = await numberIn(page.getByTestId('race-second'));
    wire.mend();
    await page.reload();
    await waitFor('what was ridden before', async () => {
      const seconds = await world.rideSeconds(CLASS, raceId, MIA.racerId);
      return range(1, ridden - 1).every((second) => seconds.includes(second));
    });
  });
});
