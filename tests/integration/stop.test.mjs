// SIGTERM at any moment: what was acknowledged is in the files when the daemon has ended.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

import { RawConnection } from './harness/raw.mjs';
import { output } from './harness/oracle.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const SECONDS = 300;

/// A record that no other in the test resembles: the `at`th of a connection.
function unique(connection, at) {
  return record({
    racerId: connection * 100_000 + Math.floor(at / SECONDS),
    second: 1 + (at % SECONDS),
    cadence: (at * 7919 + connection) % 251,
    name: 'x'.repeat(at % 60),
  });
}

/// Sends records as fast as they are taken, until the connection is gone.
async function flood(client, connection, perMessage) {
  for (let at = 0; !client.closed && client.socket.readyState === 1; at += perMessage) {
    const records = Array.from({ length: perMessage }, (_, offset) => unique(connection, at + offset));
    client.send(perMessage === 1 ? JSON.stringify(records[0]) : JSON.stringify(records));
    await client.flushed(256 * 1024);
    if (at % 50 === 0) {
      await new Promise((resolve) => setImmediate(resolve)); // let the answers in
    }
  }
}

async function readHistory(scene) {
  return JSON.parse(gunzipSync(await readFile(scene.path('data', 'history', 'class-1.gz'))));
}

/// Records of a connection, from its first on, that the history holds without a gap; more behind a gap are a failure.
function heldOf(history, connection) {
  const missing = [];
  let held = 0;
  let total = 0;
  for (const racers of Object.values(history)) {
    total += Object.keys(racers).filter((id) => Math.floor(Number(id) / 100_000) === connection).length;
  }
  for (let at = 0; at < total; ++at) {
    const { racerId, second, cadence, resistance } = unique(connection, at);
    if (history[second]?.[racerId] === output({ cadence, resistance })) {
      held += 1;
    } else {
      missing.push(at);
    }
  }
  assert.deepEqual(missing, [], `records of connection ${connection} that are missing or wrong, of ${total}`);
  return held;
}

// A history window that never closes by itself, and rings that are full or not: stopping alone must bring all to the files.
const SETTINGS = {
  'with room in its rings': { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '128MB' },
  'with full rings': { STREAM_RING_CAPACITY: '64KB', STREAM_SHARDS: 1, DELIVERY_SIZE: '64KB' },
};

for (const [state, settings] of Object.entries(SETTINGS)) {
  scene(
    `SIGTERM under load, ${state}: every acknowledged record is in the history, clients are told goodbye, exit 0`,
    async (scene) => {
      const daemon = await scene.daemon(settings);
      const viewer = await scene.viewer(daemon, 'classId=1&top=1000');
      const watching = await scene.viewer(daemon, 'classId=1&racerId=100000');
      const clients = [];
      for (let connection = 1; connection <= 6; ++connection) {
        clients.push(await scene.ingest(daemon));
      }
      const floods = clients.map((client, at) => flood(client, at + 1, [1, 50, 500][at % 3]));
      await waitFor('load', () => clients.every(({ accepted }) => accepted > 1000));
      assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
      await Promise.all(floods);
      for (const client of [...clients, viewer, watching]) {
        await client.until('the goodbye', () => client.closed);
        assert.equal(client.closed.code, 1001);
      }
      const history = await readHistory(scene);
      clients.forEach((client, at) => {
        assert.deepEqual([client.faults, client.rejected], [[], 0]);
        const held = heldOf(history, at + 1);
        assert.ok(held >= client.accepted, `connection ${at + 1}: ${client.accepted} acknowledged, ${held} held`);
      });

      const again = await scene.daemon(settings);
      assert.deepEqual(JSON.parse(await again.history(1)), history, 'the next start reads what the stop wrote');
    },
  );
}

scene('SIGTERM with nobody there, at once, ends with 0', async (scene) => {
  for (let round = 0; round < 10; ++round) {
    const daemon = await scene.daemon();
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  }
});

scene('SIGINT stops like SIGTERM', async (scene) => {
  const daemon = await scene.daemon({ DELIVERY_INTERVAL: '900s' });
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record()));
  await client.answered(1);
  assert.deepEqual(await daemon.program.stop('SIGINT'), { code: 0, signal: null });
  assert.deepEqual(await readHistory(scene), { 1: { 7: 120.75 } });
});

scene(
  'a client that never says goodbye back, and one that never reads, do not keep the daemon from ending',
  async (scene) => {
    const daemon = await scene.daemon({ DELIVERY_INTERVAL: '900s' });
    const deaf = await RawConnection.webSocket(scene, daemon, '/live?classId=1');
    const blocked = await RawConnection.webSocket(scene, daemon, '/ingest');
    const half = await RawConnection.open(scene, daemon);
    half.write('GET /healthz HTTP/1.1\r\nHo');
    deaf.socket.pause();
    blocked.socket.pause();
    const client = await scene.ingest(daemon);
    client.send(JSON.stringify(record()));
    await client.answered(1);
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
    assert.deepEqual(await readHistory(scene), { 1: { 7: 120.75 } });
  },
);
