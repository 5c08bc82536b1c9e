// Tokens, made as an administrator makes them, and a WebSocket client that says nothing by itself.

import assert from 'node:assert/strict';

import WebSocket from 'ws';

import { binary } from './daemon.mjs';
import { run } from './processes.mjs';
import { Signal, waitFor } from './wait.mjs';

export const bearer = (token) => ({ Authorization: `Bearer ${token}` });

/// `alleycatd token …`, on the data of the scene's daemon: { code, stdout, stderr }.
export function tokenCommand(scene, ...args) {
  return run(binary('alleycatd'), ['token', ...args, '--storage-directory', scene.path('data')]);
}

/// A new token: { id, role, racerId, token }. `flags`: as the command's, such as { role: 'bike', racer: 7 }.
export async function addToken(scene, flags) {
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, stdout, stderr } = await tokenCommand(scene, 'add', '--json', ...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

export async function listTokens(scene) {
  const { code, stdout, stderr } = await tokenCommand(scene, 'list', '--json');
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

export async function revokeToken(scene, { id }) {
  const { code, stderr } = await tokenCommand(scene, 'revoke', id);
  assert.equal(code, 0, stderr);
}

/// One of each role; the bike is racer 7's.
export async function everyRole(scene) {
  return {
    bike: await addToken(scene, { role: 'bike', racer: 7 }),
    studio: await addToken(scene, { role: 'studio' }),
    viewer: await addToken(scene, { role: 'viewer' }),
    administrator: await addToken(scene, { role: 'administrator' }),
  };
}

/// A daemon that asks for tokens, and one of each role. Its own requests bring the administrator's.
export async function guarded(scene, settings = {}, options = {}) {
  const tokens = await everyRole(scene);
  const daemon = await scene.daemon({ AUTH_MODE: 'token', ...settings }, options);
  daemon.token = tokens.administrator.token;
  return { daemon, tokens };
}

/// Waits until the daemon takes a token for `role`; null: for nobody's.
export async function takenFor(daemon, { token }, role) {
  let said;
  await waitFor(
    `the daemon to take a token for ${role}`,
    async () => {
      said = (await daemon.request('/api/v1/access', { token })).body.toString();
      return JSON.parse(said).role === role;
    },
    { describe: () => said },
  );
}

/// A WebSocket that only listens: `messages` as they came, `closed` { code, reason }, or what the handshake was answered
/// with, `refused` { status, body }.
export class Talk {
  #signal = new Signal();

  constructor(daemon, path, { headers = {}, origin } = {}) {
    this.messages = [];
    this.socket = new WebSocket(daemon.url(path, 'ws'), { perMessageDeflate: false, ca: daemon.ca, headers, origin });
    const note =
      (take) =>
      (...args) => {
        take(...args);
        this.#signal.notify();
      };
    this.socket.on(
      'open',
      note(() => (this.open = true)),
    );
    this.socket.on(
      'message',
      note((data) => this.messages.push(data.toString())),
    );
    this.socket.on(
      'error',
      note((error) => (this.error = error)),
    );
    this.socket.on(
      'close',
      note((code, reason) => (this.closed = { code, reason: reason.toString() })),
    );
    this.socket.on('unexpected-response', (_, response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      const { statusCode: status, headers: answered } = response;
      response.on(
        'end',
        note(() => (this.refused = { status, headers: answered, body: Buffer.concat(parts).toString() })),
      );
    });
  }

  /// Opened, or refused.
  static async make(scene, daemon, path, options) {
    const talk = new Talk(daemon, path, options);
    scene.after(() => talk.socket.terminate());
    await talk.until('the handshake', () => talk.open || talk.refused);
    return talk;
  }

  send(message) {
    this.socket.send(Buffer.isBuffer(message) || typeof message === 'string' ? message : JSON.stringify(message));
  }

  /// Says who it is: the first message.
  authenticate(token) {
    this.send({ type: 'auth', token });
  }

  until(what, condition) {
    return this.#signal
      .until(what, () => condition(this))
      .catch((error) => {
        const { messages, closed, refused } = this;
        error.message += ` (${JSON.stringify({ messages: messages.slice(-5), closed, refused, error: this.error?.message })})`;
        throw error;
      });
  }

  /// The next message of a type.
  async message(type) {
    return this.until(`a message of type ${type}`, () =>
      this.messages.map((text) => JSON.parse(text)).find((message) => message.type === type),
    );
  }

  async end() {
    await this.until('the connection to end', () => this.closed);
    return this.closed;
  }
}
