// A benchmark's temporary folder and the programs it runs: on a core of their own, and ended by their ids in any case.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const SERVER_CORE = 0; // what is measured
export const LOAD_CORE = 1; // what makes it work

const HERE = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const ROOT = resolve(HERE, '../..');
const BIN = resolve(process.env.ALLEYCAT_BIN ?? join(ROOT, 'build/release/bin'));
const DEADLINE_MS = 60_000;

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

/// The path of one of the project's programs.
export function binary(name) {
  const path = join(BIN, name);
  if (!existsSync(path)) {
    throw new Error(`${path} is missing: build it, or say in ALLEYCAT_BIN where it is`);
  }
  return path;
}

const PATH = `${process.env.PATH}:/usr/sbin`; // where Debian has mosquitto, nginx and nats-server

/// Whether a program of the system is there.
export function installed(name) {
  return PATH.split(':').some((directory) => existsSync(join(directory, name)));
}

export function script(name) {
  return join(HERE, name);
}

/// Calls `condition` until it returns something truthy, and returns that.
export async function until(what, condition, intervalMs = 10) {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await pause(intervalMs)) {
    const value = await condition();
    if (value) {
      return value;
    }
  }
  throw new Error(`waited ${DEADLINE_MS / 1000} s for ${what}`);
}

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

export async function accepts(port) {
  const socket = net.connect(port, '127.0.0.1');
  try {
    return await new Promise((resolve) => socket.on('connect', () => resolve(true)).on('error', () => resolve(false)));
  } finally {
    socket.destroy();
  }
}

/// A GET on a connection of its own: { status, body }. `ca`: over TLS.
export function get(port, path, ca) {
  return new Promise((resolve, reject) => {
    const { get: ask } = ca ? https : http;
    const request = ask({ host: '127.0.0.1', port, path, ca, agent: false }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(parts) }));
    });
    request.on('error', reject);
  });
}

/// A running program, its output so far, and its end.
export class Program {
  constructor(name, core, command, args, environment = {}) {
    this.name = name;
    this.stdout = '';
    this.stderr = '';
    const plain = Object.entries(process.env).filter(([key]) => !key.startsWith('ALLEYCAT_'));
    const env = { ...Object.fromEntries(plain), ...environment, PATH };
    // taskset becomes the program, so that its id is the program's.
    this.child = spawn('taskset', ['-c', String(core), command, ...args], { env });
    running.add(this.child);
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.exited = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        running.delete(this.child);
        this.ended = code ?? signal;
        resolve(this.ended);
      });
    });
  }

  get pid() {
    return this.child.pid;
  }

  /// Waits for a text on its output; returns what the expression's first group caught.
  prints(expression) {
    return until(`${this.name} to print ${expression}`, () => {
      if (this.ended !== undefined) {
        throw new Error(`${this.name} ended: ${this.ended}\n${this.stderr}`);
      }
      return expression.exec(this.stdout + this.stderr)?.[1];
    });
  }

  listening() {
    return until(`${this.name} to listen`, () => accepts(this.port));
  }

  /// Waits for a good end.
  async done() {
    if ((await this.exited) !== 0) {
      throw new Error(`${this.name} ended: ${this.ended}\n${this.stdout}${this.stderr}`);
    }
  }

  async stop() {
    if (this.ended === undefined) {
      this.child.kill('SIGTERM');
      const late = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
      await this.exited;
      clearTimeout(late);
    }
  }
}

export class Place {
  #programs = [];

  constructor(directory) {
    this.directory = directory;
  }

  path(...parts) {
    return join(this.directory, ...parts);
  }

  start(name, core, command, args = [], environment = {}) {
    const program = new Program(name, core, command, args, environment);
    this.#programs.push(program);
    return program;
  }

  /// Runs a program to its end, and returns what it printed.
  async output(command, args, core = LOAD_CORE) {
    const program = this.start(command, core, command, args);
    await program.done();
    return program.stdout;
  }

  /// Not started without as much room as it needs.
  async needsRoom(bytes) {
    const { bavail, bsize } = await statfs(this.directory);
    if (bavail * bsize < bytes) {
      const room = `${bytes} bytes are needed, and ${this.directory} has ${bavail * bsize}`;
      throw new Error(`${room}: say in ALLEYCAT_BENCH_DIRECTORY where there are more`);
    }
  }

  /// What kind of file system the folder is on: on tmpfs, durable means nothing.
  async fileSystem() {
    const said = await this.output('df', ['--output=fstype', this.directory]);
    return said.trim().split('\n').at(-1);
  }

  logs() {
    const told = this.#programs.filter((each) => each.stderr || (each.ended ?? 0) !== 0);
    return told.map((each) => `--- ${each.name} (${each.ended ?? 'running'})\n${each.stderr}`).join('\n');
  }

  async close() {
    for (const program of this.#programs.reverse()) {
      await program.stop();
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}

/// Runs a benchmark. A failure is told, with what the programs said, and makes this program fail.
export async function bench(body) {
  const parent = process.env.ALLEYCAT_BENCH_DIRECTORY ?? tmpdir();
  const place = new Place(await mkdtemp(join(parent, 'alleycat-bench-')));
  try {
    await body(place);
  } catch (error) {
    console.error(`${error.stack}\n${place.logs()}`);
    process.exitCode = 1;
  } finally {
    await place.close();
  }
}
