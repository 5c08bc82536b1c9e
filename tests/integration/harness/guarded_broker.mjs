// A Mosquitto that lets in by the daemon's own password and access files, and the daemon that keeps them.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';

import mqtt from 'mqtt';

import { everyRole } from './access.mjs';
import { Broker } from './broker.mjs';
import { binary, environment } from './daemon.mjs';
import { run } from './processes.mjs';
import { waitFor, within } from './wait.mjs';

/// A broker, a daemon that is connected to it, and one token of each role. `config`: text of the daemon's file.
export async function guardedBroker(scene, { config = '', settings = {} } = {}) {
  const tokens = await everyRole(scene);
  const file = scene.path('alleycat.toml');
  await writeFile(file, config);
  const guard = { AUTH_MODE: 'token', AUTH_MOSQUITTO_DIRECTORY: scene.path('mosquitto'), ...settings };

  // What an administrator does first: the files, and the lines that name them.
  const env = environment({ STORAGE_DIRECTORY: scene.path('data'), ...guard });
  const made = await run(binary('alleycatd'), ['mosquitto-acl', '--config', file], { env });
  assert.equal(made.code, 0, made.stderr);
  const pidFile = scene.path('mosquitto.pid');
  const lines = made.stdout.trim().split('\n');
  const broker = await Broker.make(scene, { config: [...lines, `pid_file ${pidFile}`, 'log_type all'] });
  await broker.start();
  await waitFor(
    'the broker to say who it is',
    async () => Number(await readFile(pidFile, 'utf8')) === broker.program.pid,
  );

  const daemon = await scene.daemon(
    { MQTT_BROKER: broker.address, MQTT_RECONNECT_MAX: '1s', AUTH_MOSQUITTO_PID_FILE: pidFile, ...guard },
    { args: ['--config', file] },
  );
  daemon.token = tokens.administrator.token;
  await daemon.ready();
  return { broker, daemon, tokens };
}

/// A client of the broker: who it is, and what it was sent.
export class Client {
  constructor(broker, options) {
    this.broker = broker;
    this.received = []; // { topic, text }
    this.client = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0, ...options });
    this.client.on('message', (topic, payload) => this.received.push({ topic, text: payload.toString() }));
    this.client.on('close', () => (this.closed = true));
    this.outcome = new Promise((resolve) => {
      this.client.on('connect', () => resolve('connected'));
      this.client.on('error', (error) => resolve(error.message));
      this.client.on('close', () => resolve('closed'));
    });
  }

  /// Signed in by a token, by anything else, or by nothing. Fails where the broker refuses.
  static async make(scene, broker, token, options = {}) {
    const client = new Client(broker, { ...(token ? { username: token.id, password: token.token } : {}), ...options });
    scene.after(() => client.client.end(true));
    assert.equal(await within('the broker to answer', client.outcome), 'connected');
    return client;
  }

  /// Why the broker refuses these options.
  static async refusal(scene, broker, options) {
    const client = new Client(broker, options);
    scene.after(() => client.client.end(true));
    return within('the broker to answer', client.outcome);
  }

  /// Whether the broker takes a message for a topic from whoever this is, on a connection of its own: Mosquitto ends one on
  /// which a message is denied.
  async mayPublish(topic, payload, options = {}) {
    const { username, password } = this.client.options;
    const own = new Client(this.broker, { username, password });
    try {
      return (
        (await within('the broker to answer', own.outcome)) === 'connected' &&
        (await own.mayPublishHere(topic, payload, options))
      );
    } finally {
      own.client.end(true);
    }
  }

  /// The same on this connection: the broker's log tells.
  async mayPublishHere(topic, payload, { retain = false } = {}) {
    const from = this.broker.program.stderr.length;
    this.client.publish(topic, payload, { qos: 0, retain });
    const line = new RegExp(
      `(Denied|Received) PUBLISH from ${this.client.options.clientId} .*'${topic.replaceAll('$', '\\$')}'`,
    );
    const told = await waitFor(`the broker to have a message for ${topic}`, () => {
      const found = line.exec(this.broker.program.stderr.slice(from));
      return found?.[1] ?? (this.closed && 'Closed');
    });
    return told === 'Received';
  }

  subscribe(filter) {
    return within('the subscription', this.client.subscribeAsync(filter, { qos: 1 }));
  }
}
