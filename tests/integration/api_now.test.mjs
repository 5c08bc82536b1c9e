// What the API says of this moment: the race clock, the page itself, who is about, and what was refused.

import assert from 'node:assert/strict';
import http from 'node:http';
import { gunzipSync } from 'node:zlib';

import { Program } from './harness/processes.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

async function get(daemon, path) {
  const { status, headers, body } = await daemon.request(path);
  assert.equal(status, 200, `${path}: ${body}`);
  assert.equal(headers['content-type'], 'application/json', path);
  return JSON.parse(body);
}

for (const [length, window] of [
  [300, 300],
  [2, 5],
]) {
  scene(`the clock follows races of ${length} s that begin every ${window} s`, async (scene) => {
    const daemon = await scene.daemon({ RACE_LENGTH: `${length}s`, RACE_WINDOW: `${window}s` });
    const before = Date.now();
    const { headers } = await daemon.request('/api/v1/clock');
    const clock = await get(daemon, '/api/v1/clock');
    assert.ok(clock.now >= before && clock.now <= Date.now());
    assert.deepEqual([headers['cache-control'], headers.etag], ['no-store', undefined]);
    assert.deepEqual([clock.length, clock.window, clock.viewerTop], [length, window, 1000]);
    const windowMs = 1000 * window;
    const race = Math.floor(clock.now / windowMs);
    assert.equal(clock.next, (race + 1) * windowMs);
    const second = Math.floor((clock.now - race * windowMs) / 1000) + 1;
    assert.deepEqual(
      [clock.raceId, clock.second, clock.start],
      second <= length ? [race, second, race * windowMs] : [null, null, null],
    );
  });
}

scene('a racer is found as soon as they ride, and when their race is stored', async (scene) => {
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  const ride = (event) =>
    client.send(
      JSON.stringify([
        record({ racerId: 7, name: 'Hubert', second: event === 'final' ? 2 : 1, event }),
        record({ racerId: 70, name: '100 % Äpfel_', second: event === 'final' ? 2 : 1, event }),
      ]),
    );
  const found = async (search) =>
    (await get(daemon, `/api/v1/racers?search=${encodeURIComponent(search)}`)).racers.map(({ racerId }) => racerId);
  assert.deepEqual(await get(daemon, '/api/v1/racers'), { racers: [] });
  ride('update');
  await waitFor('both to ride', async () => (await found('')).length === 2);
  assert.deepEqual(await get(daemon, '/api/v1/racers?search=hub'), {
    racers: [{ racerId: 7, name: 'Hubert', firstSeen: null, lastSeen: null }],
  });
  const check = async () => {
    assert.deepEqual(await found('HUBERT'), [7]);
    assert.deepEqual(await found('7'), [7, 70]);
    assert.deepEqual(await found('70'), [70]);
    assert.deepEqual(await found(' % Ä'), [70]);
    assert.deepEqual(await found('_'), [70]);
    assert.deepEqual(await found('%%'), []);
    assert.deepEqual(await found('nobody'), []);
  };
  await check();
  ride('final');
  await client.answered(4);
  await waitFor('the race to be stored', async () => {
    const { racers } = await get(daemon, '/api/v1/racers');
    return racers.every(({ firstSeen, lastSeen }) => firstSeen !== null && lastSeen >= firstSeen);
  });
  await check();
  assert.equal((await daemon.request(`/api/v1/racers?search=${'x'.repeat(65)}`)).status, 400);
});

/// One call of the stream API; returns the status.
function put(daemon, body, target = 'Kinesis_20131202.PutRecord') {
  return new Promise((resolve, reject) => {
    const headers = { 'X-Amz-Target': target, 'Content-Type': 'application/x-amz-json-1.1' };
    const { host, port } = daemon;
    const request = http.request({ host, port, path: '/', method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
    request.end(body);
  });
}

scene('the last refusals of all doors are told with their reasons', async (scene) => {
  const broker = await scene.broker();
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address });
  await daemon.ready();
  const rejects = async (query = '') => (await get(daemon, `/api/v1/rejects${query}`)).rejects;
  assert.deepEqual(await rejects(), []);
  const before = Date.now();
  const client = await scene.ingest(daemon);
  const bad = record({ cadence: 999 });
  client.send(JSON.stringify([bad, record({}), bad]));
  await client.answered(1, 2);
  const [{ message, ...first }, ...none] = await rejects();
  assert.deepEqual([first.door, first.code, first.count, none.length], ['websocket', 'OutOfRange', 2, 0]);
  assert.equal(message, client.rejects[0].message);
  assert.ok(first.at >= before && first.at <= Date.now());

  const mqtt = await broker.client();
  await mqtt.publishAsync('alleycat-publish', '{"racerId":1}', { qos: 1 });
  await waitFor('the door to refuse it', async () => (await rejects()).length === 2);
  assert.deepEqual(
    (await rejects('?limit=1')).map(({ door, code, count }) => [door, code, count]),
    [['mqtt', 'MissingField', 1]],
  );
  assert.equal(await put(daemon, '{"StreamName":"another"}'), 400);
  assert.equal((await rejects())[0].door, 'stream');
  assert.ok((await rejects()).every(({ message: each }) => each.length > 0));
});

scene('the page, or a notice in its place, is served with what it asks for', async (scene) => {
  const daemon = await scene.daemon();
  const { headers, body } = await daemon.request('/');
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-cache');
  assert.match(headers['content-security-policy'], /^default-src 'none'; script-src 'self'; /);
  for (const path of ['/results', '/racer?id=7', '/wall', '/status']) {
    assert.deepEqual((await daemon.request(path)).body, body, path);
  }
  const again = await daemon.request('/', { headers: { 'If-None-Match': headers.etag } });
  assert.deepEqual([again.status, again.body.length], [304, 0]);
  assert.equal((await daemon.request('/assets/nothing.js')).status, 404);
  for (const [, path] of body.toString().matchAll(/(?:href|src)="(\/[^"]*)"/g)) {
    const file = await daemon.request(path);
    assert.equal(file.status, 200, path);
    if (path.startsWith('/assets/')) {
      assert.equal(file.headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.match(file.headers['content-type'], /^text\/(javascript|css); charset=utf-8$/);
      const zipped = await daemon.request(path, { headers: { 'Accept-Encoding': 'gzip' } });
      assert.equal(zipped.headers['content-encoding'], 'gzip');
      assert.deepEqual(gunzipSync(zipped.body), file.body);
    }
  }
});

scene('/metrics says how the daemon is, its disk and its process', async (scene) => {
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  await scene.viewer(daemon, 'classId=1');
  client.send(JSON.stringify([1, 2].map((racerId) => record({ racerId }))));
  await client.answered(2);
  await daemon.merged(2);
  let metrics;
  await waitFor('the race to be told, and the history to be written', async () => {
    metrics = await daemon.metrics();
    return (
      metrics.get('alleycat_racers_now{class="1"}') === 2 && metrics.get('alleycat_history_flush_seconds_count') > 0
    );
  });
  assert.equal(metrics.get('alleycat_races_open{class="1"}'), 1);
  assert.equal(metrics.get('alleycat_races_open{class="2"}'), 0);
  const sum = (prefix) =>
    [...metrics].reduce((total, [name, value]) => total + (name.startsWith(prefix) ? value : 0), 0);
  assert.ok(sum('alleycat_log_commit_duration_seconds_count') > 0);
  assert.ok(sum('alleycat_log_commit_duration_seconds_sum') > 0);
  assert.equal(sum('alleycat_shard_oldest_seconds'), 0);
  assert.equal(metrics.get('alleycat_results_failing'), 0);
  assert.equal(metrics.get('alleycat_live_queue_bytes'), 0);
  assert.ok(metrics.get('alleycat_storage_size_bytes') > metrics.get('alleycat_storage_free_bytes'));
  assert.ok(metrics.get('alleycat_database_bytes') > 4096);
  assert.ok(metrics.get('process_resident_memory_bytes') > 1e6);
  assert.ok(metrics.get('process_open_fds') > 10);
  assert.ok(Math.abs(metrics.get('process_start_time_seconds') - Date.now() / 1000) < 600);
  assert.ok(metrics.get('process_cpu_seconds_total') >= 0);
});

const HOLD_DATABASE = `
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(600)
`;

scene('a database that cannot be written makes the daemon not ready, until it can be again', async (scene) => {
  const daemon = await scene.daemon();
  await daemon.ready();
  const path = scene.path('data', 'alleycat.db');
  const holder = scene.watch(new Program('holder', 'python3', ['-c', HOLD_DATABASE, path]));
  await waitFor('the database to be held', () => holder.ended || holder.stdout.includes('held'));
  if (holder.ended) {
    scene.context.skip(`NOT RUN: python3 cannot hold a database: ${holder.stderr}`);
    return;
  }
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ event: 'final' })));
  await client.answered(1);
  await waitFor('the result not to be written', async () => {
    const { status, body } = await daemon.request('/readyz');
    return status === 503 && body.toString().startsWith('the database cannot be written: ');
  });
  assert.equal((await daemon.metrics()).get('alleycat_results_failing'), 1);
  await holder.end();
  await daemon.ready();
  assert.equal((await daemon.metrics()).get('alleycat_results_failing'), 0);
  await waitFor('the result', async () => (await get(daemon, '/api/v1/classes/1/leaderboard')).total === 1);
});
