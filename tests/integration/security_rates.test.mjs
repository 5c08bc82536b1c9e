// How much one token may send: what is above is refused, said and counted, and costs nobody else a record.

import assert from 'node:assert/strict';

import { addToken, bearer, guarded, takenFor } from './harness/access.mjs';
import { Client, guardedBroker } from './harness/guarded_broker.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

/// A rate at which no token comes back while a test runs: 15 at once, and then nothing.
const SLOW = { LIMITS_BIKE_RECORDS: 0.001, LIMITS_BURST: '3600s' }; // 3.6 at once
const BURST = 3;

const many = (racerId, count, from = 1) =>
  JSON.stringify(
    Array.from({ length: count }, (_, at) => record({ racerId, second: from + at, cadence: 50 + at / 10 })),
  );

async function limited(daemon) {
  const found = [...(await daemon.metrics())].filter(([name]) => name.includes('"RateLimited"'));
  return found.reduce((all, [, value]) => all + value, 0);
}

scene(
  'what a bike sends above its rate is RateLimited; all that was acknowledged is kept, and others go on',
  async (scene) => {
    const { daemon, tokens } = await guarded(scene, SLOW);
    const other = await addToken(scene, { role: 'bike', racer: 8 });
    await takenFor(daemon, other, 'bike');
    const greedy = await scene.ingest(daemon, { headers: bearer(tokens.bike.token) });
    const modest = await scene.ingest(daemon, { headers: bearer(other.token) });
    const studio = await scene.ingest(daemon, { headers: bearer(tokens.studio.token) });

    greedy.send(many(7, 100));
    await greedy.answered(BURST, 100 - BURST);
    assert.deepEqual([greedy.accepted, greedy.rejected], [BURST, 100 - BURST]);
    assert.deepEqual([...new Set(greedy.rejects.map(({ code }) => code))], ['RateLimited']);
    assert.deepEqual(
      greedy.rejects.map(({ index }) => index),
      Array.from({ length: 100 - BURST }, (_, at) => at + BURST),
    );

    modest.send(many(8, BURST));
    await modest.answered(BURST);
    assert.equal(modest.rejected, 0);
    studio.send(many(7, 250));
    await studio.answered(250);
    assert.equal(studio.rejected, 0, 'a studio has its own');
    assert.equal(await limited(daemon), 100 - BURST);
    await daemon.merged(BURST + BURST + 250);
  },
);

scene('more connections, or a new one, are no way around the rate', async (scene) => {
  const { daemon, tokens } = await guarded(scene, SLOW);
  let accepted = 0;
  for (let round = 0; round < 4; ++round) {
    const clients = [];
    for (let at = 0; at < 3; ++at) {
      clients.push(await scene.ingest(daemon, { headers: bearer(tokens.bike.token) }));
    }
    for (const client of clients) {
      client.send(many(7, 2));
      await client.answered(1, 1);
      accepted += client.accepted;
    }
    await Promise.all(clients.map((client) => client.close()));
  }
  assert.equal(accepted, BURST);
});

scene('a record that is refused for another reason takes nothing from the rate', async (scene) => {
  const { daemon, tokens } = await guarded(scene, SLOW);
  const bike = await scene.ingest(daemon, { headers: bearer(tokens.bike.token) });
  bike.send(many(8, 20)); // somebody else's
  bike.send('[{},{},{},{},{},{}]');
  bike.send(many(7, BURST));
  await bike.answered(BURST, 26);
  assert.equal(bike.accepted, BURST);
});

scene('behind a pause a bike sends what it kept, at once', async (scene) => {
  const { daemon, tokens } = await guarded(scene, { LIMITS_BIKE_RECORDS: 20, LIMITS_BURST: '15s' });
  const bike = await scene.ingest(daemon, { headers: bearer(tokens.bike.token) });
  bike.send(many(7, 300)); // a whole race, twenty times as fast for fifteen seconds
  await bike.answered(300);
  assert.deepEqual([bike.accepted, bike.rejected], [300, 0]);
  // And when time has passed, there is room again: sooner or later one is taken.
  let second = 0;
  await waitFor('a further record to be taken', async () => {
    second += 1;
    const before = bike.accepted;
    bike.send(JSON.stringify(record({ racerId: 7, raceId: 2, second: (second % 300) + 1 })));
    await bike.until('its answer', () => bike.accepted + bike.rejected === 300 + second);
    return bike.accepted > before;
  });
  await daemon.merged(bike.accepted);
});

scene('a studio has a rate, too, and the stream API tells it as a refusal to be sent again', async (scene) => {
  const { daemon, tokens } = await guarded(scene, { LIMITS_STUDIO_RECORDS: 0.01, LIMITS_BURST: '3600s' });
  const studio = await scene.ingest(daemon, { headers: bearer(tokens.studio.token) });
  studio.send(many(7, 100));
  await studio.answered(36, 64);
  assert.deepEqual([studio.accepted, studio.rejected], [36, 64]);
  await daemon.merged(36);
});

scene('a bike above its rate over MQTT is limited as well', async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene, { settings: SLOW });
  const bike = await Client.make(scene, broker, tokens.bike);
  await bike.mayPublish('alleycat-publish/7', many(7, 50));
  await waitFor('all of them to be counted', async () => {
    const { accepted, rejected } = await daemon.counts('mqtt');
    return accepted + rejected === 50;
  });
  assert.equal((await daemon.counts('mqtt')).accepted, BURST);
});
