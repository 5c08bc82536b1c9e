// A real Mosquitto on a port and in a folder of its own, and MQTT clients.

import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';

import mqtt from 'mqtt';

import { Program } from './processes.mjs';
import { within, waitFor } from './wait.mjs';

/// A port that nobody listens on. Somebody else may take it before we do, but hardly will.
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

export class Broker {
  /// `config`: further lines of mosquitto.conf. `persistent`: sessions survive a restart.
  static async make(scene, { config = [], persistent = false, port, name = 'broker' } = {}) {
    const broker = new Broker();
    broker.scene = scene;
    broker.port = port ?? (await freePort());
    broker.directory = scene.path(name);
    broker.file = scene.path(name, 'mosquitto.conf');
    await mkdir(broker.directory, { recursive: true });
    const lines = [
      `listener ${broker.port} 127.0.0.1`,
      ...(config.some((line) => line.startsWith('allow_anonymous')) ? [] : ['allow_anonymous true']),
      'max_queued_messages 0', // no limit: nothing is dropped
      'max_queued_bytes 0',
      'max_inflight_messages 0',
      'set_tcp_nodelay true',
      'user root', // where started as root, do not change: the folder belongs to the test
      ...(persistent
        ? ['persistence true', `persistence_location ${broker.directory}/`, 'autosave_interval 3600']
        : []),
      ...config,
    ];
    await writeFile(broker.file, `${lines.join('\n')}\n`);
    return broker;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  async start() {
    this.program = this.scene.watch(new Program('mosquitto', 'mosquitto', ['-c', this.file]));
    await waitFor(
      'mosquitto to listen',
      () => {
        if (this.program.ended) {
          throw new Error(this.program.log());
        }
        return canConnect(this.port);
      },
      { describe: () => this.program.log() },
    );
  }

  /// SIGTERM: a persistent broker saves its sessions.
  stop() {
    return this.program.stop('SIGTERM');
  }

  kill() {
    return this.program.stop('SIGKILL');
  }

  /// A connected client of the broker.
  async client(options = {}) {
    const client = mqtt.connect(`mqtt://127.0.0.1:${this.port}`, { reconnectPeriod: 100, ...options });
    this.scene.after(() => client.endAsync(true));
    client.on('error', () => {}); // an absent broker; the client tries again
    await within('an MQTT client to connect', new Promise((resolve) => client.once('connect', resolve)));
    return client;
  }
}

/// Publishes payloads in order, with a bounded number under way. Returns when all are handed over (QoS 0) or
/// acknowledged by the broker (QoS 1).
export async function publishAll(client, payloads, { topic = 'alleycat-publish', qos = 1, underWay = 500 } = {}) {
  const waiting = new Set();
  for (const payload of payloads) {
    const published = client.publishAsync(topic, payload, { qos }).finally(() => waiting.delete(published));
    waiting.add(published);
    if (waiting.size >= underWay) {
      await Promise.race(waiting);
    }
  }
  await within('all publishes to be acknowledged', Promise.all(waiting));
}
