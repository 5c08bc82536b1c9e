// Tokens over HTTP: who may ask for what, driven by the document that names every route, and what a token leaves behind.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import {
  addToken,
  bearer,
  everyRole,
  guarded,
  listTokens,
  revokeToken,
  takenFor,
  tokenCommand,
} from './harness/access.mjs';
import { ROOT } from './harness/daemon.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { signed } from './harness/sigv4.mjs';
import { JSON_TYPE, NEED_PROOF, StreamApi } from './harness/stream_api.mjs';

const { paths } = JSON.parse(readFileSync(join(ROOT, 'src/serve/openapi.json'), 'utf8'));

/// What somebody without a token must get: the page into which one is typed, and what a machine asks for its health.
const OPEN = [
  ...['/', '/results', '/racer', '/wall', '/status', '/favicon.svg', '/manifest.webmanifest', '/assets/{name}'],
  ...['/api/v1/access', '/healthz', '/readyz'],
];

/// [method, path] of every route in the document, examples filled in.
function routes() {
  const known = { classId: '1', raceId: '1', racerId: '7', id: '0-1', name: 'none.js' };
  return Object.entries(paths).flatMap(([pattern, item]) =>
    Object.keys(item).map((method) => {
      const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name) => known[name] ?? assert.fail(`what is ${name}?`));
      const query =
        /^\/(leaderboard|getRaces)$|results|ride\./.test(pattern) && pattern !== '/results' ? '?classId=1' : '';
      return { method: method.toUpperCase(), pattern, path: `${path}${query}` };
    }),
  );
}

const changes = ({ method, pattern }) => method !== 'GET' || pattern.startsWith('/api/v1/quarantine');

/// What a role is answered: 401, 403, or undefined for "let through".
function refusal(route, role) {
  if (OPEN.includes(route.pattern)) {
    return undefined;
  }
  if (role === undefined) {
    return 401;
  }
  return changes(route) && role !== 'administrator' ? 403 : undefined;
}

/// The text behind the name: what must be nowhere.
const secret = ({ token }) => token.split('_').slice(2).join('_');

function everyFile(directory) {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? everyFile(path) : [path];
  });
}

scene('every route of the document lets in whom it should, and nobody else', async (scene) => {
  const { daemon, tokens } = await guarded(scene, { LOG_LEVEL: 'trace' });
  const answers = [];
  const ask = async (route, method, role) => {
    const answer = await daemon.request(route.path, { method, token: tokens[role]?.token ?? null });
    answers.push(JSON.stringify(answer.headers) + answer.body.toString('latin1'));
    return answer;
  };
  const all = routes().filter(({ method, pattern }) => method !== 'POST' || pattern !== '/'); // the stream API has its own test
  assert.ok(all.length > 25, 'the document is there');
  for (const role of [undefined, 'bike', 'studio', 'viewer', 'administrator']) {
    for (const route of all) {
      const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
      for (const method of methods) {
        const what = `${role ?? 'nobody'}: ${method} ${route.path}`;
        const { status, headers } = await ask(route, method, role);
        const wanted = refusal(route, role);
        if (wanted === undefined) {
          assert.ok(status !== 401 && status !== 403, `${what}: ${status}`);
        } else {
          assert.equal(status, wanted, what);
          assert.match(headers['www-authenticate'], /^Bearer realm="alleycat"/, what);
          assert.equal(headers['cache-control'], 'no-store', what);
        }
      }
    }
  }
  const { 'alleycat_refused_total{reason="unauthorized"}': _, ...counted } = Object.fromEntries(
    [...(await daemon.metrics())].filter(([name]) => name.startsWith('alleycat_refused_total')),
  );
  assert.ok(
    Object.values(counted).some((count) => count > 20),
    JSON.stringify(counted),
  );
  const left = answers.join('\n') + daemon.log;
  Object.values(tokens).forEach((token) => assert.ok(!left.includes(secret(token)), `${token.role}'s token was told`));
});

scene('a path or a method that is not there tells nothing and does nothing, whoever asks', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  const ask = async (method, path, role) =>
    (await daemon.request(path, { method, token: tokens[role]?.token ?? null })).status;
  const near = [
    '/nothing',
    '/api/v1/nothing',
    '/api/v1/racers/7/nothing',
    '/metrics/',
    '//metrics',
    '/Metrics',
    '/assets',
  ];
  for (const path of near) {
    assert.ok([400, 401, 404].includes(await ask('GET', path)), path);
    assert.ok([400, 404].includes(await ask('GET', path, 'viewer')), path);
  }
  for (const method of ['PUT', 'PATCH', 'DELETE', 'POST', 'TRACE', 'PROPFIND']) {
    for (const role of [undefined, 'studio', 'administrator']) {
      const status = await ask(method, '/api/v1/classes', role);
      assert.ok([400, 401, 403, 405].includes(status), `${role}: ${method}: ${status}`);
    }
  }
  // A browser asks so before it may show its token.
  assert.equal(await ask('OPTIONS', '/api/v1/racers/7'), 204);
});

scene('the answer does not tell a wrong secret from an unknown name, nor from no token at all', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  const { token } = tokens.viewer;
  const last = token.at(-1) === 'A' ? 'E' : 'A';
  const wrong = [
    `${token.slice(0, -1)}${last}`, // the right name, another secret
    token.replace(/_.*?_/, '_aaaaaaaa_'), // the right secret, another name
    token.slice(0, -1),
    `${token}A`,
    token.toUpperCase(),
    `alleycat_${tokens.viewer.id}_`,
    'alleycat__',
    'x',
    'x'.repeat(4000),
    'alleycat_\u00e9',
  ];
  const answer = async (headers, path = '/api/v1/classes') => {
    const { status, headers: answered, body } = await daemon.request(path, { headers, token: null });
    const { date, connection, ...rest } = answered;
    return { status, rest, body: body.toString() };
  };
  const first = await answer(bearer(wrong[0]));
  assert.equal(first.status, 401);
  assert.match(first.rest['www-authenticate'], /error="invalid_token"/);
  for (const each of wrong) {
    assert.deepEqual(await answer(bearer(each)), first, each);
  }
  for (const scheme of [{}, { Authorization: 'Basic YTpi' }, { Authorization: token }]) {
    assert.equal((await answer(scheme)).status, 401, JSON.stringify(scheme));
  }
  assert.equal(
    (await answer({}, `/api/v1/classes?token=${token}&access_token=${token}`)).status,
    401,
    'not in the URL',
  );
  for (const scheme of ['bearer', 'BEARER']) {
    assert.equal((await answer({ Authorization: `${scheme} ${token}` })).status, 200, scheme);
  }
});

scene('tokens are made and revoked beside the running daemon, and told to nobody but who makes them', async (scene) => {
  const { daemon } = await guarded(scene, { LOG_LEVEL: 'trace' });
  const token = await addToken(scene, { role: 'bike', racer: 12, note: 'row 3' });
  await takenFor(daemon, token, 'bike');
  const listed = (await listTokens(scene)).find(({ id }) => id === token.id);
  assert.deepEqual([listed.role, listed.racerId, listed.note], ['bike', 12, 'row 3']);
  const { stdout } = await tokenCommand(scene, 'list');
  assert.ok(stdout.includes(token.id) && !stdout.includes(secret(token)));
  for (const path of everyFile(scene.path('data'))) {
    assert.ok(!readFileSync(path).includes(secret(token)), `${path} holds the token`);
  }
  assert.equal(statSync(scene.path('data', 'access.db')).mode & 0o077, 0, 'others can read the tokens');

  await revokeToken(scene, token);
  await takenFor(daemon, token, null);
  assert.equal((await daemon.request('/metrics', { token: token.token })).status, 401);
  assert.ok(!(await listTokens(scene)).some(({ id }) => id === token.id));
  const again = await tokenCommand(scene, 'revoke', token.id);
  assert.equal(again.code, 1);
  assert.ok(!daemon.log.includes(secret(token)));
});

scene('a token that makes no sense is not made', async (scene) => {
  for (const flags of [
    ['--role', 'bike'],
    ['--role', 'viewer', '--racer', '7'],
    ['--role', 'root'],
    ['--role', 'bike', '--racer', '-1'],
    ['--role', 'bike', '--racer', '7x'],
    ['--role', 'viewer', '--expires', 'soon'],
    ['--role', 'viewer', '--note', 'two\nlines'],
    [],
  ]) {
    const { code, stdout, stderr } = await tokenCommand(scene, 'add', ...flags);
    assert.notEqual(code, 0, flags.join(' '));
    assert.equal(stdout, '', flags.join(' '));
    assert.notEqual(stderr, '', flags.join(' '));
  }
});

scene('listening to the network without tokens is refused, and said why', async (scene) => {
  const open = scene.launch({ HTTP_LISTEN: '0.0.0.0:0' });
  const { code } = await open.program.exit();
  assert.notEqual(code, 0);
  const said = open.log.trim().split('\n');
  assert.equal(said.length, 1, open.log);
  assert.match(said[0], /insecure/);
  await scene.daemon(
    { HTTP_LISTEN: '0.0.0.0:0', STORAGE_DIRECTORY: scene.path('insecure') },
    { args: ['--insecure-open'] },
  );
  await scene.daemon({ HTTP_LISTEN: '0.0.0.0:0', STORAGE_DIRECTORY: scene.path('token'), AUTH_MODE: 'token' });
});

scene('with open viewing all may look, and nobody more than before', async (scene) => {
  const { daemon, tokens } = await guarded(scene, { AUTH_OPEN_VIEWING: true });
  for (const route of routes().filter(({ method, pattern }) => method !== 'POST' || pattern !== '/')) {
    const { status } = await daemon.request(route.path, { method: route.method, token: null });
    assert.equal(status === 401, changes(route), `${route.method} ${route.path}: ${status}`);
  }
  assert.equal(
    (await daemon.request('/metrics', { token: `${tokens.viewer.token}x` })).status,
    401,
    'a wrong one is no better',
  );
});

scene("the stream API takes a studio's token or a signature, and nothing else", async (scene) => {
  const tokens = await everyRole(scene);
  const keys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG' };
  const daemon = await scene.daemon({ AUTH_MODE: 'token', STREAM_API_ACCESS_KEYS: `${keys.id}:${keys.secret}` });
  const api = new StreamApi(scene, daemon);
  const put = (racerId) =>
    JSON.stringify({
      StreamName: 'alleycat',
      PartitionKey: '7',
      Data: Buffer.from(JSON.stringify(record({ racerId }))).toString('base64'),
    });
  const plain = { 'Content-Type': JSON_TYPE, 'X-Amz-Target': 'Kinesis_20131202.PutRecord' };
  const status = async (headers, body = put(7)) => (await api.post(body, { ...plain, ...headers })).status;

  for (const role of ['studio', 'administrator']) {
    assert.equal(await status(bearer(tokens[role].token)), 200, role);
  }
  for (const role of ['bike', 'viewer']) {
    const { status: refused, text } = await api.post(put(7), { ...plain, ...bearer(tokens[role].token) });
    assert.equal(refused, 400, `${role}: ${text}`);
    assert.ok(!text.includes(secret(tokens[role])), `the token stands in the answer: ${text}`);
  }
  for (const headers of [{}, bearer(`${tokens.studio.token}x`), { Authorization: 'AWS4-HMAC-SHA256 nonsense' }]) {
    assert.equal(await status(headers), 400, JSON.stringify(headers));
  }
  const sign = (more = {}) => signed({ ...keys, host: api.host, headers: plain, body: put(7), ...more });
  assert.equal(await status(sign()), 200);
  assert.equal(await status(sign({ secret: 'another secret of mine' })), 400);
  assert.equal(await status(sign(), put(8)), 400, 'a body that was not signed');
  for (const operation of NEED_PROOF) {
    const refused = await api.refusal(operation, {});
    assert.ok(/Missing|Unrecognized|AccessDenied|Incomplete/.test(refused.type), `${operation}: ${refused.type}`);
  }
  daemon.token = tokens.viewer.token;
  await daemon.merged(3);
});
