// What the other pages tell, of races that were ridden.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { browser } from '../integration/harness/browser.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { numberIn } from './page.mjs';
import { RIDERS, riddenRaces } from './ridden.mjs';
import { RACE, World } from './world.mjs';

const CLASS = 1;
const FIRST_VIEW_BYTES = 100 * 1024;

/// What `download` gives, as text.
async function downloaded(page, link) {
  const href = await link.getAttribute('href');
  assert.ok((await link.getAttribute('download')) !== null, href);
  const answer = await page.context().request.get(new URL(href, page.url()).href);
  assert.equal(answer.status(), 200, href);
  return answer.text();
}

describe('pages', { concurrency: true }, () => {
  scene(
    'results: a click shows a curve, another rider is set beside it, everything can be downloaded',
    async (scene) => {
      const world = await World.make(scene);
      const [raceId] = await riddenRaces(world, { classes: [CLASS], races: 2 });
      const visitor = await browser(scene, world.daemon, { viewport: { width: 1440, height: 900 } });
      const page = await visitor.open('/results?classId=1');
      await page.locator(`[data-testid=race][data-race="${raceId}"] a`).click();
      const rows = page.locator('[data-testid=result]');
      await rows.first().waitFor();
      const told = await world.json(`/api/v1/races/${raceId}/results?classId=${CLASS}`);
      assert.deepEqual(
        await rows.evaluateAll((all) => all.map((row) => Number(row.dataset.racer))),
        told.results.map(({ racerId }) => racerId),
      );

      const [first, second] = told.results;
      await page.locator(`[data-testid=result][data-racer="${first.racerId}"] a`).click();
      await page.getByTestId('curve').locator('canvas').waitFor();
      await page.getByTestId('compare').selectOption(String(second.racerId));
      await page.getByTestId('curve').getByText(second.name).first().waitFor();
      assert.match(page.url(), new RegExp(`racerId=${first.racerId}&other=${second.racerId}`));
      await page.reload();
      await page.getByTestId('curve').getByText(second.name).first().waitFor();

      const csv = await downloaded(page, page.getByRole('link', { name: /results.*csv|csv.*results/i }).first());
      assert.equal(csv.trim().split(/\r?\n/).length, RIDERS.length + 1);
      const ride = await downloaded(page, page.locator(`a[href*="/racers/${first.racerId}/ride.csv"]`).first());
      assert.equal(ride.trim().split(/\r?\n/).length, RACE + 1);
      assert.match(
        await downloaded(page, page.locator(`a[href*="/racers/${first.racerId}/ride.tcx"]`).first()),
        /<TrainingCenterDatabase/,
      );

      await page.goBack();
      await page.goBack();
      await page.getByRole('button', { name: 'All-time records' }).click();
      await page.getByTestId('leaderboard').getByText(RIDERS[0].name).first().waitFor();
    },
  );

  scene(
    'a racer has bests, a curve over the race, and all races; a racer whom nobody knows has a kind word',
    async (scene) => {
      const world = await World.make(scene);
      const races = await riddenRaces(world, { classes: [CLASS, 2], races: 2 });
      const visitor = await browser(scene, world.daemon, { allowed: [/404 .*\/racers\/4711\)/] });
      const { racerId, name } = RIDERS[1];
      const page = await visitor.open(`/racer?id=${racerId}`);
      await page.getByTestId('racer-name').getByText(name).waitFor();
      assert.equal(await page.getByTestId('bests').locator('tbody tr').count(), 2);
      await page.getByTestId('curve').locator('canvas').waitFor();
      assert.equal(await page.getByTestId('racer-race').count(), 2 * races.length);

      const nobody = await visitor.open('/racer?id=4711');
      await nobody.getByTestId('racer-search').fill(name.slice(1, 5));
      await nobody.getByRole('link', { name: new RegExp(name) }).click();
      await nobody.getByTestId('racer-name').getByText(name).waitFor();
    },
  );

  scene('status tells each door, refusals with their reasons, and a broker that is lost', async (scene) => {
    const world = await World.make(scene);
    world.riders({ riders: 30, start: 'now' });
    const door = await scene.ingest(world.daemon);
    door.send('{"bad');
    door.send(JSON.stringify(record({ cadence: 900 })));
    await door.answered(0, 2);
    // Not ready is 503, and that is an error on the console.
    const visitor = await browser(scene, world.daemon, { allowed: [/503 .*\/readyz\)/] });
    const page = await visitor.open('/status');
    await page.getByTestId('ready').getByText('Ready', { exact: true }).waitFor();
    const mqtt = page.locator('[data-testid=door][data-door=mqtt]');
    await waitFor('the rate of the riders', async () => {
      const rate = await numberIn(mqtt.locator('.number').first());
      return rate > 15 && rate < 60;
    });
    await page.locator('[data-testid=door][data-door=websocket]').waitFor();
    assert.equal(await page.getByTestId('shard').count(), 4);
    const reasons = await page.getByTestId('reject').allInnerTexts();
    assert.equal(reasons.length, 2);
    assert.match(reasons[0], /OutOfRange[\s\S]*WebSocket[\s\S]*cadence/);
    assert.match(reasons[1], /InvalidJson/);
    await page.getByTestId('rejects').getByText('OutOfRange').first().waitFor();
    await page.getByTestId('broker').getByText('Connected', { exact: true }).waitFor();

    await world.broker.kill();
    await page.getByTestId('broker').getByText('Not connected').waitFor();
    await page
      .getByTestId('ready')
      .getByText(/Not ready/)
      .waitFor();
  });

  scene('the first view is less than 100 KB on the wire, and is kept by the browser', async (scene) => {
    const world = await World.make(scene);
    const visitor = await browser(scene, world.daemon);
    const page = await visitor.open('/');
    await page.getByTestId('start-now').waitFor();
    await page.getByTestId('board').waitFor();
    const loaded = await page.evaluate(() =>
      [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
        ({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize],
      ),
    );
    const total = loaded.reduce((sum, [, size]) => sum + size, 0);
    scene.context.diagnostic(`${total} bytes: ${loaded.map(([path, size]) => `${path} ${size}`).join(', ')}`);
    assert.ok(loaded.some(([path]) => path.startsWith('/assets/')));
    assert.ok(total > 10_000 && total < FIRST_VIEW_BYTES, `${total} bytes`);
    for (const [path] of loaded.filter(([path]) => path.startsWith('/assets/'))) {
      const { headers } = await world.daemon.request(path, { headers: { 'Accept-Encoding': 'gzip' } });
      assert.match(headers['cache-control'], /immutable/);
      assert.equal(headers['content-encoding'], 'gzip', path);
    }
  });
});
