// alleycatd, as its users see it.

import { existsSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { Program, plainEnvironment } from './processes.mjs';
import { DEADLINE_MS, waitFor } from './wait.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const BIN = resolve(process.env.ALLEYCAT_BIN ?? join(ROOT, 'build/release/bin'));

/// The path of one of the project's programs.
export function binary(name) {
  const path = join(BIN, name);
  if (!existsSync(path)) {
    throw new Error(`${path} is missing: build it, or say in ALLEYCAT_BIN where it is`);
  }
  return path;
}

/// Settings that make a test quick; none of them changes what is right.
const QUICK = { HTTP_LISTEN: '127.0.0.1:0', MQTT_BROKER: '', DELIVERY_INTERVAL: '100ms', RANKING_TICK: '50ms' };

export function environment(settings) {
  const named = Object.entries({ ...QUICK, ...settings }).map(([key, value]) => [`ALLEYCAT_${key}`, String(value)]);
  return plainEnvironment(Object.fromEntries(named));
}

export class Daemon {
  /// `ca`: who signed its certificate, PEM; without one it speaks plain HTTP.
  constructor(settings, { args = [], ca } = {}) {
    this.settings = settings;
    this.ca = ca;
    this.token = undefined; // which requests bring, where they say no other
    this.program = new Program('alleycatd', binary('alleycatd'), args, { env: environment(settings) });
  }

  get log() {
    return this.program.stderr;
  }

  /// Waits for the line that names the port.
  async listening() {
    await waitFor(
      'the daemon to listen',
      () => {
        if (this.program.ended) {
          throw new Error(`it ended: ${JSON.stringify(this.program.ended)}`);
        }
        const found = /listening on https?:\/\/([\d.]+):(\d+)/.exec(this.log);
        this.host = found?.[1];
        this.port = Number(found?.[2]);
        return found;
      },
      { describe: () => this.log },
    );
  }

  url(path, scheme = 'http') {
    return `${scheme}${this.ca ? 's' : ''}://${this.host}:${this.port}${path}`;
  }

  /// One request on a connection of its own: { status, headers, body }, the body as it came.
  /// `token`: null for none.
  request(path, { method = 'GET', headers = {}, agent = false, token = this.token } = {}) {
    return new Promise((resolve, reject) => {
      const { host, port, ca } = this; // the path goes as it is, where a URL would be tidied up
      const all = token ? { Authorization: `Bearer ${token}`, ...headers } : headers;
      const { request: ask } = ca ? https : http;
      const request = ask({ host, port, ca, path, method, headers: all, agent }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
        );
      });
      request.setTimeout(DEADLINE_MS, () => request.destroy(new Error(`no answer to ${method} ${path}`)));
      request.on('error', reject);
      request.end();
    });
  }

  /// The unzipped text of a class's history file, or undefined while there is none.
  async history(classId) {
    const { status, body } = await this.request(`/history/class-${classId}.gz`);
    return status === 200 ? gunzipSync(body).toString() : undefined;
  }

  /// All samples of /metrics: `name{labels}` → value.
  async metrics() {
    const { body } = await this.request('/metrics');
    const samples = body
      .toString()
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  }

  /// Records a door accepted and refused, and those merged into the history.
  async counts(door) {
    const metrics = await this.metrics();
    const sum = (prefix) =>
      [...metrics].reduce((total, [name, value]) => total + (name.startsWith(prefix) ? value : 0), 0);
    return {
      accepted: sum(`alleycat_records_accepted_total{door="${door}"`),
      rejected: [...metrics].reduce(
        (total, [name, value]) =>
          total + (name.startsWith('alleycat_records_rejected_total{') && name.includes(`door="${door}"`) ? value : 0),
        0,
      ),
      merged: metrics.get('alleycat_records_applied_total') ?? 0,
    };
  }

  /// Waits until `accepted` records came through all doors since the start, and are in the history.
  async merged(accepted) {
    let last;
    await waitFor(
      `${accepted} records in the history`,
      async () => {
        const metrics = await this.metrics();
        last = metrics.get('alleycat_records_applied_total');
        return last === accepted;
      },
      { describe: () => `${last} are` },
    );
  }

  async ready() {
    let answer;
    await waitFor(
      'the daemon to be ready',
      async () => {
        answer = await this.request('/readyz');
        return answer.status === 200;
      },
      { describe: () => `${answer?.status} ${answer?.body}` },
    );
  }

  /// Waits for a line of the log.
  async logs(pattern) {
    await waitFor(`the log to say ${pattern}`, () => pattern.test(this.log), { describe: () => this.log });
  }

  /// SIGTERM; returns { code, signal }.
  stop() {
    return this.program.stop();
  }
}
