// Requests that could be read in two ways, and paths that try to leave their place: one answer at most, and nothing told.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';

import { addToken, bearer } from './harness/access.mjs';
import { RawConnection } from './harness/raw.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';

const HOST = 'Host: 127.0.0.1\r\n';
const HIDDEN = `GET /api/v1/clock HTTP/1.1\r\n${HOST}X-Hidden: 1\r\n\r\n`; // what a proxy in front would not have seen

/// Everything that comes until the connection ends.
async function conversation(scene, daemon, bytes) {
  const connection = await RawConnection.open(scene, daemon);
  connection.write(bytes);
  connection.socket.end(); // the last that comes from us
  await connection.until('the end', ({ ended }) => ended);
  return connection.received.toString('latin1');
}

const answersIn = (text) => text.split(/(?=HTTP\/1\.1 \d{3} )/).filter((part) => part.startsWith('HTTP/1.1'));

scene(
  'a request that hides another one behind it gets one answer, a refusal, and its connection ends',
  async (scene) => {
    const daemon = await scene.daemon();
    const chunked = 'Transfer-Encoding: chunked';
    const withBody = (...fields) => `POST / HTTP/1.1\r\n${HOST}${fields.join('\r\n')}\r\n\r\n`;
    const hiding = {
      'a length and chunks': withBody('Content-Length: 5', chunked) + `0\r\n\r\n${HIDDEN}`,
      'chunks and a length': withBody(chunked, 'Content-Length: 5') + `0\r\n\r\n${HIDDEN}`,
      'two lengths': withBody('Content-Length: 0', `Content-Length: ${HIDDEN.length}`) + HIDDEN,
      'two lengths alike': withBody('Content-Length: 0', 'Content-Length: 0') + HIDDEN,
      'a list of lengths': withBody('Content-Length: 0, 0') + HIDDEN,
      'a length with a sign': withBody('Content-Length: +0') + HIDDEN,
      'a length below nothing': withBody('Content-Length: -1') + HIDDEN,
      'a length in hex': withBody('Content-Length: 0x0') + HIDDEN,
      'no length': withBody('Content-Length:') + HIDDEN,
      'a length with more behind it': withBody('Content-Length: 0 0') + HIDDEN,
      'a length in another script': withBody('Content-Length: \u00b2') + HIDDEN,
      'chunks twice': withBody(chunked, chunked) + `0\r\n\r\n${HIDDEN}`,
      'chunks in chunks': withBody('Transfer-Encoding: chunked, chunked') + `0\r\n\r\n${HIDDEN}`,
      'another encoding': withBody('Transfer-Encoding: xchunked') + HIDDEN,
      'encoding identity': withBody('Transfer-Encoding: identity') + HIDDEN,
      'encoding gzip, chunked': withBody('Transfer-Encoding: gzip, chunked') + `0\r\n\r\n${HIDDEN}`,
      'encoding with a vertical tab': withBody('Transfer-Encoding: \x0bchunked') + `0\r\n\r\n${HIDDEN}`,
      'a blank before the colon': withBody('Transfer-Encoding : chunked', 'Content-Length: 0') + `0\r\n\r\n${HIDDEN}`,
      'a folded encoding': withBody('Transfer-Encoding:\r\n chunked', 'Content-Length: 0') + HIDDEN,
      'a folded field': withBody('X: y\r\n Content-Length: 5', 'Content-Length: 0') + HIDDEN,
      'a folded first field': `POST / HTTP/1.1\r\n Transfer-Encoding: chunked\r\n${HOST}\r\n${HIDDEN}`,
      'a bare line feed': `POST / HTTP/1.1\n${HOST}Content-Length: 0\n\n${HIDDEN}`,
      'a bare line feed in a field': withBody('X: y\nTransfer-Encoding: chunked', 'Content-Length: 0') + HIDDEN,
      'a bare carriage return': withBody('X: y\rTransfer-Encoding: chunked', 'Content-Length: 0') + HIDDEN,
      'a NUL in a value': withBody('X: a\0b', 'Content-Length: 0') + HIDDEN,
      'a NUL in a name': withBody('X\0: a', 'Content-Length: 0') + HIDDEN,
      'a NUL in the target': `GET /healthz\0 HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
      'a field without a colon': withBody('nothing', 'Content-Length: 0') + HIDDEN,
      'a field without a name': withBody(': chunked', 'Content-Length: 0') + HIDDEN,
      'two hosts': `GET /healthz HTTP/1.1\r\n${HOST}Host: evil.example\r\n\r\n${HIDDEN}`,
      'no host': `GET /healthz HTTP/1.1\r\n\r\n${HIDDEN}`,
      'chunks in HTTP/1.0': `POST / HTTP/1.0\r\n${HOST}${chunked}\r\n\r\n0\r\n\r\n${HIDDEN}`,
      'another version': `GET /healthz HTTP/2.0\r\n${HOST}\r\n${HIDDEN}`,
      'no version': `GET /healthz\r\n${HOST}\r\n${HIDDEN}`,
      'two blanks': `GET  /healthz HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`,
      'a chunk with a sign': withBody(chunked) + `+0\r\n\r\n${HIDDEN}`,
      'a chunk in 0x': withBody(chunked) + `0x0\r\n\r\n${HIDDEN}`,
      'a chunk beyond numbers': withBody(chunked) + `${'f'.repeat(17)}\r\n{}\r\n0\r\n\r\n${HIDDEN}`,
      'a chunk that ends in a line feed': withBody(chunked) + `0\n\n${HIDDEN}`,
      'a chunk longer than it says': withBody(chunked) + `1\r\n{}\r\n0\r\n\r\n${HIDDEN}`,
      trailers: withBody(chunked) + `0\r\nContent-Length: 5\r\n\r\n${HIDDEN}`,
      'TLS on a plain port': `\x16\x03\x01\x02\x00\x01\x00${HIDDEN}`,
      'the preface of HTTP/2': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`,
    };
    for (const [name, bytes] of Object.entries(hiding)) {
      const got = await conversation(scene, daemon, Buffer.from(bytes, 'latin1'));
      const answers = answersIn(got);
      assert.ok(answers.length <= 1, `${name}: ${answers.length} answers:\n${got}`);
      assert.doesNotMatch(got, /raceId|nowMs|epoch/i, name);
      if (answers.length === 1) {
        assert.match(answers[0], /^HTTP\/1\.1 (4\d\d|505) /, name);
      }
    }
    assert.equal((await daemon.request('/healthz')).status, 200);
  },
);

scene('a body that is one is no second request', async (scene) => {
  const daemon = await scene.daemon();
  const length = `POST / HTTP/1.1\r\n${HOST}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`;
  const chunks = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: CHUNKED\r\n\r\n${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`;
  const get = `GET /healthz HTTP/1.1\r\n${HOST}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`;
  for (const bytes of [length, chunks, get]) {
    const got = await conversation(scene, daemon, bytes);
    assert.equal(answersIn(got).length, 1, got);
    const after = await conversation(scene, daemon, `${bytes}GET /healthz HTTP/1.1\r\n${HOST}\r\n`);
    assert.equal(answersIn(after).length, 2, after);
  }
});

scene("what comes behind a WebSocket's handshake is no request", async (scene) => {
  const daemon = await scene.daemon();
  const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
  for (const version of ['13', '12']) {
    const got = await conversation(
      scene,
      daemon,
      `GET /live?classId=1 HTTP/1.1\r\n${HOST}${upgrade}Sec-WebSocket-Version: ${version}\r\n\r\n${HIDDEN}`,
    );
    const answers = answersIn(got);
    if (version === '13') {
      assert.equal(answers.length, 1);
      assert.match(got, /^HTTP\/1\.1 101 /);
    } else {
      assert.match(got, /^HTTP\/1\.1 4\d\d /); // no upgrade: the connection goes on as HTTP, or ends
    }
  }
});

const DOTS = [
  '../',
  '..%2f',
  '..%2F',
  '%2e%2e/',
  '%2e%2e%2f',
  '%2E%2E%2F',
  '.%2e/',
  '..%5c',
  '..\\',
  '%252e%252e%252f',
  '%c0%ae%c0%ae/',
  '%c0%ae%c0%ae%c0%af',
  '%uff0e%uff0e/',
  '....//',
  '..;/',
  './../',
  '/../',
  '%00../',
  '..%00/',
  '%2e%2e%5c',
  '..//',
  '..%c1%9c',
  '%ff%fe/',
];

scene('no path leads out of its place, however it is written', async (scene) => {
  const daemon = await scene.daemon();
  const secret = 'what nobody may read';
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record()));
  await client.answered(1);
  await daemon.merged(1);
  await writeFile(scene.path('secret.gz'), secret);
  await mkdir(scene.path('data', 'history'), { recursive: true });
  await writeFile(scene.path('data', 'secret.gz'), secret);
  await writeFile(scene.path('data', 'history', 'secret.gz'), secret);
  const targets = ['secret.gz', 'data/alleycat.db', 'alleycat.db', 'etc/passwd', 'log/shard-0/'];
  const paths = [
    ...['/history/', '/history/class-1.gz/', '/history/class-', '/assets/', '/api/v1/', '/', '/live/'].flatMap(
      (place) =>
        DOTS.flatMap((dots) =>
          [1, 2, 8].flatMap((deep) => targets.map((target) => `${place}${dots.repeat(deep)}${target}`)),
        ),
    ),
    ...['/history/secret.gz', '/history/class-1.gz%00.json', '/history/class-1.gz%00', '/history/class-%31.gz%20'],
    ...[
      '/history/',
      '/history',
      '/assets/',
      '/history/class-.gz',
      '/history/class-1',
      '/history/class--1.gz',
      '/history/class-1e0.gz',
    ],
    ...[
      '//etc/passwd',
      '/%2fetc/passwd',
      '/file:///etc/passwd',
      '/.env',
      '/.git/config',
      '/config/alleycat.toml',
      '/alleycat.db',
    ],
  ];
  const connection = await RawConnection.open(scene, daemon);
  for (const path of paths) {
    connection.write(`GET ${path} HTTP/1.1\r\n${HOST}\r\n`);
    const { status, body } = await connection.response();
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    const text = body.toString('latin1');
    assert.ok(!text.includes(secret) && !/root:|SQLite|\/tmp\//.test(text), `${path}: ${text}`);
  }
  for (const target of ['*', 'http://evil.example/', 'healthz', '../healthz', 'evil.example:443', '/\x80', '/a b']) {
    const got = await conversation(scene, daemon, Buffer.from(`GET ${target} HTTP/1.1\r\n${HOST}\r\n`, 'latin1'));
    assert.match(got, /^HTTP\/1\.1 (4\d\d|200) /, target);
    assert.ok(answersIn(got).length === 1);
  }
});

scene('the way a path is written does not change who may have it', async (scene) => {
  const viewer = await addToken(scene, { role: 'viewer' });
  const daemon = await scene.daemon({ AUTH_MODE: 'token' });
  const places = ['/metrics', '/api/v1/quarantine', '/api/v1/racers/7', '/api/v1/classes'];
  const disguises = places.flatMap((place) => [
    ...[
      `/assets/..${place}`,
      `/assets/%2e%2e${place}`,
      `/./${place.slice(1)}`,
      `/${place}`,
      `${place}/`,
      `${place}//`,
      `${place};x`,
      `${place}%20`,
      `${place}.`,
    ],
    ...[
      place.toUpperCase(),
      `${place}%00`,
      `${place}%2f`,
      place.replace('/', '/%2e/'),
      place.replaceAll('a', '%61'),
      place.replace('/', '\\'),
      `${place}?x=/assets/`,
      `${place}#/assets/`,
    ],
  ]);
  for (const path of disguises) {
    const { status, body } = await daemon.request(path.startsWith('/') ? path : `/${path}`, {});
    assert.ok([400, 401, 403, 404].includes(status), `${path}: ${status} ${body.toString().slice(0, 100)}`);
  }
  for (const path of [
    '/api/v1/quarantine',
    '/api/v1/%71uarantine',
    '/api/v1/quarantine/',
    '/api/v1//quarantine',
    '/assets/../api/v1/quarantine',
  ]) {
    const { status } = await daemon.request(path, { headers: bearer(viewer.token) });
    assert.ok([400, 403, 404].includes(status), `${path}: ${status}`);
  }
  for (const path of ['/api/v1/racers/7', '/api/v1/racers/%37', '/api/v1/%72acers/7', '/assets/../api/v1/racers/7']) {
    const { status } = await daemon.request(path, { method: 'DELETE', headers: bearer(viewer.token) });
    assert.ok([400, 403, 404, 405].includes(status), `${path}: ${status}`);
  }
});
