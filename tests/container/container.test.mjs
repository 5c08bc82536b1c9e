// The image and docker/compose.yaml, really built and run. They stand on each other, in this order.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';

import { Load } from '../crash/harness/load.mjs';
import { ROOT, binary } from '../integration/harness/daemon.mjs';
import { History } from '../integration/harness/oracle.mjs';
import { run } from '../integration/harness/processes.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { succeed } from './harness/base.mjs';
import { Engine, IMAGE } from './harness/engine.mjs';
import { Site } from './harness/site.mjs';

const TEST_MS = 300_000;
const SENDERS = [
  { perFrame: 1, window: 200 },
  { perFrame: 50, window: 1000 },
];
const SECONDS = 300; // of a race
const MB = 1024 * 1024;

let notRun = await Engine.cannotRun();
let engine;
let site;
if (!notRun) {
  engine = await Engine.start();
  after(() => engine.close());
  notRun = await engine.probe();
}
if (!notRun) {
  await engine.build();
  await engine.serve();
  site = await Site.make(engine);
}

function onSite(claim, body) {
  const guarded = async (scene) => {
    if (notRun) {
      scene.context.skip(`NOT RUN: this machine cannot run containers: ${notRun}`);
      return;
    }
    const begin = Date.now();
    await body(scene);
    scene.context.diagnostic(`${((Date.now() - begin) / 1000).toFixed(1)} s`);
  };
  scene(claim, guarded, { timeout: TEST_MS });
}

/// Fails unless the daemon's history is the oracle's, byte for byte.
async function assertHistory(expected) {
  for (const classId of expected.classes()) {
    let got;
    await waitFor(
      `the right history of class ${classId}`,
      async () => {
        got = await site.daemon.history(classId);
        return got === expected.text(classId);
      },
      { describe: () => `${got?.length} instead of ${expected.text(classId).length} bytes` },
    );
  }
}

onSite('the compose file is valid, and each of its services is confined', async () => {
  const profiles = ['--profile', 'demo', '--profile', 'metrics'];
  const services = (await site.compose([...profiles, 'config', '--services'])).trim().split('\n');
  assert.deepEqual(services.sort(), ['alleycatd', 'broker', 'grafana', 'prometheus', 'simulator']);
  const whole = await site.compose([...profiles, 'config']);
  for (const line of [
    'read_only: true',
    '- ALL',
    '- no-new-privileges:true',
    'restart: unless-stopped',
    'max-size: 10m',
  ]) {
    assert.equal(whole.split('\n').filter((each) => each.trim() === line).length, services.length, line);
  }
  for (const key of ['mem_limit', 'cpus', 'pids_limit', 'stop_grace_period']) {
    assert.equal(whole.split('\n').filter((each) => each.trim().startsWith(`${key}:`)).length, services.length, key);
  }
  assert.ok(!/0\.0\.0\.0:\d+:\d+/.test(whole), 'a port is published to the network');
});

onSite('the image is small, labelled, and runs as somebody with a number', async (scene) => {
  const { Config, Size, HealthCheck, Healthcheck } = await engine.inspect(IMAGE);
  const base = await engine.inspect('docker.io/library/debian:bookworm-slim');
  assert.equal(Config.User, '10001:10001');
  assert.equal(Config.Labels['org.opencontainers.image.title'], 'alleycat');
  const version = await succeed(binary('alleycatd'), ['--version']);
  assert.equal(version, `alleycatd ${Config.Labels['org.opencontainers.image.version']}\n`);
  assert.equal((HealthCheck ?? Healthcheck).Test.at(-1), '--health');
  const added = (Size - base.Size) / MB;
  scene.context.diagnostic(`${added.toFixed(1)} MB above Debian`);
  assert.ok(added < 40, `${added} MB`);
});

onSite('daemon and broker come up in this order, and are well', async () => {
  await site.up();
  const daemon = await site.inspect('alleycatd');
  const broker = await site.inspect('broker');
  assert.equal(daemon.State.Health.Status, 'healthy');
  assert.ok(daemon.State.StartedAt < broker.State.StartedAt, `${daemon.State.StartedAt} ${broker.State.StartedAt}`);
  await site.daemon.ready();
});

onSite('no process is root, has a capability, or can write to its root', async () => {
  for (const [service, user] of Object.entries({ alleycatd: 10001, broker: 1883 })) {
    const processes = await site.processes(service);
    assert.ok(processes.length > 0);
    for (const { users, capabilities, noNewPrivileges, rootOptions } of processes) {
      assert.deepEqual([...users], [user], service);
      assert.deepEqual(capabilities, [0n, 0n, 0n, 0n, 0n], service);
      assert.equal(noNewPrivileges, '1', service);
      assert.ok(rootOptions.includes('ro'), `${service}: ${rootOptions}`);
    }
    const { HostConfig } = await site.inspect(service);
    assert.ok(HostConfig.Memory > 0 && HostConfig.NanoCpus > 0 && HostConfig.PidsLimit > 0, service);
  }
});

onSite('a daemon that hangs is not well, and is again when it goes on', async () => {
  const daemon = await site.process('alleycatd');
  process.kill(daemon, 'SIGSTOP');
  try {
    assert.equal(await site.health('alleycatd'), 1);
  } finally {
    process.kill(daemon, 'SIGCONT');
  }
  await waitFor('it to be well', async () => (await site.health('alleycatd')) === 0);
  await site.healthy('alleycatd');
});

/// Adds to a history what another one holds.
function merge(into, other) {
  for (const classId of other.classes()) {
    for (let second = 1; second <= SECONDS; ++second) {
      other.at(classId, second).forEach(([racerId, value]) => into.put(classId, second, racerId, value));
    }
  }
}

let kept; // what all that was acknowledged makes of the history

onSite(
  'kill -9 of the daemon and of the broker: both come back, and no acknowledged record is missing',
  async (scene) => {
    const first = new Load({ senders: SENDERS });
    first.start(site.daemon, await site.broker(scene).client());
    await first.further(3000);
    first.unlimited = true; // until the kill
    await first.furtherSent(500);
    await site.kill('alleycatd');
    first.unlimited = false;
    await first.further(3000);
    await first.finish();
    await first.passedOn(scene, site.daemon); // what the broker has acknowledged
    kept = first.history();

    const second = new Load({ senders: SENDERS, publishers: [] });
    second.start(site.daemon);
    await second.further(9000);
    second.unlimited = true;
    await site.kill('broker');
    second.unlimited = false;
    await second.further(3000);
    await second.finish();
    merge(kept, second.history());

    await site.healthy('broker');
    const late = record({ classId: 6, racerId: 2 });
    const client = await site.broker(scene).client();
    await client.publishAsync('alleycat-publish', JSON.stringify(late), { qos: 1 }); // kept for the daemon, until it calls
    kept.add(late);
    scene.context.diagnostic(`${first.summary()}; then ${second.summary()}`);
    await assertHistory(kept);
  },
);

onSite('a stop is graceful, and behind down and up nothing is lost', async () => {
  await site.compose(['stop', '-t', '30']);
  for (const service of ['alleycatd', 'broker']) {
    assert.equal((await site.inspect(service)).State.ExitCode, 0, await site.logs(service));
  }
  assert.match(await site.logs('alleycatd'), /signal 15: stopping[^]* stopped; \d+ records accepted/);
  await site.down();
  await site.up();
  await assertHistory(kept);
});

onSite('simulated riders race, and their history is fetched through the published port', async () => {
  await site.up({ profiles: ['demo'], settings: { RIDERS: '60' } });
  const riders = async () => {
    const seconds = JSON.parse((await site.daemon.history(6)) ?? '{}');
    return Object.values(seconds).some((racers) => Object.keys(racers).length >= 10); // 60 riders in six classes
  };
  await waitFor('ten riders in a second of class 6', riders);
  assert.deepEqual([...(await site.processes('simulator'))[0].users], [10001]);
  await site.healthy('simulator');
});

onSite('all that the dashboard shows is measured', async () => {
  const text = await readFile(join(ROOT, 'docker/grafana/dashboards/alleycat.json'), 'utf8');
  const wanted = new Set(text.match(/\b(alleycat|process)_[a-z_]+/g));
  const { body } = await site.daemon.request('/metrics');
  const measured = new Set(
    body
      .toString()
      .match(/^# TYPE \S+/gm)
      .map((line) => line.slice('# TYPE '.length)),
  );
  const known = (name) => measured.has(name) || measured.has(name.replace(/_(bucket|sum|count)$/, ''));
  assert.ok(wanted.size > 20, `${wanted.size}`);
  assert.deepEqual(
    [...wanted].filter((name) => !known(name)),
    [],
  );
});

onSite('in token mode the broker admits who has a token, to its own topic, as soon as it is made', async () => {
  await site.down('-v');
  await site.up({ settings: { ALLEYCAT_AUTH_MODE: 'token' } });
  const publish = (topic, sent, ...signIn) => {
    const address = ['-h', '127.0.0.1', '-p', String(site.ports.mqtt), '-q', '1', '-t', topic];
    return run('mosquitto_pub', [...address, ...signIn, '-m', JSON.stringify(sent)]);
  };
  const mine = record({ classId: 1, racerId: 7 });
  const foreign = record({ classId: 1, racerId: 8 });
  assert.match((await publish('alleycat-publish', foreign)).stderr, /not authori[sz]ed/i);

  const made = await site.run('alleycatd', 'alleycatd', 'token', 'add', '--role', 'bike', '--racer', '7', '--json');
  const { id, token } = JSON.parse(made);
  const signIn = ['-u', id, '-P', token];
  await waitFor(
    'the broker to know the token',
    async () => (await publish('elsewhere', foreign, ...signIn)).code === 0,
  );
  await publish('alleycat-publish', foreign, ...signIn);
  await publish('alleycat-publish/8', foreign, ...signIn);
  assert.equal((await publish('alleycat-publish/7', mine, ...signIn)).code, 0);
  const history = new History();
  history.add(mine);
  const { token: viewer } = JSON.parse(
    await site.run('alleycatd', 'alleycatd', 'token', 'add', '--role', 'viewer', '--json'),
  );
  let got;
  await waitFor(
    'the history of racer 7, and of nobody else',
    async () => {
      got = await site.daemon.request('/history/class-1.json', { headers: { authorization: `Bearer ${viewer}` } });
      return got.status === 200 && got.body.toString() === history.text(1);
    },
    { describe: () => `${got?.status} ${got?.body}` },
  );
  await site.healthy('broker');
});
