// A test with everything it starts: ended behind it in any case, and told about when it fails.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Broker } from './broker.mjs';
import { Daemon } from './daemon.mjs';
import { IngestClient } from './ingest.mjs';
import { Random } from './random.mjs';
import { Viewer } from './viewer.mjs';

const TEST_MS = 180_000;
const LOGS = 12; // of the programs started last; some tests start hundreds

class Scene {
  #cleanups = [];
  #programs = [];

  constructor(context, directory) {
    this.context = context;
    this.directory = directory;
  }

  /// Runs `cleanup` behind the test, the last one first.
  after(cleanup) {
    this.#cleanups.push(cleanup);
  }

  path(...parts) {
    return join(this.directory, ...parts);
  }

  /// A generator whose seed is printed; ALLEYCAT_TEST_SEED repeats a run.
  random() {
    const seed = Number(process.env.ALLEYCAT_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32));
    this.context.diagnostic(`seed ${seed} (ALLEYCAT_TEST_SEED=${seed} repeats it)`);
    return new Random(seed);
  }

  /// A daemon that is being started. Settings are environment names without ALLEYCAT_.
  launch(settings = {}, options = {}) {
    const daemon = new Daemon({ STORAGE_DIRECTORY: this.path('data'), ...settings }, options);
    this.watch(daemon.program);
    return daemon;
  }

  /// A daemon that listens.
  async daemon(settings = {}, options = {}) {
    const daemon = this.launch(settings, options);
    await daemon.listening();
    return daemon;
  }

  /// A started Mosquitto in a folder of its own, `name`.
  async broker(options = {}) {
    const broker = await Broker.make(this, options);
    await broker.start();
    return broker;
  }

  async ingest(daemon, options) {
    const client = new IngestClient(daemon, options);
    this.after(() => client.terminate());
    await client.opened();
    return client;
  }

  async viewer(daemon, query, options) {
    const viewer = new Viewer(daemon, query, options);
    this.after(() => viewer.terminate());
    await viewer.opened();
    return viewer;
  }

  /// Ends `program` behind the test and shows its log if the test fails.
  watch(program) {
    this.#programs.push(program);
    this.after(() => program.end());
    return program;
  }

  logs() {
    return this.#programs
      .slice(-LOGS)
      .map((program) => program.log())
      .join('\n');
  }

  /// `failed`: the test has failed already, and that tells more than what fails behind it.
  async close({ failed }) {
    const failures = [];
    for (const cleanup of this.#cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    await rm(this.directory, { recursive: true, force: true });
    if (failures.length > 0 && !failed) {
      throw failures[0];
    }
  }
}

/// A test whose body gets a Scene.
export function scene(claim, body, { timeout = TEST_MS } = {}) {
  test(claim, { timeout }, async (context) => {
    const place = new Scene(context, await mkdtemp(join(tmpdir(), 'alleycat-test-')));
    let failed = true;
    try {
      await body(place);
      failed = false;
    } catch (error) {
      const logs = place.logs();
      if (error instanceof Error && logs) {
        error.message += `\n${logs}`;
      }
      throw error;
    } finally {
      await place.close({ failed });
    }
  });
}
