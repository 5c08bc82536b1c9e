// What the history files hold, and what the ledger says.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/// The text of a class's history file on the disk.
export async function historyFile(directory, classId) {
  return gunzipSync(await readFile(`${directory}/history/class-${classId}.gz`)).toString();
}

/// Fails unless the files in `directory` say what the oracle says: nothing missing, nothing wrong, byte for byte.
export async function assertHistoryFiles(directory, expected) {
  for (const classId of expected.classes()) {
    const text = await historyFile(directory, classId).catch((error) => `{} ${error.message}`);
    if (text !== expected.text(classId)) {
      assert.fail(`class ${classId}: ${differences(text, expected, classId)}`);
    }
  }
}

function differences(text, expected, classId) {
  let held;
  try {
    held = JSON.parse(text);
  } catch {
    return `no history: ${text.slice(0, 200)}`;
  }
  const missing = [];
  const wrong = [];
  let total = 0;
  for (let second = 1; second <= 300; ++second) {
    for (const [racerId, value] of expected.at(classId, second)) {
      const got = held[second]?.[racerId];
      total += 1;
      if (got === undefined) {
        missing.push([second, racerId, value]);
      } else if (got !== value) {
        wrong.push([second, racerId, value, got]);
      }
    }
  }
  return (
    `${missing.length} records missing and ${wrong.length} wrong, of ${total} [second, racer, right, held]: ` +
    JSON.stringify([...missing.slice(0, 5), ...wrong.slice(0, 5)])
  );
}

/// The sums of /metrics that must agree, each name present: a ledger without a line is no ledger.
export function ledger(metrics) {
  const family = (name) => {
    const samples = [...metrics].filter(([sample]) => sample === name || sample.startsWith(`${name}{`));
    assert.ok(samples.length > 0, `/metrics has no ${name}`);
    return samples.reduce((sum, [, value]) => sum + value, 0);
  };
  return {
    accepted: family('alleycat_records_accepted_total'),
    applied: family('alleycat_records_applied_total'),
    failed: family('alleycat_records_failed_total'),
    dropped: family('alleycat_records_dropped_total'),
    inFlight: family('alleycat_records_in_flight'),
  };
}

/// Fails unless accepted = applied + failed + dropped + in flight. Returns the ledger.
export function assertBalanced(metrics) {
  const sums = ledger(metrics);
  const { accepted, applied, failed, dropped, inFlight } = sums;
  assert.equal(accepted, applied + failed + dropped + inFlight, `the ledger does not balance: ${JSON.stringify(sums)}`);
  assert.ok(
    Object.values(sums).every((value) => value >= 0),
    `negative: ${JSON.stringify(sums)}`,
  );
  return sums;
}

/// Records that were replayed from the log at the start.
export async function replayed(daemon) {
  const count = (await daemon.metrics()).get('alleycat_records_accepted_total{door="replay"}');
  assert.notEqual(count, undefined, '/metrics does not say how many records were replayed');
  return count;
}
