// A page that has to say who it is: bikes, viewers, tokens that are taken back, and what an administrator judges.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe } from 'node:test';
import { promisify } from 'node:util';

import { accessibilityFaults, browser, overflow } from '../integration/harness/browser.mjs';
import { binary, environment } from '../integration/harness/daemon.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { numberIn } from './page.mjs';
import { MIA, RACE, World, range } from './world.mjs';

const CLASS = 1;
/// What a browser notes of a token that is no good any more.
const REFUSED = /status of 401/;
const PHONE = { width: 360, height: 740 };

/// What `alleycatd token …` prints, beside a running daemon.
async function tokens(scene, ...args) {
  const env = environment({ STORAGE_DIRECTORY: scene.path('data') });
  const { stdout } = await promisify(execFile)(binary('alleycatd'), ['token', ...args], { env });
  return stdout.trim();
}

/// A token, when the daemon knows of it.
async function token(scene, world, role, ...args) {
  const made = await tokens(scene, 'add', '--role', role, ...args);
  await waitFor(`the token of a ${role} to be known`, async () => {
    const { body } = await world.daemon.request('/api/v1/access', { headers: bearing(made) });
    return JSON.parse(body.toString()).role === role;
  });
  return made;
}

const bearing = (text) => ({ Authorization: `Bearer ${text}` });

/// A daemon that asks for tokens; the tests ask as its administrator.
async function guarded(scene, settings = {}) {
  const world = await World.make(scene, { AUTH_MODE: 'token', ...settings });
  const administrator = await token(scene, world, 'administrator');
  world.headers = bearing(administrator);
  return { world, administrator };
}

/// Records of anybody, by a studio's token.
async function sendAs(scene, world, studio, records) {
  const door = await scene.ingest(world.daemon);
  door.send(JSON.stringify({ type: 'auth', token: studio }));
  door.send(JSON.stringify(records));
  await door.answered(records.length);
}

/// A bike's page, from the code on its handlebar to a rider with a name.
async function atTheBike(scene, world, bike, options = {}) {
  const visitor = await browser(scene, world.daemon, { remembered: { class: CLASS }, ...options });
  const asked = [];
  visitor.context.on('request', (request) => asked.push(request.url()));
  const page = await visitor.open(`/#token=${bike}`);
  page.on('websocket', (socket) => asked.push(socket.url()));
  await page.getByTestId('new-name').fill(MIA.name);
  await page.getByTestId('new-save').click();
  await page.getByTestId('rider-name').waitFor();
  return { visitor, page, asked };
}

/// What keeps somebody from using what is shown, on a phone and on a desk.
async function usable(page, what) {
  const faults = [];
  for (const viewport of [PHONE, { width: 1280, height: 800 }]) {
    await page.setViewportSize(viewport);
    const where = `${what}, ${viewport.width} pixels`;
    faults.push(...(await accessibilityFaults(page)).map((fault) => `${where}: ${fault}`));
    if ((await overflow(page)) > 0) faults.push(`${where}: pixels are beside the window`);
  }
  assert.deepEqual(faults, []);
}

describe('tokens', { concurrency: true }, () => {
  scene('a code on a handlebar signs its bike in, which rides to a rank; the token is in no address', async (scene) => {
    const { world } = await guarded(scene);
    const studio = await token(scene, world, 'studio');
    const bike = await token(scene, world, 'bike', '--racer', String(MIA.racerId));
    const { page, asked } = await atTheBike(scene, world, bike);
    assert.equal(new URL(page.url()).hash, '');
    assert.equal(await page.getByTestId('rider-search').count(), 0, 'a bike has one rider');
    await page.getByTestId('account').getByText(`Bike ${MIA.racerId}`).waitFor();
    await usable(page, 'a bike');

    await page.getByTestId('start-next').click();
    await page.getByTestId('output').waitFor();
    const raceId = await world.raceOf(page);
    const rival = { racerId: 42, name: 'Rocket', raceId, classId: CLASS, cadence: 200, resistance: 90 };
    await sendAs(scene, world, studio, [record({ ...rival, second: 1 })]);
    const rank = page.getByTestId('own-rank');
    await waitFor('the rank', async () => (await rank.allInnerTexts()).join().includes('Rank 2 of 2'));
    await page.getByTestId('finish').waitFor();
    await page.getByTestId('safety').getByText('saved').waitFor();
    const { results } = await waitFor('the result', async () => {
      const told = await world.json(`/api/v1/races/${raceId}/results?classId=${CLASS}`);
      return told.state === 'closed' && told;
    });
    const own = results.find(({ racerId }) => racerId === MIA.racerId);
    assert.deepEqual([own.name, own.second], [MIA.name, RACE]);
    assert.deepEqual(
      asked.filter((url) => url.includes('alleycat_')),
      [],
    );

    await page.reload();
    await page.getByTestId('rider-name').waitFor();
    await page.getByTestId('account').click();
    await page.getByTestId('sign-out').click();
    await page.getByTestId('sign-in').getByText('This server lets in only who has a token.').waitFor();
    await usable(page, 'the panel');
  });

  scene('a viewer is told kindly that the token looks on, and can look at everything', async (scene) => {
    const { world } = await guarded(scene);
    const studio = await token(scene, world, 'studio');
    const { raceId } = await world.clock();
    const rider = { racerId: 42, name: 'Rocket', raceId, classId: CLASS };
    const ridden = range(1, RACE).map((second) =>
      record({ ...rider, second, event: second === RACE ? 'final' : 'update' }),
    );
    await sendAs(scene, world, studio, ridden);
    const visitor = await browser(scene, world.daemon, { remembered: { class: CLASS } });
    const page = await visitor.open('/');
    await page.getByTestId('token').fill('no token');
    await page.keyboard.press('Enter');
    await page.getByTestId('sign-in-wrong').getByText('no whole token').waitFor();
    await page.keyboard.type(await token(scene, world, 'viewer'));
    await page.keyboard.press('Enter');

    await page.getByTestId('only-looking').waitFor();
    assert.equal(await page.getByTestId('sign-in').count(), 0);
    assert.equal(await page.getByTestId('start-now').count(), 0);
    await page.getByTestId('board-state').getByText('Live').waitFor();
    await usable(page, 'a viewer');
    await page.getByRole('link', { name: 'See the results' }).click();
    await page.locator(`[data-testid=race][data-race="${raceId}"] a`).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Results as CSV' }).click();
    const download = await saved;
    const { headers } = await world.daemon.request(`/api/v1/races/${raceId}/results.csv?classId=${CLASS}`, world);
    assert.ok(headers['content-disposition'].includes(`"${download.suggestedFilename()}"`), download.suggestedFilename());
    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByTestId('shard').first().waitFor();
    assert.equal(await page.getByTestId('held-back').count(), 0);
    const wall = await visitor.open('/wall');
    await wall.getByTestId('wall-class').waitFor();
  });

  scene('a token that is taken back in a ride brings the panel, and costs no second', async (scene) => {
    const { world } = await guarded(scene);
    const bike = await token(scene, world, 'bike', '--racer', String(MIA.racerId));
    const { page } = await atTheBike(scene, world, bike, { allowed: [REFUSED] });
    await page.getByTestId('start-next').click();
    await page.getByTestId('output').waitFor();
    const raceId = await world.raceOf(page);
    await waitFor('second 3', async () => (await numberIn(page.getByTestId('race-second'))) >= 3);
    await tokens(scene, 'revoke', bike);
    await page.getByTestId('sign-in').getByText('Your ride is kept on this device').waitFor();
    assert.ok(await page.getByTestId('output').isVisible(), 'the ride goes on');
    await page.getByTestId('unsent').waitFor();
    await usable(page, 'the panel in a ride');

    const fresh = await token(scene, world, 'bike', '--racer', String(MIA.racerId));
    await page.getByTestId('sign-in-open').click();
    await page.keyboard.type(fresh);
    await page.keyboard.press('Enter');
    await page.getByTestId('sign-in').waitFor({ state: 'detached' });
    await page.getByTestId('finish').waitFor();
    await page.getByTestId('safety').getByText('saved').waitFor();
    await waitFor('every second of the ride', async () => {
      const seconds = await world.rideSeconds(CLASS, raceId, MIA.racerId);
      return seconds.join() === range(1, RACE).join();
    });
  });

  scene('where everybody may look, only who wants to ride is asked for a token', async (scene) => {
    const { world } = await guarded(scene, { AUTH_OPEN_VIEWING: 'true' });
    const visitor = await browser(scene, world.daemon, { remembered: { class: CLASS } });
    const page = await visitor.open('/');
    await page.getByTestId('only-looking').waitFor();
    await page.getByTestId('board-state').getByText('Live').waitFor();
    assert.equal(await page.getByTestId('sign-in').count(), 0);
    await page.getByTestId('account').click();
    await page.getByTestId('token').waitFor();
    await page.keyboard.type(await token(scene, world, 'studio'));
    await page.keyboard.press('Enter');
    await page.getByTestId('start-next').waitFor();
  });

  scene('what is held back is released by the administrator, and counts from then on', async (scene) => {
    const { world, administrator } = await guarded(scene, { PLAUSIBILITY_MODE: 'quarantine' });
    const studio = await token(scene, world, 'studio');
    const { raceId } = await world.nextRace().then(() => world.clock());
    const rider = { racerId: 42, name: 'Rocket', raceId, classId: CLASS, deviceTimestamp: Date.now() };
    await sendAs(scene, world, studio, [
      record({ ...rider, second: 1, cadence: 60 }),
      record({ ...rider, second: 2, cadence: 240 }),
      record({ ...rider, second: 3, cadence: 61 }),
      record({ ...rider, second: 4, cadence: 241 }),
    ]);
    const visitor = await browser(scene, world.daemon);
    const page = await visitor.open(`/status#token=${administrator}`);
    const card = page.getByTestId('held-back');
    const rows = page.getByTestId('held');
    await waitFor('two records to be held back', async () => (await rows.count()) === 2);
    await card.getByText('jumped further than a bike can').first().waitFor();
    await usable(page, 'what is held back');

    await card.getByRole('button', { name: 'Drop second 4 of Rocket' }).click();
    await page.keyboard.press('Escape'); // and thought better of it
    await card.getByRole('button', { name: 'Drop second 4 of Rocket' }).click();
    await card.getByTestId('drop-yes').click();
    await waitFor('one of them to be dropped', async () => (await rows.count()) === 1);
    await card.getByRole('button', { name: 'Release second 2 of Rocket' }).click();
    await card.getByText('Nothing is held back.').waitFor();
    await waitFor('the released second', async () => {
      const seconds = await world.rideSeconds(CLASS, raceId, rider.racerId).catch(() => []);
      return seconds.join() === '1,2,3';
    });
  });
});
