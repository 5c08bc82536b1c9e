// What docker/compose.yaml starts, as its users reach it: through ports that are published on this machine.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { Broker, freePort } from '../../integration/harness/broker.mjs';
import { Daemon } from '../../integration/harness/daemon.mjs';
import { run } from '../../integration/harness/processes.mjs';
import { waitFor } from '../../integration/harness/wait.mjs';
import { succeed } from './base.mjs';

const START_MS = 120_000; // of all of it
const PROJECT = 'alleycat-test';

export class Site {
  static async make(engine) {
    const site = new Site();
    site.engine = engine;
    site.ports = { http: await freePort(), mqtt: await freePort() };
    return site;
  }

  /// The daemon behind its published port. It is not started or ended by this.
  get daemon() {
    return Object.assign(Object.create(Daemon.prototype), { host: '127.0.0.1', port: this.ports.http });
  }

  /// The same of the broker.
  broker(scene) {
    return Object.assign(Object.create(Broker.prototype), { scene, port: this.ports.mqtt });
  }

  /// Runs docker-compose with these settings in its environment; returns what it prints.
  compose(args, settings = {}) {
    const { env, cwd } = this.engine.options;
    const more = {
      ALLEYCAT_HTTP_PORT: String(this.ports.http),
      ALLEYCAT_MQTT_PORT: String(this.ports.mqtt),
      ALLEYCAT_DELIVERY_INTERVAL: '100ms',
      ...settings,
    };
    const options = { env: { ...env, ...more }, cwd };
    return succeed('docker-compose', ['-p', PROJECT, '-f', 'docker/compose.yaml', ...args], options);
  }

  /// Starts what is not running, and waits until the broker is well, which comes last.
  async up({ profiles = [], settings } = {}) {
    const named = profiles.flatMap((profile) => ['--profile', profile]);
    await this.compose([...named, 'up', '-d', '--no-build'], settings);
    await this.healthy('broker');
  }

  down(...args) {
    return this.compose(['--profile', 'demo', 'down', '-t', '30', ...args]);
  }

  inspect(service) {
    return this.engine.inspect(`${PROJECT}_${service}_1`);
  }

  /// Runs a program in a container; returns what it prints.
  run(service, ...command) {
    return this.engine.podman('exec', `${PROJECT}_${service}_1`, ...command);
  }

  async logs(service) {
    const { stdout, stderr } = await run('podman', ['logs', `${PROJECT}_${service}_1`], this.engine.options);
    return stdout + stderr;
  }

  /// What `podman healthcheck run` ends with: 0 or 1.
  async health(service) {
    return (await run('podman', ['healthcheck', 'run', `${PROJECT}_${service}_1`], this.engine.options)).code;
  }

  async healthy(service) {
    let state;
    await waitFor(
      `${service} to be healthy`,
      async () => {
        state = (await this.inspect(service)).State;
        return state.Running && state.Health.Status === 'healthy';
      },
      { deadlineMs: START_MS, describe: () => JSON.stringify(state) },
    );
  }

  /// The id of the first process of a container.
  async process(service) {
    const { Pid } = (await this.inspect(service)).State;
    assert.ok(Pid > 0, `${service} does not run`); // 0 would be our own group
    return Pid;
  }

  /// SIGKILL for it; waits until the restart policy has brought it back.
  async kill(service) {
    const killed = await this.process(service);
    process.kill(killed, 'SIGKILL');
    let state;
    await waitFor(
      `${service} to come back`,
      async () => {
        state = (await this.inspect(service)).State;
        return state.Running && state.Pid !== 0 && state.Pid !== killed;
      },
      { describe: () => JSON.stringify(state) },
    );
  }

  /// The processes of a container, as the kernel tells of them: [{ uid, capabilities, noNewPrivileges, rootOptions }].
  async processes(service) {
    const listed = await this.engine.podman('top', `${PROJECT}_${service}_1`, 'hpid');
    const ids = listed.trim().split('\n').slice(1);
    return Promise.all(
      ids.map(async (id) => {
        const status = await readFile(`/proc/${id.trim()}/status`, 'utf8');
        const field = (name) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)[1];
        const mounts = await readFile(`/proc/${id.trim()}/mountinfo`, 'utf8');
        const root = mounts.split('\n').find((line) => line.split(' ')[4] === '/');
        return {
          users: new Set(field('Uid').split('\t').map(Number)),
          capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => BigInt(`0x${field(name)}`)),
          noNewPrivileges: field('NoNewPrivs'),
          rootOptions: root.split(' ')[5].split(','),
        };
      }),
    );
  }
}
