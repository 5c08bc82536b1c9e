// A container engine of a test's own, below one temporary folder: Podman behind the API that compose speaks, with images
// that are built here. What it needs is told by `cannotRun()`.

import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT, binary } from '../../integration/harness/daemon.mjs';
import { Program, plainEnvironment, run } from '../../integration/harness/processes.mjs';
import { waitFor } from '../../integration/harness/wait.mjs';
import { baseArchive, missing, succeed } from './base.mjs';

const PROGRAMS = ['podman', 'buildah', 'runc', 'debootstrap', 'iptables', 'docker-compose'];
const BASE = 'docker.io/library/debian:bookworm-slim';
const BROKER = 'docker.io/library/eclipse-mosquitto:2';
export const IMAGE = 'docker.io/library/alleycat:latest';
const PATH = `${process.env.PATH}:/usr/sbin:/usr/lib/podman`;

async function openFiles() {
  return Number((await succeed('sh', ['-c', 'ulimit -Hn'])).trim().replace('unlimited', '1048576'));
}

function containersConf(files) {
  return `[containers]
default_ulimits = ["nofile=${files}:${files}", "nproc=16384:16384"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
helper_binaries_dir = ["/usr/lib/podman", "/usr/libexec/podman", "/usr/sbin"]
[network]
network_backend = "netavark"
`;
}

export class Engine {
  /// What keeps this machine from running containers, or undefined.
  static async cannotRun() {
    if (process.getuid() !== 0) {
      return 'it needs root';
    }
    const absent = await missing(PROGRAMS);
    return absent ? `${absent} is missing (config/packages.sh container)` : undefined;
  }

  static async start() {
    const engine = new Engine();
    engine.directory = await mkdtemp(join(tmpdir(), 'alleycat-engine-'));
    engine.socket = join(engine.directory, 'podman.sock');
    process.on('exit', engine.#clear); // also where the test is ended from outside
    await engine.#configure();
    await succeed('podman', ['import', '--change', 'CMD ["bash"]', await baseArchive(), BASE], engine.options);
    return engine;
  }

  async #configure() {
    const file = async (name, text) => {
      await writeFile(join(this.directory, name), text);
      return join(this.directory, name);
    };
    await mkdir(join(this.directory, 'run'));
    const storage = `[storage]\ndriver = "overlay"\ngraphroot = "${this.directory}/storage"\nrunroot = "${this.directory}/run"\n`;
    this.options = {
      env: plainEnvironment({
        PATH,
        BUILDAH_FORMAT: 'docker', // the other one has no health checks
        BUILDAH_ISOLATION: 'chroot',
        CONTAINERS_STORAGE_CONF: await file('storage.conf', storage),
        CONTAINERS_CONF: await file('containers.conf', containersConf(await openFiles())),
        CONTAINERS_REGISTRIES_CONF: await file('registries.conf', 'unqualified-search-registries = ["docker.io"]\n'),
        DOCKER_HOST: `unix://${this.socket}`,
        TMPDIR: this.directory,
      }),
      cwd: ROOT,
    };
  }

  /// Why a container cannot be run here, although everything is installed; or undefined.
  async probe() {
    const { code, stderr } = await run('podman', ['run', '--rm', '--cgroups=enabled', BASE, 'true'], this.options);
    return code === 0 ? undefined : stderr.trim().split('\n').at(-1);
  }

  podman(...args) {
    return succeed('podman', args, this.options);
  }

  /// The project's image, with the programs that were built before, and the broker's stand-in.
  async build() {
    const context = join(this.directory, 'context');
    const bin = join(context, 'build/release/bin');
    await mkdir(bin, { recursive: true });
    await cp(join(ROOT, 'config'), join(context, 'config'), { recursive: true });
    for (const name of ['alleycatd', 'alleycat-sim']) {
      await succeed('strip', ['-o', join(bin, name), binary(name)]);
    }
    const bud = (image, file, folder, ...more) =>
      succeed('buildah', ['bud', '--pull-never', '-q', ...more, '-t', image, '-f', file, folder], this.options);
    await bud(IMAGE, 'docker/Dockerfile', context, '--build-arg', 'BINARIES=prebuilt');
    await bud(BROKER, 'tests/container/mosquitto.Dockerfile', 'tests/container/harness');
  }

  /// Podman's service, and health checks once a second, which systemd would run.
  async serve() {
    this.service = new Program(
      'podman',
      'podman',
      ['system', 'service', '-t', '0', `unix://${this.socket}`],
      this.options,
    );
    const answers = async () =>
      (await run('docker-compose', ['-f', 'docker/compose.yaml', 'ps', '-q'], this.options)).code === 0;
    await waitFor('the engine to answer', answers, { describe: () => this.service.log() });
    this.checking = this.#checkHealth();
  }

  async #checkHealth() {
    while (!this.closed) {
      const { stdout } = await run(
        'podman',
        ['ps', '-q', '--filter', 'health=starting', '--filter', 'health=healthy'],
        this.options,
      );
      const running = stdout.split('\n').filter(Boolean);
      await Promise.all(running.map((id) => run('podman', ['healthcheck', 'run', id], this.options)));
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  async inspect(name) {
    return JSON.parse(await this.podman('inspect', name))[0];
  }

  /// Ends and removes all containers, and everything else.
  async close() {
    this.closed = true;
    await this.checking;
    await run('podman', ['rm', '-fa', '-t', '2'], this.options);
    await this.service?.end();
    this.#clear();
    process.off('exit', this.#clear);
  }

  #clear = () => {
    spawnSync('podman', ['rm', '-fa', '-t', '0'], this.options);
    spawnSync('podman', ['network', 'prune', '-f'], this.options);
    spawnSync('podman', ['unmount', '-a'], this.options);
    spawnSync('umount', ['-l', join(this.directory, 'storage/overlay')]);
    spawnSync('rm', ['-rf', this.directory]);
  };
}
