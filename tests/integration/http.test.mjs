// HTTP: the history files with everything a cache or a download manager asks for, and how connections behave.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';

import { RawConnection } from './harness/raw.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const FILE = '/history/class-1.gz';
const JSON_FILE = '/history/class-1.json';

/// A daemon with a history of class 1, that stays as it is.
async function withHistory(scene, settings = {}) {
  const daemon = await scene.daemon({ HISTORY_SETTLE: '1h', ...settings });
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(Array.from({ length: 50 }, (_, racerId) => record({ racerId, cadence: racerId / 7 }))));
  await client.answered(50);
  let file;
  await waitFor('the history file', async () => {
    file = await daemon.request(FILE);
    return file.status === 200 && Object.keys(JSON.parse(gunzipSync(file.body))['1']).length === 50;
  });
  return { daemon, client, file };
}

scene('a history file is sent byte for byte, with all that a cache needs', async (scene) => {
  const { daemon, file } = await withHistory(scene);
  const path = scene.path('data', 'history', 'class-1.gz');
  assert.equal(file.headers['content-type'], 'application/gzip');
  assert.equal(file.headers['content-encoding'], undefined);
  assert.equal(Number(file.headers['content-length']), file.body.length);
  assert.equal(file.headers['access-control-allow-origin'], '*');
  assert.equal(file.headers['accept-ranges'], 'bytes');
  assert.match(file.headers.etag, /^"[^"]+"$/);
  const modified = new Date(Math.floor((await stat(path)).mtimeMs / 1000) * 1000).toUTCString();
  assert.equal(file.headers['last-modified'], modified);
  const wants = { 'Accept-Encoding': 'gzip, deflate, br' };
  const again = await daemon.request(FILE, { headers: wants });
  assert.equal(again.headers['content-encoding'], undefined, 'else a client would unzip what it wanted to keep');
  assert.deepEqual(again.body, file.body);
});

scene('HEAD tells what GET would, without a body', async (scene) => {
  const { daemon } = await withHistory(scene);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  scene.after(() => agent.destroy());
  for (const path of [FILE, JSON_FILE, '/healthz', '/metrics', '/nothing']) {
    const get = await daemon.request(path, { agent });
    const head = await daemon.request(path, { method: 'HEAD', agent });
    assert.equal(head.status, get.status, path);
    assert.equal(head.body.length, 0);
    for (const name of ['content-type', 'etag', 'last-modified', 'content-encoding']) {
      assert.equal(head.headers[name], get.headers[name], `${path} ${name}`);
    }
    if (path !== '/metrics') {
      assert.equal(head.headers['content-length'], get.headers['content-length'], path);
    }
  }
});

scene('who has the file already is told 304', async (scene) => {
  const { daemon, file } = await withHistory(scene);
  const { etag, 'last-modified': modified } = file.headers;
  const ask = async (headers, path = FILE, method = 'GET') => (await daemon.request(path, { headers, method })).status;
  const earlier = new Date(Date.parse(modified) - 1000).toUTCString();
  const later = new Date(Date.parse(modified) + 1000).toUTCString();

  for (const method of ['GET', 'HEAD']) {
    assert.equal(await ask({ 'If-None-Match': etag }, FILE, method), 304);
  }
  for (const tags of [`W/${etag}`, `"other", ${etag}`, `"other",${etag} , "third"`, '*']) {
    assert.equal(await ask({ 'If-None-Match': tags }), 304, tags);
  }
  assert.equal(await ask({ 'If-None-Match': '"other"' }), 200);
  assert.equal(await ask({ 'If-Modified-Since': modified }), 304);
  assert.equal(await ask({ 'If-Modified-Since': later }), 304);
  assert.equal(await ask({ 'If-Modified-Since': earlier }), 200);
  assert.equal(await ask({ 'If-Modified-Since': 'yesterday' }), 200);
  // The tag counts where both are given.
  assert.equal(await ask({ 'If-None-Match': '"other"', 'If-Modified-Since': modified }), 200);
  assert.equal(await ask({ 'If-None-Match': etag, 'If-Modified-Since': earlier }), 304);

  const told = await daemon.request(FILE, { headers: { 'If-None-Match': etag } });
  assert.deepEqual([told.body.length, told.headers.etag], [0, etag]);
  assert.equal(told.headers['access-control-allow-origin'], '*');
});

scene('a range of a file is sent, and only of the version that is meant', async (scene) => {
  const { daemon, file } = await withHistory(scene);
  const size = file.body.length;
  const ask = (range, more = {}) => daemon.request(FILE, { headers: { Range: range, ...more } });
  const partial = {
    'bytes=0-9': [0, 9],
    'bytes=5-5': [5, 5],
    'bytes=10-': [10, size - 1],
    'bytes=-7': [size - 7, size - 1],
    [`bytes=-${size + 5}`]: [0, size - 1],
    [`bytes=3-${size + 100}`]: [3, size - 1],
  };
  for (const [range, [first, last]] of Object.entries(partial)) {
    const { status, headers, body } = await ask(range);
    assert.equal(status, 206, range);
    assert.equal(headers['content-range'], `bytes ${first}-${last}/${size}`, range);
    assert.deepEqual(body, file.body.subarray(first, last + 1), range);
    assert.equal(headers.etag, file.headers.etag);
  }
  for (const range of [`bytes=${size}-`, `bytes=${size + 1}-${size + 9}`, 'bytes=-0']) {
    const { status, headers } = await ask(range);
    assert.equal(status, 416, range);
    assert.equal(headers['content-range'], `bytes */${size}`, range);
  }
  for (const range of ['bytes=9-3', 'bytes=x', 'lines=1-2', 'bytes=', 'bytes=-']) {
    const { status, body } = await ask(range);
    assert.deepEqual([status, body.length], [200, size], range);
  }
  assert.equal((await ask('bytes=0-9', { 'If-Range': file.headers.etag })).status, 206);
  assert.equal((await ask('bytes=0-9', { 'If-Range': file.headers['last-modified'] })).status, 206);
  for (const other of ['"other"', `W/${file.headers.etag}`, 'Sun, 06 Nov 1994 08:49:37 GMT']) {
    const { status, body } = await ask('bytes=0-9', { 'If-Range': other });
    assert.deepEqual([status, body.length], [200, size], other);
  }
  assert.equal((await ask('bytes=0-9', { 'If-None-Match': file.headers.etag })).status, 304);
});

scene('the JSON is zipped on the way only for who accepts it, each form under a tag of its own', async (scene) => {
  const { daemon, file } = await withHistory(scene);
  const text = gunzipSync(file.body).toString();
  const ask = (accepted, more = {}) =>
    daemon.request(JSON_FILE, {
      headers: { ...(accepted === undefined ? {} : { 'Accept-Encoding': accepted }), ...more },
    });
  for (const accepted of ['gzip', 'gzip, deflate, br', 'deflate, gzip;q=0.5', '*', 'GZIP']) {
    const { headers, body } = await ask(accepted);
    assert.equal(headers['content-encoding'], 'gzip', accepted);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(gunzipSync(body).toString(), text);
  }
  for (const accepted of [undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.0', '*, gzip;q=0', 'x-gzipped']) {
    const { headers, body } = await ask(accepted);
    assert.equal(headers['content-encoding'], undefined, accepted);
    assert.equal(body.toString(), text);
    assert.match(headers.vary, /accept-encoding/i);
    assert.equal(headers['access-control-allow-origin'], '*');
  }
  const plain = (await ask(undefined)).headers.etag;
  const zipped = (await ask('gzip')).headers.etag;
  assert.equal(new Set([plain, zipped, file.headers.etag]).size, 3);
  assert.equal((await ask(undefined, { 'If-None-Match': plain })).status, 304);
  assert.equal((await ask(undefined, { 'If-None-Match': zipped })).status, 200);
  assert.equal((await ask('gzip', { 'If-None-Match': zipped })).status, 304);
});

scene('what is not there is 404, and what may not be done is 405 with what may', async (scene) => {
  const { daemon } = await withHistory(scene);
  const missing = [
    ...[
      '/history/class-2.gz',
      '/history/class-99.gz',
      '/history/class-99.json',
      '/history/class-x.gz',
      '/history/class-.gz',
    ],
    ...[
      '/history/class-1.zip',
      '/history/class-1',
      '/history/',
      '/history',
      '/history/class-1.gz/',
      '/nothing',
      '/Healthz',
    ],
    ...['/history/../history/class-1.gz', '/history/..%2f..%2fetc%2fpasswd', '/history/class-1.gz%00', '//healthz'],
    ...[
      '/history/class-%2e%2e%2fclass-1.gz',
      '/history/class-01x.gz',
      '/history/class--1.gz',
      '/history/class-4294967297.gz',
    ],
  ];
  for (const path of missing) {
    assert.equal((await daemon.request(path)).status, 404, path);
  }
  for (const path of [FILE, JSON_FILE, '/healthz', '/readyz', '/metrics', '/live', '/ingest']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const { status, headers } = await daemon.request(path, { method });
      assert.equal(status, 405, `${method} ${path}`);
      assert.match(headers.allow, /\bGET\b/, `${method} ${path}`);
    }
  }
  const preflight = await daemon.request(FILE, {
    method: 'OPTIONS',
    headers: {
      Origin: 'http://elsewhere',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'range',
    },
  });
  assert.ok([200, 204].includes(preflight.status));
  assert.equal(preflight.headers['access-control-allow-origin'], '*');
  assert.match(preflight.headers['access-control-allow-headers'], /range/i);
  assert.equal((await daemon.request('/ingest')).status, 426);
  for (const path of ['/history/%', '/history/%zz', '/live?classId=%']) {
    assert.equal((await daemon.request(path)).status, 400, path);
  }
});

const request = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: here\r\n${more}\r\n`;

scene('several requests may be sent at once on one connection, and are answered in order', async (scene) => {
  const { daemon, file } = await withHistory(scene);
  const paths = ['/healthz', FILE, '/nothing', JSON_FILE, FILE, '/healthz'];
  const connection = await RawConnection.open(scene, daemon);
  connection.write(
    paths.map((path) => request(path)).join('') + `HEAD ${FILE} HTTP/1.1\r\nHost: here\r\n\r\n` + request('/healthz'),
  );
  for (const [path, status] of [
    ['/healthz', 200],
    [FILE, 200],
    ['/nothing', 404],
    [JSON_FILE, 200],
    [FILE, 200],
    ['/healthz', 200],
  ]) {
    const response = await connection.response();
    assert.equal(response.status, status, path);
    if (path === FILE) {
      assert.deepEqual(response.body, file.body);
    }
  }
  const head = await connection.response({ head: true });
  assert.equal(Number(head.headers['content-length']), file.body.length);
  assert.equal((await connection.response()).body.toString(), 'ok\n');
  // A request in two halves behind them.
  const late = request(FILE);
  connection.write(late.slice(0, 11));
  connection.write(late.slice(11));
  assert.deepEqual((await connection.response()).body, file.body);
});

scene('a connection stays open for further requests, unless the client says otherwise', async (scene) => {
  const daemon = await scene.daemon();
  const connection = await RawConnection.open(scene, daemon);
  for (let at = 0; at < 50; ++at) {
    connection.write(request('/healthz'));
    assert.equal((await connection.response()).status, 200);
  }
  connection.write(request('/healthz', 'Connection: close\r\n'));
  assert.equal((await connection.response()).headers.connection, 'close');
  await connection.until('the end of the connection', () => connection.ended);

  const old = await RawConnection.open(scene, daemon);
  old.write('GET /healthz HTTP/1.0\r\n\r\n');
  assert.equal((await old.response()).status, 200);
  await old.until('the end of the connection', () => old.ended);
});

scene('a header over the limit is refused with 431, one below it is not', async (scene) => {
  const daemon = await scene.daemon({ LIMITS_HTTP_HEADER_BYTES: '8KB' });
  const fits = await RawConnection.open(scene, daemon);
  fits.write(request('/healthz', `X-Long: ${'x'.repeat(7 * 1024)}\r\n`));
  assert.equal((await fits.response()).status, 200);
  const tooLong = [
    `X-Long: ${'x'.repeat(9 * 1024)}\r\n`,
    `X-Long: ${'x'.repeat(200 * 1024)}\r\n`,
    'X-Many: 1\r\n'.repeat(2000),
  ];
  for (const header of tooLong) {
    const connection = await RawConnection.open(scene, daemon);
    connection.write(request('/healthz', header));
    assert.equal((await connection.response()).status, 431, `${header.length} bytes`);
    await connection.until('the end of the connection', () => connection.ended);
  }
  assert.equal((await daemon.request('/healthz')).status, 200);
});

scene('what is not HTTP is answered with 400 and ends the connection', async (scene) => {
  const daemon = await scene.daemon();
  for (const text of [
    'hello\r\n\r\n',
    'GET\r\n\r\n',
    'GET /healthz HTTP/9.9\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  ]) {
    const connection = await RawConnection.open(scene, daemon);
    connection.write(Buffer.from(text, 'latin1'));
    assert.equal((await connection.response()).status, 400, JSON.stringify(text));
    await connection.until('the end of the connection', () => connection.ended);
  }
});

scene('who does not finish a header in time, or asks for nothing, is cut off, and nobody else', async (scene) => {
  // Long enough for the first request of those who ask.
  const daemon = await scene.daemon({ HTTP_REQUEST_TIMEOUT: '3s', HTTP_IDLE_TIMEOUT: '1s' });
  const slow = await RawConnection.open(scene, daemon);
  slow.write('GET /healthz HTTP/1.1\r\nHost: h');
  const silent = await RawConnection.open(scene, daemon);
  const idle = await RawConnection.open(scene, daemon);
  idle.write(request('/healthz'));
  assert.equal((await idle.response()).status, 200);
  const viewer = await scene.viewer(daemon, 'classId=1');
  const client = await scene.ingest(daemon);
  for (const connection of [slow, silent, idle]) {
    await connection.until('the end of the connection', () => connection.ended);
  }
  client.send(JSON.stringify(record()));
  await client.answered(1);
  await viewer.until('the record', ({ state }) => state.total === 1);
});

scene('over the limit of connections a further one is closed, until there is room again', async (scene) => {
  const daemon = await scene.daemon({ LIMITS_CONNECTIONS: 3 });
  const viewer = await scene.viewer(daemon, 'classId=1');
  const client = await scene.ingest(daemon);
  const last = await RawConnection.open(scene, daemon);
  last.write(request('/healthz'));
  assert.equal((await last.response()).status, 200);
  const refused = await RawConnection.open(scene, daemon);
  refused.write(request('/healthz'));
  await refused.until('the end of the connection', () => refused.ended);
  assert.equal(refused.received.length, 0);

  client.send(JSON.stringify(record()));
  await client.answered(1);
  await viewer.until('the record', ({ state }) => state.total === 1);
  last.socket.destroy();
  await waitFor('room for a connection', async () => (await daemon.request('/healthz')).status === 200);
});

/// Writes a history file of some megabytes; returns its bytes.
async function writeLargeHistory(scene, random) {
  const seconds = {};
  for (let second = 1; second <= 300; ++second) {
    seconds[second] = {};
    for (let racerId = 0; racerId < 3000; ++racerId) {
      seconds[second][racerId] = random.number(22.75, 400);
    }
  }
  const bytes = gzipSync(JSON.stringify(seconds), { level: 1 });
  await mkdir(scene.path('data', 'history'), { recursive: true });
  await writeFile(scene.path('data', 'history', 'class-1.gz'), bytes);
  return bytes;
}

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

scene('who downloads slowly gets the old file whole, though a new one takes its place meanwhile', async (scene) => {
  const old = await writeLargeHistory(scene, scene.random());
  const daemon = await scene.daemon({ HTTP_IDLE_TIMEOUT: '300s' }); // who takes nothing is not to be cut off here
  const before = await daemon.request(FILE);
  assert.equal(digest(before.body), digest(old), 'a file that somebody else wrote is served as it is');

  const slow = [];
  for (const text of [request(FILE), request(FILE, 'Range: bytes=1000-\r\n'), request(JSON_FILE)]) {
    const connection = await RawConnection.open(scene, daemon);
    connection.socket.once('data', () => connection.socket.pause());
    connection.write(text);
    slow.push(connection);
  }
  for (const connection of slow) {
    await connection.until('the first bytes', () => connection.received.length > 0);
  }
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ cadence: 250, resistance: 100 })));
  await client.answered(1);
  await waitFor(
    'the new file',
    async () => (await daemon.request(FILE, { method: 'HEAD' })).headers.etag !== before.headers.etag,
    { deadlineMs: 90_000 },
  );
  const replaced = await daemon.request(FILE);
  const text = gunzipSync(replaced.body);
  assert.match(text.subarray(0, 1000).toString(), /"7":470\.25,/);
  for (const connection of slow) {
    assert.ok(connection.received.length < old.length / 2, 'the download was not slow, so this test showed nothing');
    connection.socket.resume();
  }
  const [whole, part, unzipped] = await Promise.all(slow.map((connection) => connection.response()));
  assert.deepEqual([whole.status, digest(whole.body)], [200, digest(old)]);
  assert.deepEqual([part.status, digest(part.body)], [206, digest(old.subarray(1000))]);
  assert.deepEqual([unzipped.status, digest(unzipped.body)], [200, digest(gunzipSync(old))]);
  assert.equal(whole.headers.etag, before.headers.etag);

  const json = await daemon.request(JSON_FILE);
  assert.equal(digest(json.body), digest(text));
});

scene('/healthz, /readyz and /metrics say that the daemon lives, is ready, and what it counts', async (scene) => {
  const { daemon, client } = await withHistory(scene);
  assert.equal((await daemon.request('/healthz')).status, 200);
  assert.equal((await daemon.request('/readyz')).status, 200, 'no broker is configured, so none is missing');
  client.send('{"racerId":1}');
  await client.answered(50, 1);
  const { headers, body } = await daemon.request('/metrics');
  assert.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  const text = body.toString();
  for (const line of text.trimEnd().split('\n')) {
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+)$/i);
  }
  const metrics = await daemon.metrics();
  assert.equal(metrics.get('alleycat_records_accepted_total{door="websocket"}'), 50);
  assert.equal(metrics.get('alleycat_records_applied_total'), 50);
  const rejected = [...metrics].find(([name]) => name.startsWith('alleycat_records_rejected_total{'));
  assert.match(rejected[0], /code="MissingField"/);
  assert.equal(rejected[1], 1);
  const shards = [...metrics].filter(([name]) => name.startsWith('alleycat_shard_appended_records_total{'));
  assert.equal(shards.length, 4);
  assert.equal(
    shards.reduce((sum, [, value]) => sum + value, 0),
    50,
  );
});
