// A real bike's bytes, from a scripted radio, to the history.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { browser } from '../integration/harness/browser.mjs';
import { output } from '../integration/harness/oracle.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { INDOOR_BIKE_DATA, scriptedBike } from './bike.mjs';
import { numberIn } from './page.mjs';
import { MIA, World } from './world.mjs';

const CLASS = 3;
const LENGTH = 22;
const REMEMBERED = { rider: MIA, class: CLASS, bike: 'bluetooth' };

async function shows(page, { cadence, resistance, of }) {
  let seen;
  await waitFor(
    `the cockpit to show ${of}`,
    async () => {
      seen = [await numberIn(page.getByTestId('cadence')), await numberIn(page.getByTestId('resistance'))];
      // Cadence is told in halves, and shown whole.
      return Math.abs(seen[0] - cadence) <= 0.5 && seen[1] === Math.round(resistance);
    },
    { describe: () => String(seen) },
  );
}

// Side by side: they wait for races most of the time.
describe('a Bluetooth bike', { concurrency: true }, () => {
  scene(
    'a Bluetooth bike is chosen, its bytes become records, and silence and loss are told and overcome',
    async (scene) => {
      const world = await World.make(scene, { RACE_LENGTH: LENGTH, RACE_WINDOW: LENGTH });
      const visitor = await browser(scene, world.daemon, { remembered: REMEMBERED, init: [scriptedBike] });
      const page = await visitor.open('/');
      await page.evaluate((bytes) => (globalThis.bike.bytes = bytes), INDOOR_BIKE_DATA[0].bytes);
      await page.getByTestId('bike-connect').click();
      await page.getByTestId('bike-state').getByText('Connected').waitFor();
      assert.deepEqual(await page.evaluate(() => globalThis.bike.asked), { filters: [{ services: [0x1826] }] });

      await page.getByTestId('start-next').click();
      await page.getByTestId('output').waitFor();
      for (const data of INDOOR_BIKE_DATA) {
        await page.evaluate((bytes) => (globalThis.bike.bytes = bytes), data.bytes);
        await shows(page, data);
        const shown = await numberIn(page.getByTestId('output'));
        assert.ok(Math.abs(shown - output(data)) < 0.06, `${data.of}: ${shown}`);
        const second = await numberIn(page.getByTestId('race-second'));
        await waitFor('a second of it', async () => (await numberIn(page.getByTestId('race-second'))) > second + 1);
      }

      const raceId = await world.raceOf(page);
      await page.evaluate(() => (globalThis.bike.silent = true));
      await page.getByTestId('bike-warning').waitFor();
      await page.evaluate(() => (globalThis.bike.silent = false));
      await page.getByTestId('bike-warning').waitFor({ state: 'hidden' });

      await page.evaluate(() => {
        globalThis.bike.failing = 1;
        globalThis.bike.drop();
      });
      await waitFor('the page to have connected again', () => page.evaluate(() => globalThis.bike.connects === 3));
      const again = { of: 'the same bike again', bytes: '6400d0078c0014009600', cadence: 70, resistance: 20 };
      await page.evaluate((bytes) => (globalThis.bike.bytes = bytes), again.bytes);
      await shows(page, again);
      await page.getByTestId('finish').waitFor();

      // A bike that was silent for less than the grace costs no second.
      await waitFor(
        'the whole ride',
        async () => (await world.rideSeconds(CLASS, raceId, MIA.racerId)).length === LENGTH,
      );
      const told = new Set([...INDOOR_BIKE_DATA, again].map(output));
      const history = await waitFor('the history', async () => {
        const outputs = await world.historyOf(CLASS, MIA.racerId);
        return outputs.size === LENGTH && outputs;
      });
      for (const [second, value] of history) {
        assert.ok(told.has(value), `second ${second}: ${value} is none of ${[...told]}`);
      }
      assert.deepEqual(new Set(history.values()), told);
    },
  );

  scene('a browser without Bluetooth says so, and does not fail', async (scene) => {
    const world = await World.make(scene);
    const init = [() => delete Navigator.prototype.bluetooth];
    const visitor = await browser(scene, world.daemon, { remembered: REMEMBERED, init });
    const page = await visitor.open('/');
    await page.getByTestId('bluetooth-missing').waitFor();
    assert.ok(await page.getByTestId('start-now').isDisabled());
    await page.getByTestId('bike-simulated').click();
    await waitFor('a start', async () => await page.getByTestId('start-now').isEnabled());
  });
});
