// Child processes, each ended by its own id, whatever happens.

import { spawn } from 'node:child_process';

import { within } from './wait.mjs';

const GRACE_MS = 15_000;
const running = new Set();

function endAll() {
  for (const child of running) {
    child.kill('SIGKILL');
  }
}
process.on('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

/// A started program: its output so far, and its end.
export class Program {
  #signal;

  /// `env` is the whole environment of the program.
  constructor(name, command, args, { env = plainEnvironment(), cwd } = {}) {
    this.name = name;
    this.stdout = '';
    this.stderr = '';
    this.child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this.child);
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.exited = new Promise((resolve) => {
      this.child.on('error', (error) => {
        running.delete(this.child);
        this.stderr += `cannot start ${command}: ${error.message}\n`;
        this.ended = { code: null, signal: null };
        resolve(this.ended);
      });
      this.child.on('close', (code, signal) => {
        running.delete(this.child);
        this.ended = { code, signal };
        resolve(this.ended);
      });
    });
  }

  get pid() {
    return this.child.pid;
  }

  signal(name) {
    if (!this.ended) {
      this.child.kill(name);
    }
  }

  /// Waits for the end, and returns { code, signal }.
  exit(deadlineMs) {
    return within(`${this.name} to end`, this.exited, deadlineMs);
  }

  /// Asks it to end, and returns how it did.
  async stop(signal = 'SIGTERM') {
    this.signal(signal);
    return this.exit();
  }

  /// Ends it in any case.
  async end() {
    if (this.ended) {
      return;
    }
    this.signal('SIGTERM');
    try {
      await this.exit(GRACE_MS);
    } catch {
      this.signal('SIGKILL');
      await this.exit(GRACE_MS);
    }
  }

  log() {
    const state = this.ended ? `ended: ${JSON.stringify(this.ended)}` : 'running';
    return `--- ${this.name} (${state})\n${lastLines(this.stdout, 20)}${lastLines(this.stderr, 60)}`;
  }
}

/// This process's environment without any of alleycat's variables, plus `more`.
export function plainEnvironment(more = {}) {
  const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('ALLEYCAT_'));
  return { ...Object.fromEntries(rest), ...more };
}

/// Runs a program to its end.
export async function run(command, args, options) {
  const program = new Program(command, command, args, options);
  const { code, signal } = await program.exit();
  return { code, signal, stdout: program.stdout, stderr: program.stderr };
}

function lastLines(text, count) {
  const lines = text.split('\n');
  return lines.length > count ? `… ${lines.length - count} lines before\n${lines.slice(-count).join('\n')}` : text;
}
