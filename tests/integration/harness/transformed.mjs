// What tests of a transform do and check again and again.

import assert from 'node:assert/strict';

import { assertBalanced } from '../../crash/harness/verdict.mjs';
import { assertSame } from './delivered.mjs';
import { waitFor } from './wait.mjs';

/// Accepted records: their texts, sent in one payload.
export async function send(client, records) {
  const before = client.accepted;
  const texts = records.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  client.send(texts.join('\n'));
  await client.answered(before + texts.length);
  assert.deepEqual([client.rejects, client.faults], [[], []]);
  return texts;
}

/// Waits until nothing is in flight, looking at the ledger all the time. Returns the ledger without that.
export async function settled(daemon) {
  let sums;
  await waitFor(
    'nothing to be in flight',
    async () => {
      sums = assertBalanced(await daemon.metrics());
      return sums.inFlight === 0;
    },
    { describe: () => JSON.stringify(sums) },
  );
  const { accepted, applied, failed, dropped } = sums;
  return { accepted, applied, failed, dropped };
}

export function assertStopped(state) {
  assert.deepEqual(state, { code: 0, signal: null });
}

/// [code, text] of each failure, as it should be.
export function assertFailures(failures, expected, { transform, attempts }) {
  assertSame(
    'failures',
    failures.map(({ errorCode, sent }) => [errorCode, sent.toString()]),
    expected,
  );
  for (const failure of failures) {
    assert.deepEqual([failure.transform, failure.attemptsMade], [transform.url, attempts], JSON.stringify(failure));
  }
}
