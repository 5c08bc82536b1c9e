// How the pages look, and whether everybody can use them: on a phone, a tablet and a wall, in dark and in light.
//
// ALLEYCAT_SCREENSHOTS: the folder of the pictures (build/screenshots).

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe } from 'node:test';

import { accessibilityFaults, browser, overflow } from '../integration/harness/browser.mjs';
import { ROOT } from '../integration/harness/daemon.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { numberIn } from './page.mjs';
import { RIDERS, riddenRaces } from './ridden.mjs';
import { World } from './world.mjs';

const FOLDER = resolve(process.env.ALLEYCAT_SCREENSHOTS ?? join(ROOT, 'build/screenshots'));
const LENGTH = 30;
const PICTURES = {
  phone: { width: 360, height: 740 },
  tablet: { width: 1024, height: 768 },
  wall: { width: 3840, height: 2160 },
};
const USABLE = [PICTURES.phone, { width: 1280, height: 800 }];

/// Whoever looks at the pages in one colour scheme.
class Look {
  constructor(scheme, visitor) {
    this.scheme = scheme;
    this.visitor = visitor;
    this.faults = [];
  }

  /// Pictures of `page` in all sizes, and what is wrong with it.
  async at(name, page) {
    for (const viewport of USABLE) {
      await page.setViewportSize(viewport);
      const where = `${name}, ${this.scheme}, ${viewport.width} × ${viewport.height}`;
      this.faults.push(...(await accessibilityFaults(page)).map((fault) => `${where}: ${fault}`));
      const beside = await overflow(page);
      if (beside > 0) {
        this.faults.push(`${where}: ${beside} pixels are beside the window`);
      }
    }
    for (const [size, viewport] of Object.entries(PICTURES)) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(FOLDER, `${name}-${size}-${this.scheme}.png`), animations: 'disabled' });
    }
  }

  /// The page at `path`, when `ready` says so.
  async of(name, path, ready) {
    const page = await this.visitor.open(path);
    await ready(page);
    await this.at(name, page);
    await page.close();
  }
}

/// Refused records, for the operator.
async function refused(scene, world) {
  const door = await scene.ingest(world.daemon);
  for (const wrong of [{ cadence: 900 }, { second: 0 }, { classId: 99 }]) {
    door.send(JSON.stringify(record(wrong)));
  }
  door.send('{"bad');
  await door.answered(0, 4);
}

async function allPages(look, raceId) {
  const page = await look.visitor.open('/');
  await page.getByTestId('start-next').waitFor();
  await page.locator('[data-testid=board-row]').first().waitFor();
  await look.at('setup', page);
  await page.getByTestId('start-next').click();
  await page.getByTestId('output').waitFor();
  await waitFor('a part of the race', async () => (await numberIn(page.getByTestId('race-second'))) >= LENGTH / 3);
  await page.setViewportSize(PICTURES.tablet);
  await waitFor('all of the cockpit to be in sight on a tablet', async () => {
    const { y, height } = await page.getByTestId('stop').boundingBox(); // not there any more when the race is over
    return y + height <= PICTURES.tablet.height;
  });
  await look.at('riding', page);

  const [first, second] = RIDERS;
  const results = `/results?classId=1&raceId=${raceId}&racerId=${first.racerId}&other=${second.racerId}`;
  await look.of('results', results, (shown) => shown.getByTestId('curve').locator('canvas').waitFor());
  await look.of('records', '/results?classId=1&view=records', (shown) =>
    shown.getByTestId('leaderboard').getByText(first.name).first().waitFor(),
  );
  await look.of('racer', `/racer?id=${first.racerId}&classId=1`, (shown) =>
    shown.getByTestId('curve').locator('canvas').waitFor(),
  );
  await look.of('board', '/wall?classId=1', (shown) => shown.locator('[data-testid=wall-row]').nth(5).waitFor());
  await look.of('status', '/status', (shown) =>
    waitFor('a rate', async () => (await numberIn(shown.locator('[data-door=mqtt] .number').first())) > 0),
  );

  await page.getByTestId('finish').waitFor();
  await look.at('finish', page);
}

describe('looks', { concurrency: true }, () => {
  scene(
    'every page is usable for everybody on a phone and on a desk, in dark and in light, and is pictured',
    async (scene) => {
      await mkdir(FOLDER, { recursive: true });
      const settings = { RACE_LENGTH: LENGTH, RACE_WINDOW: LENGTH, RANKING_TICK: '1s' };
      const world = await World.make(scene, settings);
      const [raceId] = await riddenRaces(world, { classes: [1, 2, 3], races: 3 });
      world.riders({ riders: 90, classes: '1-3', seconds: LENGTH, window: LENGTH });
      await refused(scene, world);
      const looks = await Promise.all(
        ['dark', 'light'].map(async (colorScheme, index) => {
          const visitor = await browser(scene, world.daemon, {
            colorScheme,
            remembered: { rider: RIDERS[4 + index], class: 1 },
          });
          return new Look(colorScheme, visitor);
        }),
      );
      await Promise.all(looks.map((look) => allPages(look, raceId)));
      assert.deepEqual(
        looks.flatMap(({ faults }) => faults),
        [],
      );
      scene.context.diagnostic(`pictures are in ${FOLDER}`);
    },
  );

  scene('pages that have nothing to show yet are as usable', async (scene) => {
    const world = await World.make(scene);
    const visitor = await browser(scene, world.daemon, {
      allowed: [/404 .*\/racers\/4711\)/],
      viewport: PICTURES.phone,
    });
    const faults = [];
    for (const [path, there] of Object.entries({
      '/': (page) => page.getByTestId('board-state').getByText('Live'),
      '/results': (page) => page.getByText('No race'),
      '/results?view=records': (page) => page.getByTestId('leaderboard'),
      '/racer': (page) => page.getByTestId('racer-search'),
      '/racer?id=4711': (page) => page.getByTestId('racer-search'),
      '/wall': (page) => page.getByTestId('wall-class'),
      '/status': (page) => page.getByTestId('shard'),
    })) {
      const page = await visitor.open(path);
      await there(page).first().waitFor();
      faults.push(...(await accessibilityFaults(page)).map((fault) => `${path}: ${fault}`));
      faults.push(...((await overflow(page)) > 0 ? [`${path}: pixels are beside the window`] : []));
      await page.close();
    }
    assert.deepEqual(faults, []);
  });
});
