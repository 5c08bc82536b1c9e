// Who may publish what over the broker: Mosquitto by the daemon's own files, and the daemon behind it.

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';

import { addToken, revokeToken, takenFor } from './harness/access.mjs';
import { BIKES } from './harness/bike_rule.mjs';
import { Client, guardedBroker } from './harness/guarded_broker.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const TOPIC = 'alleycat-publish';
const RESULTS = 'alleycat-subscribe';
const RECORDS = 'alleycat-records';
const text = (fields) => JSON.stringify(record(fields));

/// Records that the MQTT doors took and refused, and those refused as `Unauthorized`, since the start.
async function counts(daemon) {
  const metrics = [...(await daemon.metrics())].filter(([name]) => name.includes('door="mqtt'));
  const sum = (...parts) =>
    metrics.reduce((all, [name, value]) => all + (parts.every((part) => name.includes(part)) ? value : 0), 0);
  return {
    accepted: sum('records_accepted_total'),
    rejected: sum('records_rejected_total'),
    unauthorized: sum('records_rejected_total', 'Unauthorized'),
  };
}

async function counted(daemon, wanted) {
  let now;
  await waitFor(
    `the counts ${JSON.stringify(wanted)}`,
    async () => {
      now = await counts(daemon);
      return JSON.stringify(now) === JSON.stringify(wanted);
    },
    { describe: () => JSON.stringify(now) },
  );
}

scene('a bike publishes on its own topic, and on no other', async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene);
  const bike = await Client.make(scene, broker, tokens.bike);
  const foreign = [
    ...[TOPIC, `${TOPIC}/8`, `${TOPIC}/70`, `${TOPIC}/07`, `${TOPIC}/7/7`, `${TOPIC}/7/`, `${TOPIC}/`, `/${TOPIC}/7`],
    ...[RESULTS, RECORDS, `${RESULTS}/7`, `${RECORDS}/7`, 'anything', '$SYS/broker', '7', `${TOPIC.toUpperCase()}/7`],
  ];
  for (const topic of foreign) {
    assert.equal(await bike.mayPublish(topic, text({ racerId: 7 })), false, topic);
    assert.equal(await bike.mayPublish(topic, text({ racerId: 7 }), { retain: true }), false, `${topic}, retained`);
  }
  assert.equal(await bike.mayPublish(`${TOPIC}/7`, text({ racerId: 7 })), true);
  await counted(daemon, { accepted: 1, rejected: 0, unauthorized: 0 });
});

scene("records of another racer on a bike's own topic are refused by the daemon, and counted", async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene);
  const bike = await Client.make(scene, broker, tokens.bike);
  assert.equal(await bike.mayPublish(`${TOPIC}/7`, text({ racerId: 8 })), true, 'the broker does not look into it');
  const mixed = `[${text({ second: 1 })},${text({ racerId: 8 })},${text({ second: 2 })},{}]`;
  assert.equal(await bike.mayPublish(`${TOPIC}/7`, mixed), true);
  await counted(daemon, { accepted: 2, rejected: 3, unauthorized: 2 });
  await daemon.merged(2);
});

scene('a studio publishes for every racer, and publishes no results', async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene);
  const administrator = await Client.make(scene, broker, tokens.administrator);
  const studio = await Client.make(scene, broker, tokens.studio);
  assert.equal(await studio.mayPublish(TOPIC, `[${text({ racerId: 1 })},${text({ racerId: 2 })}]`), true);
  assert.equal(await studio.mayPublish(`${TOPIC}/8`, text({ racerId: 8 })), true);
  assert.equal(await administrator.mayPublish(TOPIC, text({ racerId: 3 })), true);
  assert.equal(await studio.mayPublish(`${TOPIC}/8`, text({ racerId: 9 })), true);
  await counted(daemon, { accepted: 4, rejected: 1, unauthorized: 1 }); // a topic speaks for its racer, whoever publishes
  for (const client of [studio, administrator]) {
    for (const topic of [RESULTS, RECORDS, 'anything', `${TOPIC}/8/9`]) {
      assert.equal(await client.mayPublish(topic, '{}'), false, topic);
    }
  }
});

scene('a viewer publishes nowhere; without a good token nobody gets in', async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene);
  const viewer = await Client.make(scene, broker, tokens.viewer);
  for (const topic of [TOPIC, `${TOPIC}/7`, RESULTS, RECORDS, 'anything']) {
    assert.equal(await viewer.mayPublish(topic, text({})), false, topic);
  }
  const { id, token } = tokens.studio;
  const strangers = [
    {},
    { username: id },
    { username: id, password: '' },
    { username: id, password: `${token}x` },
    { username: id, password: token.slice(0, -1) },
    { username: id, password: tokens.bike.token },
    { username: token, password: token },
    { username: 'alleycatd', password: token },
    { username: 'alleycatd', password: 'alleycatd' },
  ];
  for (const stranger of strangers) {
    assert.match(
      await Client.refusal(scene, broker, stranger),
      /not authori[sz]ed|bad user/i,
      JSON.stringify(stranger),
    );
  }
  await counted(daemon, { accepted: 0, rejected: 0, unauthorized: 0 });
});

scene('all with a token may read results, and nothing that bikes send', async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene);
  const readers = await Promise.all(Object.values(tokens).map((token) => Client.make(scene, broker, token)));
  for (const reader of readers) {
    for (const filter of ['#', `${TOPIC}/#`, `${TOPIC}/+`, TOPIC, '+/+', `$share/group/${TOPIC}/#`]) {
      await reader.subscribe(filter).catch(() => {}); // to refuse it is well, too
    }
  }
  const studio = await Client.make(scene, broker, tokens.studio);
  await studio.mayPublish(`${TOPIC}/8`, text({ racerId: 8 }));
  await studio.mayPublish(TOPIC, text({ racerId: 9 }));
  await waitFor('everybody to be sent results', () =>
    readers.every(({ received }) => received.some(({ topic }) => topic === RESULTS)),
  );
  for (const { received } of readers) {
    assert.deepEqual(
      received.filter(({ topic }) => topic !== RESULTS && topic !== RECORDS),
      [],
    );
  }
  await counted(daemon, { accepted: 2, rejected: 0, unauthorized: 0 });
});

const RULES = `${BIKES}
[[rule]]
name = "anybody"
topic = "open/records"
`;

scene(
  'a rule whose topic names the racer is open to that racer only, and one that does not, to studios',
  async (scene) => {
    const { broker, daemon, tokens } = await guardedBroker(scene, { config: RULES });
    const bike = await Client.make(scene, broker, tokens.bike);
    const studio = await Client.make(scene, broker, tokens.studio);
    const payload = '{"rpm":80,"level":40}';
    for (const topic of [
      'bikes/8/1',
      'bikes/70/1',
      'bikes/7',
      'bikes/7/1/1',
      'bikes//1',
      'bikes/1/7',
      'open/records',
    ]) {
      assert.equal(await bike.mayPublish(topic, payload), false, topic);
    }
    assert.equal(await bike.mayPublish('bikes/7/1', payload), true);
    assert.equal(await studio.mayPublish('bikes/8/2', payload), true);
    assert.equal(await studio.mayPublish('open/records', text({ racerId: 30 })), true);
    await counted(daemon, { accepted: 3, rejected: 0, unauthorized: 0 });
  },
);

scene('tokens that are made or revoked count at the broker while both run', async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene);
  const later = await addToken(scene, { role: 'bike', racer: 12 });
  const login = ({ id, token }) => ({ username: id, password: token });
  await takenFor(daemon, later, 'bike');
  await waitFor('the broker to let the new bike in', async () => {
    return (await Client.refusal(scene, broker, login(later))) === 'connected';
  });
  const bike = await Client.make(scene, broker, later);
  assert.equal(await bike.mayPublish(`${TOPIC}/12`, text({ racerId: 12 })), true);
  await counted(daemon, { accepted: 1, rejected: 0, unauthorized: 0 });

  await revokeToken(scene, later);
  await waitFor('the broker to know the old bike no more', async () => {
    return (await Client.refusal(scene, broker, login(later))) !== 'connected';
  });
  await waitFor('its open connection to be worth nothing', async () => {
    return bike.closed || !(await bike.mayPublishHere(`${TOPIC}/12`, text({ racerId: 12, second: 2 })));
  });
  const kept = await Client.make(scene, broker, tokens.bike);
  assert.equal(await kept.mayPublish(`${TOPIC}/7`, text({ racerId: 7 })), true);
});

scene('the files are for the broker only, and hold no token', async (scene) => {
  const { daemon, tokens } = await guardedBroker(scene);
  for (const name of ['passwords', 'acl']) {
    assert.equal((await stat(scene.path('mosquitto', name))).mode & 0o007, 0, name);
  }
  assert.equal((await stat(scene.path('data', 'broker-password'))).mode & 0o077, 0);
  Object.values(tokens).forEach(({ token }) => assert.ok(!daemon.log.includes(token)));
});

scene("nobody takes the daemon's place at the broker by its client id", async (scene) => {
  const { broker, daemon, tokens } = await guardedBroker(scene);
  const studio = await Client.make(scene, broker, tokens.studio);
  for (const clean of [true, false]) {
    const thief = new Client(broker, {
      username: tokens.viewer.id,
      password: tokens.viewer.token,
      clientId: 'alleycatd',
      clean,
    });
    scene.after(() => thief.client.end(true));
    await thief.outcome;
  }
  assert.equal(await studio.mayPublish(TOPIC, text({ racerId: 1 })), true);
  await counted(daemon, { accepted: 1, rejected: 0, unauthorized: 0 });
  assert.doesNotMatch(daemon.log, /taken over|no connection|lost/i);
});
