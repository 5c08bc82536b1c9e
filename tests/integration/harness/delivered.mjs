// What the daemon stores under data/delivery: objects, and what failed.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { output } from './oracle.mjs';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const HOUR = '(\\d{4})/(\\d{2})/(\\d{2})/(\\d{2})';
const TIME = '\\1-\\2-\\3-\\4-([0-5]\\d)-([0-5]\\d)'; // the hour's own
const OBJECT = new RegExp(`^${HOUR}/alleycat-1-${TIME}-${UUID}\\.gz$`);
const FAILED = new RegExp(`^processing-failed/${HOUR}/alleycat-1-${TIME}-${UUID}$`);
const FAILURE_KEYS = 'attemptsMade,arrivalTimestamp,errorCode,errorMessage,attemptEndingTimestamp,rawData,transform';

/// The files below `directory`, by their paths in it; none where it is missing.
async function filesIn(directory) {
  let entries;
  while (!entries) {
    entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error) => {
      if (error.code !== 'ENOENT') {
        throw error;
      }
      // A folder within it may have been removed while we read: then all of it is read once more.
      return existsSync(directory) ? undefined : [];
    });
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1))
    .sort();
}

/// The lines of a text that is nothing but lines.
function linesOf(text, name) {
  assert.ok(text.endsWith('\n'), `${name} does not end with a line's end`);
  return text.slice(0, -1).split('\n');
}

function parsed(line, name) {
  try {
    return JSON.parse(line);
  } catch (error) {
    return assert.fail(`${name} has a line that is no JSON: ${error.message}: ${line.slice(0, 300)}`);
  }
}

/// The delivery folder of a data directory.
export class Delivered {
  constructor(data) {
    this.directory = join(data, 'delivery');
  }

  /// { objects, failed, others }: paths; `others` have names that neither an object nor a file of failures has.
  async names() {
    const sorted = { objects: [], failed: [], others: [] };
    for (const name of await filesIn(this.directory)) {
      sorted[OBJECT.test(name) ? 'objects' : FAILED.test(name) ? 'failed' : 'others'].push(name);
    }
    return sorted;
  }

  /// All objects: [{ name, time, lines }]. Fails where one is not whole, or not lines.
  async objects() {
    const { objects } = await this.names();
    return Promise.all(
      objects.map(async (name) => {
        const text = gunzipSync(await readFile(join(this.directory, name))).toString();
        const [year, month, day, hour, minute, second] = OBJECT.exec(name).slice(1).map(Number);
        return { name, time: Date.UTC(year, month - 1, day, hour, minute, second), lines: linesOf(text, name) };
      }),
    );
  }

  /// The lines of all objects.
  async lines() {
    return (await this.objects()).flatMap(({ lines }) => lines);
  }

  /// The records of all objects, parsed.
  async records() {
    return (await this.objects()).flatMap(({ name, lines }) => lines.map((line) => parsed(line, name)));
  }

  /// What failed: the parsed lines, with the bytes that were sent as `sent`. Fails where one is not of the contract.
  async failures() {
    const failures = [];
    for (const name of (await this.names()).failed) {
      const text = await readFile(join(this.directory, name), 'utf8');
      for (const line of linesOf(text, name)) {
        failures.push(checkedFailure(parsed(line, name), line));
      }
    }
    return failures;
  }
}

function checkedFailure(failure, line) {
  assert.equal(Object.keys(failure).join(), FAILURE_KEYS, line);
  const { attemptsMade, arrivalTimestamp: arrival, errorCode, errorMessage, rawData, transform } = failure;
  const end = failure.attemptEndingTimestamp;
  assert.ok([attemptsMade, arrival, end].every(Number.isInteger) && attemptsMade >= 1, line);
  assert.ok(arrival <= end && end <= Date.now(), line);
  assert.ok([errorCode, errorMessage, transform].every((text) => typeof text === 'string' && text !== ''), line);
  const sent = Buffer.from(rawData, 'base64');
  assert.equal(sent.toString('base64'), rawData, line);
  return { ...failure, sent };
}

/// Looks at objects as they appear: each must be whole when its name is first seen, and then stay as it is.
export class ObjectWatch {
  #seen = new Map();
  #ended = false;

  constructor(scene, delivered) {
    this.delivered = delivered;
    this.faults = [];
    this.run = this.#run();
    scene.after(() => this.stop());
  }

  async #run() {
    while (!this.#ended) {
      await this.#look();
      await pause(1);
    }
    await this.#look();
  }

  async #look() {
    for (const name of (await this.delivered.names()).objects.filter((each) => !this.#seen.has(each))) {
      const bytes = await this.#read(name);
      this.#seen.set(name, bytes);
      try {
        gunzipSync(bytes);
      } catch (error) {
        this.faults.push(`${name} was seen with ${bytes.length} bytes: ${error.message}`);
      }
    }
  }

  #read(name) {
    return readFile(join(this.delivered.directory, name));
  }

  /// Looks for the last time. Returns how many objects it has seen.
  async stop() {
    if (!this.#ended) {
      this.#ended = true;
      await this.run;
      for (const [name, bytes] of this.#seen) {
        if (!bytes.equals(await this.#read(name))) {
          this.faults.push(`${name} has changed`);
        }
      }
    }
    return this.#seen.size;
  }
}

/// What the built-in transform makes of a sent record: one JSON text, with members in any order.
export function withOutput(text) {
  const record = JSON.parse(text);
  return { ...record, output: output(record) };
}

/// Fails unless both lists hold the same values, each as often, in any order.
export function assertSame(what, got, expected) {
  const counts = new Map();
  const count = (value, step) => {
    const key = canonical(value);
    counts.set(key, (counts.get(key) ?? 0) + step);
  };
  expected.forEach((value) => count(value, 1));
  got.forEach((value) => count(value, -1));
  const wrong = (sign) => [...counts].filter(([, balance]) => balance * sign > 0);
  const [missing, surplus] = [wrong(1), wrong(-1)];
  if (missing.length + surplus.length > 0) {
    const some = (list) => list.slice(0, 3).map(([key, balance]) => `${Math.abs(balance)} × ${key.slice(0, 400)}`);
    assert.fail(
      `${what}: ${got.length} instead of ${expected.length}; ${missing.length} are missing: ${some(missing)}; ` +
        `${surplus.length} are too many: ${some(surplus)}`,
    );
  }
}

/// The value's text, members sorted by name.
function canonical(value) {
  return JSON.stringify(value, (_, each) =>
    each && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
