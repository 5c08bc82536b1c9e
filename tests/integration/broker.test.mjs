// The daemon and its broker: late, gone, back, guarded, encrypted.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';

import { Broker, freePort, publishAll } from './harness/broker.mjs';
import { History } from './harness/oracle.mjs';
import { run } from './harness/processes.mjs';
import { payloads, raceRecords } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const CLASSES = [1, 2];
const SECONDS = 30;
const RIDERS = Array.from({ length: 40 }, (_, at) => at);

/// One race as payloads of at most `most` records, in the order of its seconds, each record added to the history.
function race(random, raceId, history, most = 10) {
  const records = raceRecords(random, { raceId, riders: RIDERS, classes: CLASSES, seconds: SECONDS });
  records.sort((a, b) => a.second - b.second);
  records.forEach((each) => history.add(each));
  return payloads(
    random,
    records.map((each) => ({ text: JSON.stringify(each) })),
    most,
  );
}

async function expectHistory(daemon, history) {
  for (const classId of CLASSES) {
    let got;
    await waitFor(
      `the right history of class ${classId}`,
      async () => {
        got = await daemon.history(classId);
        return got === history.text(classId);
      },
      { describe: () => `${got?.length} instead of ${history.text(classId).length} bytes` },
    );
  }
}

/// Waits until the broker has the daemon's session and subscription on its disk.
async function sessionSaved(broker) {
  broker.program.signal('SIGUSR1');
  await waitFor('the broker to save the session', async () => {
    const saved = await readFile(`${broker.directory}/mosquitto.db`, 'latin1');
    return saved.includes('alleycatd') && saved.includes('alleycat-publish');
  });
}

async function notReady(daemon) {
  await waitFor('the daemon to miss its broker', async () => (await daemon.request('/readyz')).status === 503);
}

scene(
  'a daemon that starts before its broker serves HTTP, says it is not ready, and is when the broker comes',
  async (scene) => {
    const random = scene.random();
    const port = await freePort();
    const daemon = await scene.daemon({ MQTT_BROKER: `127.0.0.1:${port}`, MQTT_RECONNECT_MAX: '1s' });
    await waitFor('the daemon to miss its broker, and nothing else', async () => {
      const { status, body } = await daemon.request('/readyz');
      assert.equal(status, 503);
      return /broker/i.test(body.toString());
    });
    assert.equal((await daemon.request('/healthz')).status, 200);
    assert.equal((await daemon.metrics()).get('alleycat_mqtt_connected{door="mqtt"}'), 0);
    await daemon.logs(/no connection to the broker at 127\.0\.0\.1:\d+: .+/);

    const broker = await scene.broker({ port });
    await daemon.ready();
    assert.equal((await daemon.metrics()).get('alleycat_mqtt_connected{door="mqtt"}'), 1);
    const history = new History();
    await publishAll(await broker.client(), race(random, 1, history));
    await expectHistory(daemon, history);
  },
);

scene('a daemon without its broker stops at SIGTERM all the same', async (scene) => {
  const daemon = await scene.daemon({ MQTT_BROKER: `127.0.0.1:${await freePort()}` });
  await daemon.logs(/no connection to the broker/);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
});

scene('a broker killed mid-race and started again goes on bringing every record', async (scene) => {
  const random = scene.random();
  const broker = await scene.broker({ persistent: true });
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address, MQTT_RECONNECT_MAX: '1s' });
  await daemon.ready();
  const history = new History();
  const client = await broker.client();
  const all = race(random, 1, history);
  const half = Math.floor(all.length / 2);

  await publishAll(client, all.slice(0, half));
  const before = all.slice(0, half).join('').split('"deviceTimestamp"').length - 1;
  await daemon.merged(before); // what the broker acknowledged, but had not passed on, would die with it
  await sessionSaved(broker);
  await broker.kill();
  await notReady(daemon);
  const queued = publishAll(client, all.slice(half, half + 20)); // waits in the client until the broker is back
  await broker.start();
  // From here on the broker has the daemon's session, whether or not the daemon is back already.
  await publishAll(client, all.slice(half + 20));
  await queued;
  await daemon.ready();
  await expectHistory(daemon, history);
});

scene('a broker stopped and started again while records flow loses none', async (scene) => {
  const random = scene.random();
  const broker = await scene.broker({ persistent: true });
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address, MQTT_RECONNECT_MAX: '1s' });
  await daemon.ready();
  await sessionSaved(broker);
  const history = new History();
  const client = await broker.client({ clean: false, clientId: 'bike' });
  const flow = publishAll(
    client,
    [1, 2, 3, 4, 5].flatMap((raceId) => race(random, raceId, history)),
    { underWay: 20 },
  );
  await waitFor('some records to arrive', async () => (await daemon.counts('mqtt')).accepted > 100);
  await broker.stop();
  await broker.start();
  await flow;
  await daemon.ready();
  await expectHistory(daemon, history);
});

const WAYS = {
  'MQTT 3.1.1': { more: { MQTT_PROTOCOL: '3.1.1' } },
  'MQTT 5': { more: { MQTT_PROTOCOL: '5' } },
  'stopped with a full ring': { more: { STREAM_RING_CAPACITY: '64KB', STREAM_SHARDS: 1 }, most: 4000 },
};

for (const [way, { more, most }] of Object.entries(WAYS)) {
  scene(`what is published at QoS 1 while the daemon is away reaches it when it is back (${way})`, async (scene) => {
    const random = scene.random();
    const broker = await scene.broker();
    const settings = { MQTT_BROKER: broker.address, ...more };
    let daemon = await scene.daemon(settings);
    await daemon.ready();
    const history = new History();
    const client = await broker.client();
    await publishAll(client, race(random, 1, history, most));
    // Stopped wherever it is in this race.
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
    await publishAll(client, race(random, 2, history, most));
    daemon = await scene.daemon(settings);
    await publishAll(client, race(random, 3, history, most));
    await daemon.ready();
    await expectHistory(daemon, history);
  });
}

scene('user name and password open a guarded broker; the wrong password is told in the log', async (scene) => {
  const random = scene.random();
  const passwords = scene.path('passwords');
  const made = await run('mosquitto_passwd', ['-c', '-b', passwords, 'daemon', 'right horse']);
  assert.equal(made.code, 0, made.stderr);
  const broker = await scene.broker({ config: ['allow_anonymous false', `password_file ${passwords}`] });
  const guarded = { username: 'daemon', password: 'right horse' };

  await writeFile(scene.path('wrong'), 'wrong horse\n');
  const settings = { MQTT_BROKER: broker.address, MQTT_USERNAME: 'daemon', MQTT_RECONNECT_MAX: '1s' };
  const refused = await scene.daemon({
    ...settings,
    MQTT_PASSWORD_FILE: scene.path('wrong'),
    STORAGE_DIRECTORY: scene.path('other'),
  });
  await refused.logs(
    /no connection to the broker at 127\.0\.0\.1:\d+: .*(not authori[sz]ed|bad user ?name or password)/i,
  );
  assert.equal((await refused.request('/readyz')).status, 503);
  assert.equal((await refused.request('/healthz')).status, 200);
  assert.ok(!refused.log.includes('wrong horse'), 'the log must not tell the password');
  assert.deepEqual(await refused.stop(), { code: 0, signal: null });

  await writeFile(scene.path('right'), 'right horse\n');
  const daemon = await scene.daemon({ ...settings, MQTT_PASSWORD_FILE: scene.path('right') });
  await daemon.ready();
  const history = new History();
  await publishAll(await broker.client(guarded), race(random, 1, history));
  await expectHistory(daemon, history);
});

async function openssl(...args) {
  const done = await run('openssl', args);
  assert.equal(done.code, 0, done.stderr);
}

/// An authority and a certificate of 127.0.0.1 that it signed: { ca, certificate, key }.
async function makeCertificates(scene) {
  const at = (name) => scene.path(name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
  );
  await openssl('req', ...key, '-keyout', at('broker.key'), '-out', at('broker.csr'), '-subj', '/CN=broker');
  await writeFile(at('extensions'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const sign = [
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('extensions'),
  ];
  await openssl('x509', '-req', '-in', at('broker.csr'), '-out', at('broker.pem'), ...sign);
  return { ca: at('ca.pem'), certificate: at('broker.pem'), key: at('broker.key') };
}

scene('with a CA file the daemon speaks TLS, and trusts nobody else', async (scene) => {
  const random = scene.random();
  const { ca, certificate, key } = await makeCertificates(scene);
  const plainPort = await freePort(); // for the bikes of this test
  const broker = await Broker.make(scene, {
    config: [`certfile ${certificate}`, `keyfile ${key}`, `listener ${plainPort} 127.0.0.1`],
  });
  await broker.start();
  const settings = { MQTT_BROKER: broker.address, MQTT_RECONNECT_MAX: '1s' };

  // Another authority of the same name did not sign the broker's certificate.
  const other = await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=Test CA'],
    ...['-keyout', scene.path('other.key'), '-out', scene.path('other.pem'), '-days', '2'],
  ]);
  assert.equal(other.code, 0, other.stderr);
  const wary = await scene.daemon({
    ...settings,
    MQTT_CA_FILE: scene.path('other.pem'),
    STORAGE_DIRECTORY: scene.path('wary'),
  });
  await wary.logs(/no connection to the broker at 127\.0\.0\.1:\d+: .+/);
  assert.equal((await wary.request('/readyz')).status, 503);
  assert.deepEqual(await wary.stop(), { code: 0, signal: null });

  const daemon = await scene.daemon({ ...settings, MQTT_CA_FILE: ca });
  await daemon.ready();
  broker.port = plainPort;
  const history = new History();
  await publishAll(await broker.client(), race(random, 1, history));
  await expectHistory(daemon, history);
});

scene('a topic filter with wildcards takes the topics of many bikes', async (scene) => {
  const random = scene.random();
  const broker = await scene.broker();
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address, MQTT_TOPIC: 'gym/+/telemetry' });
  await daemon.ready();
  const client = await broker.client();
  const history = new History();
  for (const bike of ['a', 'b', 'c']) {
    const topic = `gym/${bike}/telemetry`;
    await publishAll(client, race(random, bike.charCodeAt(0), history), { topic });
    await publishAll(client, race(random, 1000, new History()).slice(0, 5), { topic: `gym/${bike}/other` });
  }
  await expectHistory(daemon, history);
});

scene('a ring of 64 KB that is always full holds the broker back, and loses nothing', async (scene) => {
  const random = scene.random();
  const broker = await scene.broker();
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address, STREAM_RING_CAPACITY: '64KB', STREAM_SHARDS: 1 });
  await daemon.ready();
  const history = new History();
  const records = [1, 2, 3, 4, 5, 6].flatMap((raceId) =>
    raceRecords(random, { raceId, riders: RIDERS, classes: CLASSES, seconds: 100 }),
  );
  records.forEach((each) => history.add(each));
  const large = payloads(
    random,
    records.map((each) => ({ text: JSON.stringify(each) })),
    4000,
  );
  await publishAll(await broker.client(), large);
  await expectHistory(daemon, history);
  const stalls = (await daemon.metrics()).get('alleycat_door_stalls_total{door="mqtt"}');
  assert.ok(stalls > 0, 'the ring was never full, so this test showed nothing');
});
