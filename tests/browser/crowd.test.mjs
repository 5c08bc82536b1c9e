// A thousand riders on one board.

import assert from 'node:assert/strict';

import { browser } from '../integration/harness/browser.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { MIA, World } from './world.mjs';

const RIDERS = 1000;
const MEASURED_MS = 10_000;
const SETTINGS = { RANKING_TICK: '1s', RACE_LENGTH: 300, RACE_WINDOW: 300 };

/// What the page's thread was busy with for a while: { frames, tasks: [ms of each long task] }.
function measured(page, ms) {
  return page.evaluate(
    (time) =>
      new Promise((resolve) => {
        const tasks = [];
        const observer = new PerformanceObserver((list) =>
          tasks.push(...list.getEntries().map(({ duration }) => duration)),
        );
        observer.observe({ type: 'longtask' });
        const start = performance.now();
        let frames = 0;
        const frame = () => {
          frames += 1;
          if (performance.now() - start < time) {
            requestAnimationFrame(frame);
          } else {
            observer.disconnect();
            resolve({ frames, tasks });
          }
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );
}

async function crowd(scene) {
  const world = await World.make(scene, SETTINGS);
  world.riders({ riders: RIDERS, seconds: 300, window: 300, start: 'now' });
  return world;
}

function calm({ frames, tasks }, context) {
  const blocked = tasks.reduce((sum, task) => sum + task, 0);
  context.diagnostic(
    `${frames} frames in ${MEASURED_MS / 1000} s, ${tasks.length} long tasks, the longest ${Math.round(Math.max(0, ...tasks))} ms`,
  );
  // Two cores carry the riders, the broker, the daemon and this browser without a graphics card: bounds are generous.
  assert.ok(tasks.length <= 25 && blocked <= 2500, `long tasks: ${tasks.map(Math.round).join(', ')} ms`);
}

scene('1,000 riders move on the board at a steady rate, with few rows in the document', async (scene) => {
  const world = await crowd(scene);
  const visitor = await browser(scene, world.daemon, { remembered: { rider: MIA, class: 1 } });
  const page = await visitor.open('/');
  await waitFor(
    'everybody on the board',
    async () => (await page.getByRole('table').getAttribute('aria-rowcount')) === `${RIDERS + 1}`,
  );
  const before = await page.getByTestId('board').innerText();
  calm(await measured(page, MEASURED_MS), scene.context);
  assert.notEqual(await page.getByTestId('board').innerText(), before, 'the board did not move');
  const rows = await page.locator('[data-testid=board-row]').count();
  assert.ok(rows >= 5 && rows <= 60, `${rows} rows are in the document`);

  await page.close();
  const wall = await visitor.open('/wall?classId=1');
  await waitFor('the wall to be full', async () => (await wall.locator('[data-testid=wall-row]').count()) >= 10);
  calm(await measured(wall, MEASURED_MS), scene.context);
  const shown = await wall.locator('[data-testid=wall-row]').count();
  assert.ok(shown <= 60, `${shown} rows are on the wall`);
});
