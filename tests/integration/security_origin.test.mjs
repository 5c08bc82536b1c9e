// Pages of other sites: what they may open and read, and what protects ours.

import assert from 'node:assert/strict';

import { Talk, guarded } from './harness/access.mjs';
import { scene } from './harness/scene.mjs';

const LIVE = '/live?classId=1';

/// Whether a WebSocket is opened for a page of `origin`: true, or the status that refuses it.
async function opened(scene, daemon, origin, path = LIVE, headers = {}) {
  const talk = await Talk.make(scene, daemon, path, { headers, ...(origin === undefined ? {} : { origin }) });
  return talk.open ?? talk.refused.status;
}

/// What has nothing to do with `127.0.0.1:<port>`, or pretends to.
function strangers({ port }) {
  return [
    'http://evil.example',
    'https://evil.example',
    `http://evil.example:${port}`,
    `http://127.0.0.1.evil.example:${port}`,
    `http://evil.example/127.0.0.1:${port}`,
    `http://127.0.0.1:${port}@evil.example`,
    `http://evil.example#127.0.0.1:${port}`,
    'http://127.0.0.1',
    `http://127.0.0.1:${port + 1}`,
    `http://localhost:${port + 1}`,
    `http://localhost.evil.example:${port}`,
    'null',
    'file://',
    '',
    '*',
    `chrome-extension://127.0.0.1:${port}`,
  ];
}

scene('a WebSocket is opened for our own page and for programs, not for the page of another site', async (scene) => {
  const daemon = await scene.daemon();
  const own = `http://${daemon.host}:${daemon.port}`;
  for (const path of [LIVE, '/ingest']) {
    assert.equal(await opened(scene, daemon, undefined, path), true);
    assert.equal(await opened(scene, daemon, own, path), true);
    assert.equal(await opened(scene, daemon, `http://localhost:${daemon.port}`, path), true); // the same, by another name
    for (const origin of strangers(daemon).filter((each) => each !== '')) {
      assert.equal(await opened(scene, daemon, origin, path), 403, `${path} ${origin}`);
    }
  }
  // A name of ours that the page was opened by, as the browser tells it.
  const host = { Host: `gym.example:${daemon.port}` };
  assert.equal(await opened(scene, daemon, `http://gym.example:${daemon.port}`, LIVE, host), true);
  assert.equal(await opened(scene, daemon, own, LIVE, host), 403);
});

scene('sites that are named may open WebSockets, and no others', async (scene) => {
  const daemon = await scene.daemon({ HTTP_ORIGINS: 'https://club.example,http://wall.local:3000' });
  const may = ['https://club.example', 'https://club.example:443', 'HTTPS://CLUB.example', 'http://wall.local:3000'];
  for (const origin of may) {
    assert.equal(await opened(scene, daemon, origin), true, origin);
  }
  const mayNot = [
    'http://club.example',
    'https://club.example:8443',
    'https://a.club.example',
    'https://club.example.evil.example',
  ];
  for (const origin of [...mayNot, 'http://wall.local', 'http://wall.local:30000', 'https://wall.local:3000']) {
    assert.equal(await opened(scene, daemon, origin), 403, origin);
  }
});

scene('with "*" every site may', async (scene) => {
  const daemon = await scene.daemon({ HTTP_ORIGINS: '*' });
  assert.equal(await opened(scene, daemon, 'http://evil.example'), true);
});

/// What a page of `origin` would be told about reading an answer.
async function readable(daemon, path, origin, options = {}) {
  const { headers } = await daemon.request(path, { ...options, headers: { Origin: origin } });
  return headers['access-control-allow-origin'];
}

scene('pages of other sites read what is public: all sites by default, those named, or none', async (scene) => {
  const start = (name, more) => scene.daemon({ STORAGE_DIRECTORY: scene.path(name), ...more });
  const [all, named, none] = [
    await start('all', {}),
    await start('named', { HTTP_CORS_ORIGINS: 'https://club.example,http://wall.local:3000' }),
    await start('none', { HTTP_CORS_ORIGINS: '' }),
  ];
  for (const path of ['/api/v1/classes', '/leaderboard?classId=1', '/api/v1/nothing']) {
    assert.equal(await readable(all, path, 'http://evil.example'), '*', path);
    assert.equal(await readable(named, path, 'https://club.example'), 'https://club.example', path);
    assert.equal(await readable(named, path, 'http://evil.example'), undefined, path);
    assert.equal(await readable(none, path, 'https://club.example'), undefined, path);
  }
  const { headers } = await named.request('/api/v1/classes', { headers: { Origin: 'https://club.example' } });
  assert.match(headers.vary ?? '', /origin/i, 'or a cache gives it to another site');
  for (const daemon of [all, named, none]) {
    const answer = await daemon.request('/api/v1/classes', { headers: { Origin: 'https://club.example' } });
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  }
});

scene('without tokens, no page of another site can make this machine erase or judge', async (scene) => {
  const daemon = await scene.daemon();
  const erase = async (headers, method = 'DELETE', path = '/api/v1/racers/7') =>
    (await daemon.request(path, { method, headers })).status;
  assert.equal(await erase({}), 200);
  const own = `http://${daemon.host}:${daemon.port}`;
  assert.equal(await erase({ Origin: own }), 200);
  for (const origin of strangers(daemon).filter((each) => each !== '')) {
    assert.equal(await erase({ Origin: origin }), 403, origin);
    assert.equal(await erase({ Origin: origin }, 'GET', '/api/v1/quarantine'), 403, origin);
  }
  // A name that was pointed at this machine, or a proxy that lets anybody in.
  for (const headers of [
    { Host: 'evil.example' },
    { Host: `127.0.0.1.evil.example:${daemon.port}` },
    { 'X-Forwarded-For': '10.0.0.1' },
    { Forwarded: 'for=10.0.0.1' },
    { Via: '1.1 proxy' },
  ]) {
    assert.equal(await erase(headers), 403, JSON.stringify(headers));
  }
});

scene('a page that was asked before it shows its token is answered, and the token still counts', async (scene) => {
  const { daemon, tokens } = await guarded(scene, { HTTP_CORS_ORIGINS: 'https://club.example' });
  const ask = {
    Origin: 'https://club.example',
    'Access-Control-Request-Method': 'GET',
    'Access-Control-Request-Headers': 'authorization',
  };
  const { status, headers } = await daemon.request('/api/v1/classes', { method: 'OPTIONS', headers: ask, token: null });
  assert.equal(status, 204);
  assert.equal(headers['access-control-allow-origin'], 'https://club.example');
  assert.match(headers['access-control-allow-headers'], /authorization/i);
  const read = { headers: { Origin: 'https://club.example' } };
  assert.equal((await daemon.request('/api/v1/classes', { ...read, token: null })).status, 401);
  assert.equal((await daemon.request('/api/v1/classes', { ...read, token: tokens.viewer.token })).status, 200);
});

scene('answers say how browsers shall treat them', async (scene) => {
  const daemon = await scene.daemon();
  for (const path of ['/', '/api/v1/classes', '/metrics', '/nothing', '/healthz']) {
    const { headers } = await daemon.request(path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers.server, undefined, path);
  }
  const { headers, status } = await daemon.request('/');
  if (status === 200) {
    assert.match(headers['content-security-policy'], /default-src|script-src/);
    assert.match(
      `${headers['content-security-policy']} ${headers['x-frame-options']}`,
      /frame-ancestors|DENY|SAMEORIGIN/,
    );
    assert.doesNotMatch(headers['content-security-policy'], /script-src[^;]*'unsafe-(inline|eval)'/);
    assert.ok(headers['referrer-policy']);
  }
});
