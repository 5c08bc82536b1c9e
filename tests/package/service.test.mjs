// The installed unit under a real systemd, which is the first process of a container. The tests stand on each other.

import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';

import { missing, succeed } from '../container/harness/base.mjs';
import { Engine } from '../container/harness/engine.mjs';
import { run } from '../integration/harness/processes.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { PROGRAMS, makePackage } from './harness/package.mjs';

const TEST_MS = 300_000;
const NAME = 'service';
const SECONDS = 10; // of a simulated race

const absent = await missing(PROGRAMS);
let notRun = (await Engine.cannotRun()) ?? (absent && `${absent} is missing`);
let engine;

/// Runs a program in the container; returns what it prints, in one line where it is one.
async function inside(...command) {
  return (await engine.podman('exec', NAME, ...command)).trim();
}

/// What systemd knows of the service.
async function shown(property) {
  return inside('systemctl', 'show', '-p', property, '--value', 'alleycat');
}

/// Why no systemd runs here, or undefined.
async function boot() {
  const { code, stderr } = await run(
    'podman',
    ['run', '-d', '--name', NAME, '--systemd=always', '--privileged', NAME],
    engine.options,
  );
  if (code !== 0) {
    return stderr.trim();
  }
  const state = async () => {
    const { stdout } = await run('podman', ['exec', NAME, 'systemctl', 'is-system-running'], engine.options);
    return ['running', 'degraded'].includes(stdout.trim());
  };
  return waitFor('systemd to run', state).then(
    () => undefined,
    (late) => late.message,
  );
}

if (!notRun) {
  engine = await Engine.start();
  after(() => engine.close());
  notRun = await engine.probe();
}
if (!notRun) {
  const context = join(engine.directory, 'service');
  await mkdir(context);
  await copyFile(await makePackage(), join(context, 'alleycat.deb'));
  await copyFile(await makePackage('99.0.0'), join(context, 'newer.deb'));
  const file = 'tests/package/service.Dockerfile';
  await succeed('buildah', ['bud', '--pull-never', '-q', '-t', NAME, '-f', file, context], engine.options);
  notRun = await boot();
}

function underSystemd(claim, body) {
  const guarded = async (scene) => {
    if (notRun) {
      scene.context.skip(`NOT RUN: this machine cannot run systemd in a container: ${notRun}`);
      return;
    }
    await body(scene);
  };
  scene(claim, guarded, { timeout: TEST_MS });
}

/// Waits until systemd has restarted the service so often, and it listens again.
function restarted(times) {
  return waitFor(
    'systemd to restart it',
    async () => (await shown('NRestarts')) === times && (await shown('ActiveState')) === 'active',
  );
}

/// The seconds of class 1 in the files of the stopped service.
async function historySeconds() {
  const text = await inside('gzip', '-dc', '/var/lib/alleycat/history/class-1.gz');
  return Object.keys(JSON.parse(text)).map(Number);
}

underSystemd('the package is enabled and started, and fenced in', async () => {
  assert.equal(await inside('systemctl', 'is-enabled', 'alleycat'), 'enabled');
  assert.equal(await inside('systemctl', 'is-active', 'alleycat'), 'active');
  assert.match(await inside('alleycatd', '--health'), /^healthy: /);
  const status = await inside('cat', `/proc/${await shown('MainPID')}/status`);
  const field = (name) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)[1];
  assert.ok(!field('Uid').split('\t').includes('0'), field('Uid'));
  assert.deepEqual(['CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp'].map(field), [
    '0'.repeat(16),
    '0'.repeat(16),
    '1',
    '2',
  ]);
});

underSystemd('a reload keeps the process; killed, it comes back with all that was acknowledged', async () => {
  const riders = ['--transport', 'websocket', '--riders', '12', '--seconds', String(SECONDS), '--speed', '0', '--json'];
  assert.equal(JSON.parse(await inside('alleycat-sim', ...riders)).acked, 12 * SECONDS);
  const process = await shown('MainPID');
  await inside('systemctl', 'reload', 'alleycat');
  assert.equal(await shown('MainPID'), process);
  await inside('sh', '-c', `kill -9 ${process}`);
  await restarted('1');
  await inside('systemctl', 'stop', 'alleycat');
  assert.deepEqual([await shown('Result'), await shown('ExecMainStatus')], ['success', '0']);
  assert.equal((await historySeconds()).length, SECONDS);
});

underSystemd('one that hangs is killed by the watchdog, and comes back', async () => {
  const short = '[Service]\\nWatchdogSec=5s\\n';
  const folder = '/etc/systemd/system/alleycat.service.d';
  await inside('sh', '-c', `mkdir -p ${folder} && printf '${short}' >${folder}/watchdog.conf`);
  await inside('systemctl', 'daemon-reload');
  await inside('systemctl', 'start', 'alleycat');
  const before = Number(await shown('NRestarts'));
  await inside('sh', '-c', `kill -STOP ${await shown('MainPID')}`);
  await restarted(String(before + 1));
  await waitFor('the journal to say why', async () =>
    /Watchdog timeout/.test(await inside('journalctl', '-u', 'alleycat', '--no-pager', '-o', 'cat')),
  );
  await inside('sh', '-c', `rm -r ${folder} && systemctl daemon-reload`);
});

underSystemd('an upgrade restarts it, a removal stops it, and both leave the data', async () => {
  const process = await shown('MainPID');
  await inside('apt-get', 'install', '-y', '-qq', '--no-install-recommends', '/newer.deb');
  assert.equal(await inside('systemctl', 'is-active', 'alleycat'), 'active');
  assert.notEqual(await shown('MainPID'), process);
  await inside('apt-get', 'remove', '-y', '-qq', 'alleycat');
  assert.equal(await shown('MainPID'), '0');
  assert.equal((await historySeconds()).length, SECONDS);
});
