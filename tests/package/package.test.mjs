// cmake --install and the Debian package: what they hold, and what becomes of the data when it is installed, upgraded,
// removed and purged in a clean Debian.

import assert from 'node:assert/strict';
import { existsSync, lstatSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { baseArchive, missing, succeed } from '../container/harness/base.mjs';
import { Daemon, ROOT, binary } from '../integration/harness/daemon.mjs';
import { Program, run } from '../integration/harness/processes.mjs';
import { record } from '../integration/harness/records.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { BUILD, PROGRAMS, makePackage } from './harness/package.mjs';

const TEST_MS = 600_000;
const LINE = '# a setting of the administrator\n';

/// Runs the body where these programs are there, and says so where they are not.
function withPrograms(claim, programs, body, { root = false } = {}) {
  const guarded = async (scene) => {
    const absent = await missing(programs);
    const reason = root && process.getuid() !== 0 ? 'it needs root' : absent && `${absent} is missing`;
    if (reason) {
      scene.context.skip(`NOT RUN: ${reason} (config/packages.sh package)`);
      return;
    }
    await body(scene);
  };
  scene(claim, guarded, { timeout: TEST_MS });
}

async function fields(file) {
  const text = await succeed('dpkg-deb', ['-f', file]);
  return new Map(
    text.split(/\n(?=\S)/).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
}

withPrograms('an installed tree has everything, and systemd approves of its unit', ['cmake'], async (scene) => {
  const prefix = scene.path('prefix');
  await succeed('cmake', ['--install', BUILD, '--prefix', prefix, '--strip']);
  const files = [
    'bin/alleycatd',
    'bin/alleycat-sim',
    'etc/alleycat/alleycat.toml',
    'lib/systemd/system/alleycat.service',
    'share/man/man8/alleycatd.8',
    'share/bash-completion/completions/alleycatd',
    'share/zsh/vendor-completions/_alleycatd',
    'share/doc/alleycat/README.md',
    'share/doc/alleycat/LICENSE',
  ];
  assert.deepEqual(
    files.filter((name) => !existsSync(join(prefix, name))),
    [],
  );
  const unit = join(prefix, 'lib/systemd/system/alleycat.service');
  assert.ok(
    (await readFile(unit, 'utf8')).includes(`ExecStart=${prefix}/bin/alleycatd --config ${prefix}/etc/alleycat/`),
  );
  if (await missing(['systemd-analyze'])) {
    scene.context.diagnostic('NOT RUN: systemd-analyze is missing');
    return;
  }
  assert.equal(await succeed('sh', ['-c', 'systemd-analyze verify --man=no "$0" 2>&1', unit]), '');
  const security = ['security', '--offline=true', '--threshold=15', '--no-pager', unit]; // exposure at most 1.5
  const judged = await succeed('systemd-analyze', security);
  scene.context.diagnostic(judged.trim().split('\n').at(-1));
});

withPrograms('the man page has no fault, and every flag and command', ['man'], async () => {
  const page = join(ROOT, 'config/alleycatd.8');
  const { code, stderr, stdout } = await run('man', ['--warnings', '-l', page], {
    env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '120' },
  });
  assert.deepEqual([code, stderr], [0, '']);
  const help = await succeed(binary('alleycatd'), ['--help']);
  const flags = new Set(help.match(/(?<=^  (-\w,)?)--[a-z][a-z0-9-]*/gm));
  assert.ok(flags.size > 40, `${flags.size}`);
  const text = (await readFile(page, 'utf8')).replaceAll('\\-', '-');
  assert.deepEqual(
    [...flags].filter((flag) => !new RegExp(`${flag}(?![a-z-])`).test(text)),
    [],
  );
  for (const command of ['log stat', 'log verify', 'log dump', 'history rebuild', 'db check', 'db export']) {
    assert.ok(stdout.includes(command), command);
  }
});

withPrograms('bash completes flags and commands by what the program says', ['bash'], async () => {
  const script = `
    PATH=${dirname(binary('alleycatd'))}:$PATH
    source ${ROOT}/config/completion/alleycatd.bash
    COMP_WORDS=(alleycatd "$@") COMP_CWORD=$#
    _alleycatd
    echo "\${COMPREPLY[*]}"`;
  const completed = async (...words) => (await succeed('bash', ['-c', script, 'bash', ...words])).trim();
  assert.equal(await completed('--http-l'), '--http-listen');
  assert.equal(await completed('hi'), 'history');
  assert.equal(await completed('log', ''), 'stat verify dump');
  assert.equal(await completed('log', 'dump', '--sh'), '--shard');
});

withPrograms('the package says what it needs, and keeps its configuration', PROGRAMS, async (scene) => {
  const file = await makePackage();
  scene.context.diagnostic(`${((await stat(file)).size / 1e6).toFixed(1)} MB`);
  const control = await fields(file);
  const version = (await succeed(binary('alleycatd'), ['--version'])).trim().split(' ')[1];
  assert.equal(control.get('Package'), 'alleycat');
  assert.equal(control.get('Version'), version);
  assert.equal(control.get('Architecture'), (await succeed('dpkg', ['--print-architecture'])).trim());
  for (const needed of ['adduser', 'libc6 (>=', 'libmosquitto1 (>=', 'libssl3 (>=', 'libsqlite3-0 (>=']) {
    assert.ok(control.get('Depends').includes(needed), `${needed} is not in ${control.get('Depends')}`);
  }
  assert.match(control.get('Recommends'), /^mosquitto /);
  assert.match(control.get('Description'), /^[A-Z].{10,70}\n /);
  assert.equal(await succeed('dpkg-deb', ['-I', file, 'conffiles']), '/etc/alleycat/alleycat.toml\n');
  const listed = await succeed('dpkg-deb', ['-c', file]);
  assert.match(listed, /\.\/usr\/share\/man\/man8\/alleycatd\.8\.gz\n/);
  for (const line of listed.trim().split('\n')) {
    assert.match(line, /^(d|-)(rwxr-xr-x|rw-r--r--) root\/root .* \.\/(usr|etc)\//, line);
  }
});

/// A clean Debian in a folder, and what is done in it.
class CleanDebian {
  static async make(scene) {
    const debian = new CleanDebian();
    debian.root = scene.path('root');
    await mkdir(debian.root);
    await succeed('tar', ['-C', debian.root, '-xf', await baseArchive()]);
    await copyFile('/etc/resolv.conf', debian.path('/etc/resolv.conf'));
    await debian.run('apt-get', 'update', '-qq');
    return debian;
  }

  path(inside) {
    return join(this.root, inside);
  }

  run(...command) {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
    return succeed('chroot', [this.root, ...command], { env });
  }

  async install(file) {
    await copyFile(file, this.path('/alleycat.deb'));
    await this.run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', '/alleycat.deb');
  }

  /// The installed daemon, as the unit starts it.
  async start(scene) {
    const unit = await readFile(this.path('/usr/lib/systemd/system/alleycat.service'), 'utf8');
    const [, command] = /^ExecStart=(.*)$/m.exec(unit);
    const [, name, value] = /^Environment=(\w+)=(.*)$/m.exec(unit);
    const [, user] = /^User=(.*)$/m.exec(unit);
    const args = [`--userspec=${user}:${user}`, this.root, ...command.split(' ')];
    args.push('--http-listen', '127.0.0.1:0', '--mqtt-broker', '', '--delivery-interval', '100ms');
    const program = scene.watch(
      new Program('alleycatd', 'chroot', args, { env: { PATH: process.env.PATH, [name]: value } }),
    );
    const daemon = Object.assign(Object.create(Daemon.prototype), { program });
    await daemon.listening();
    await daemon.ready();
    return daemon;
  }
}

/// What the daemon says of itself behind its start, and then its end.
async function historyOf(debian, scene) {
  const daemon = await debian.start(scene);
  const history = await daemon.history(1);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  return history;
}

withPrograms(
  'installed in a clean Debian it runs; its data survive upgrade and removal, and go with a purge',
  [...PROGRAMS, 'debootstrap', 'chroot'],
  async (scene) => {
    const debian = await CleanDebian.make(scene);
    const wanted = '/etc/systemd/system/multi-user.target.wants/alleycat.service';
    const configuration = debian.path('/etc/alleycat/alleycat.toml');
    const data = debian.path('/var/lib/alleycat');

    await debian.install(await makePackage());
    assert.equal(await debian.run('readlink', wanted), '/lib/systemd/system/alleycat.service\n');
    assert.equal(await debian.run('stat', '-c', '%U:%G %a', '/var/lib/alleycat'), 'alleycat:alleycat 750\n');
    const daemon = await debian.start(scene);
    assert.match(await debian.run('alleycatd', '--health', '--http-listen', `127.0.0.1:${daemon.port}`), /^healthy: /);
    const client = await scene.ingest(daemon);
    client.send(JSON.stringify([1, 2, 3].map((second) => record({ classId: 1, racerId: 7, second }))));
    await client.answered(3);
    const history = await waitFor('the history', () => daemon.history(1));
    assert.deepEqual(Object.keys(JSON.parse(history)), ['1', '2', '3']);
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });

    await appendFile(configuration, LINE);
    await debian.install(await makePackage('99.0.0'));
    assert.match(await debian.run('dpkg-query', '-W', 'alleycat'), /\t99\.0\.0\n/);
    assert.ok((await readFile(configuration, 'utf8')).endsWith(LINE), 'the upgrade has changed the configuration');
    assert.equal(await historyOf(debian, scene), history);

    await debian.run('apt-get', 'remove', '-y', '-qq', 'alleycat');
    assert.ok(!existsSync(debian.path('/usr/bin/alleycatd')));
    assert.ok(existsSync(join(data, 'history/class-1.gz')) && existsSync(configuration), 'the removal took the data');
    await debian.install(await makePackage());
    assert.equal(await historyOf(debian, scene), history);

    await debian.run('apt-get', 'purge', '-y', '-qq', 'alleycat');
    const gone = ['/var/lib/alleycat', '/var/lib/alleycat-broker', '/etc/alleycat', wanted];
    const left = gone.filter((name) => lstatSync(debian.path(name), { throwIfNoEntry: false }));
    assert.deepEqual(left, []);
  },
  { root: true },
);
