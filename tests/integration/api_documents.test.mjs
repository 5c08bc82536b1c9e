// The documents that describe the daemon to programs, held against the daemon: every route, every message.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import WebSocket from 'ws';

import { publishAll } from './harness/broker.mjs';
import { ROOT, binary, environment } from './harness/daemon.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { Schemas, pointer } from './harness/schemas.mjs';
import { Signal, waitFor } from './harness/wait.mjs';

const read = (name) => JSON.parse(readFileSync(join(ROOT, 'src/serve', name), 'utf8'));
const openapi = new Schemas(read('openapi.json'));
const asyncapi = new Schemas(read('asyncapi.json'));
const isProblemPath = (path) => path.startsWith('/api/') || path === '/leaderboard' || path === '/getRaces';

/// [path, method, operation] of every operation.
const operations = Object.entries(openapi.document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => [path, method, operation]),
);

/// The parameters of an operation, references followed.
function parametersOf({ parameters = [] }) {
  return parameters.map((each) => (each.$ref ? openapi.at(each.$ref.slice(1)) : each));
}

/// The target that the examples of an operation make; `changed` replaces some.
function target(path, operation, changed = {}) {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: where, example } of parametersOf(operation)) {
    const value = changed[name] ?? example;
    if (where === 'path') {
      filled = filled.replace(`{${name}}`, value);
    } else if (where === 'query' && value !== undefined) {
      query.set(name, String(value));
    }
  }
  return query.size > 0 ? `${filled}?${query}` : filled;
}

function send(daemon, path, { method = 'GET', headers = {}, body = '' } = {}) {
  return new Promise((resolve, reject) => {
    const { host, port } = daemon;
    const length = body ? { 'Content-Length': Buffer.byteLength(body) } : {};
    const request = http.request({ host, port, path, method, headers: { ...headers, ...length } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/// Checks an answer against what the operation says of its status.
function checkAnswer(path, method, operation, answer, what) {
  const { $ref } = operation.responses[answer.status] ?? {};
  const place = $ref ? $ref.slice(1) : pointer('paths', path, method, 'responses', answer.status);
  const described = openapi.at(place);
  assert.ok(described, `${what}: ${answer.status} is not described: ${answer.text.slice(0, 300)}`);
  if (!described.content) {
    return;
  }
  const type = answer.headers['content-type'].split(';')[0];
  assert.ok(described.content[type], `${what}: ${type} is not described`);
  if (/json/.test(type)) {
    openapi.check(`${place}${pointer('content', type, 'schema')}`, JSON.parse(answer.text), what);
  } else {
    assert.ok(answer.text.length > 0, what);
  }
}

/// The operations with examples that this daemon can answer: the name of an asset is another one in each build, and
/// there are none where the page was left out.
async function answerable(daemon, held = []) {
  const { text } = await send(daemon, '/');
  const [, asset] = /"\/assets\/([^"]+)"/.exec(text) ?? [];
  const ofPage = ['/favicon.svg', '/manifest.webmanifest', '/assets/{name}'];
  return operations
    .filter(([path]) => asset || !ofPage.includes(path))
    .map(([path, method, operation]) => {
      const changed = path === '/assets/{name}' ? { name: asset } : path.includes('{id}') ? { id: held.shift() } : {};
      return [path, method, operation, changed];
    });
}

/// A daemon in which the documents' examples are there: class 1 with the race 5397285 of the racers 7 and 12.
async function withExamples(scene, settings = {}) {
  const daemon = await scene.daemon(settings);
  const client = await scene.ingest(daemon);
  for (let second = 1; second <= 3; ++second) {
    const event = second === 3 ? 'final' : 'update';
    client.send(JSON.stringify([7, 12].map((racerId) => record({ raceId: 5397285, racerId, second, event }))));
  }
  await client.answered(6);
  await waitFor('the race to be stored', async () => {
    const { text } = await send(daemon, '/api/v1/classes/1/leaderboard');
    return JSON.parse(text).total === 2;
  });
  await waitFor('the history file', async () => (await send(daemon, '/history/class-1.gz')).status === 200);
  return { daemon, client };
}

scene('every path of openapi.json answers as it says, with its own examples', async (scene) => {
  const { daemon, client } = await withExamples(scene, { PLAUSIBILITY_MODE: 'quarantine' });
  const ahead = { raceId: 5397285, racerId: 13, deviceTimestamp: Date.now() + 1e12 }; // by years: held
  client.send(JSON.stringify([1, 2, 3, 4, 5].map((second) => record({ ...ahead, second }))));
  await client.answered(11);
  const checked = [];
  const held = await waitFor('the held records', async () => {
    const { entries } = JSON.parse((await send(daemon, '/api/v1/quarantine')).text);
    return entries.length === 5 && entries.map(({ id }) => id);
  });
  // What changes something comes behind what is read, and what takes all behind what takes one.
  const place = ([path, method]) => (method === 'get' ? 0 : path.includes('{id}') ? 1 : 2);
  const ordered = (await answerable(daemon, held)).sort((a, b) => place(a) - place(b));
  for (const [path, method, operation, changed] of ordered) {
    const what = `${method} ${path}`;
    const headers = Object.fromEntries(
      parametersOf(operation)
        .filter((each) => each.in === 'header' && each.required)
        .map(({ name, example }) => [name, example]),
    );
    const [type, { example } = {}] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
    const body = example ? JSON.stringify(example) : '';
    const answer = await send(daemon, target(path, operation, changed), {
      method: method.toUpperCase(),
      headers: { ...headers, ...(type ? { 'Content-Type': type } : {}) },
      body,
    });
    assert.equal(answer.status, 200, `${what}: ${answer.text}`);
    checkAnswer(path, method, operation, answer, what);
    checked.push(what);
  }
  assert.ok(checked.length >= 28, checked.join(', '));
});

scene('errors are as openapi.json says, wherever it says that there are some', async (scene) => {
  const { daemon } = await withExamples(scene);
  for (const [path, method, operation] of operations.filter(([, method]) => method === 'get')) {
    const names = parametersOf(operation).map(({ name }) => name);
    const ask = async (status, changed, what) => {
      const answer = await send(daemon, target(path, operation, changed));
      assert.equal(answer.status, status, `${path} ${what}: ${answer.text}`);
      checkAnswer(path, method, operation, answer, `${path} ${what}`);
      return answer;
    };
    if (operation.responses[400]) {
      for (const parameter of parametersOf(operation).filter((each) => each.in !== 'header')) {
        const bad = 'x'.repeat((parameter.schema?.maxLength ?? 0) + 1);
        const answer = await ask(400, { [parameter.name]: bad }, `with a bad ${parameter.name}`);
        assert.equal(JSON.parse(answer.text).parameter, parameter.name);
      }
    }
    if (operation.responses[404] && isProblemPath(path)) {
      const unknown = names.includes('raceId')
        ? { raceId: 77 }
        : names.includes('racerId')
          ? { racerId: 77 }
          : { classId: 77 };
      await ask(404, unknown, 'of what is not there');
    }
    if (isProblemPath(path)) {
      const answer = await send(daemon, target(path, operation), { method: 'PATCH' });
      assert.equal(answer.status, 405);
      assert.match(answer.headers.allow, /\bGET, HEAD, OPTIONS\b/);
      checkAnswer(path, method, operation, answer, `PATCH ${path}`);
    }
  }
  const remote = await send(daemon, '/api/v1/racers/7', { method: 'DELETE', headers: { Host: 'elsewhere.example' } });
  assert.equal(remote.status, 403);
  checkAnswer(
    '/api/v1/racers/{racerId}',
    'delete',
    openapi.document.paths['/api/v1/racers/{racerId}'].delete,
    remote,
    '403',
  );
});

test('every route in the sources is in one of the documents', () => {
  const known = [
    ...Object.keys(openapi.document.paths).map((path) => path.replaceAll(/\{[^}]*\}/g, '{}')),
    ...Object.values(asyncapi.document.channels).map(({ address }) => address),
  ];
  const call = /\b(?:get|get_later|post|remove|websocket|route)\(\s*(?:std::string\()?"(\/[^"]*)"(\)?\s*\+)?/g;
  const found = [];
  for (const folder of ['serve', 'app', 'ingest']) {
    for (const name of readdirSync(join(ROOT, 'src', folder)).filter((each) => each.endsWith('.cpp'))) {
      const text = readFileSync(join(ROOT, 'src', folder, name), 'utf8');
      for (const [, path, isBeginning] of text.matchAll(call)) {
        found.push(path);
        const isKnown = isBeginning ? known.some((each) => each.startsWith(path)) : known.includes(path);
        assert.ok(isKnown, `${name}: ${path} is in no document`);
      }
    }
  }
  assert.ok(found.length >= 18, found.join(' '));
});

test('the examples of both documents are as their schemas say', () => {
  let examples = 0;
  const walk = (schemas, value, place) => {
    if (value === null || typeof value !== 'object') {
      return;
    }
    if (value.schema && value.example !== undefined) {
      schemas.check(`${place}/schema`, value.example, place);
      examples += 1;
    }
    for (const [key, each] of Object.entries(value)) {
      walk(schemas, each, place + pointer(key));
    }
  };
  walk(openapi, openapi.document, '');
  for (const [name, { examples: all }] of Object.entries(asyncapi.document.components.messages)) {
    for (const { payload } of all) {
      asyncapi.check(`/components/messages/${name}/payload`, payload, name);
      examples += 1;
    }
  }
  assert.ok(examples > 40, `only ${examples} examples`);
});

test('what the documents refer to is there', () => {
  for (const schemas of [openapi, asyncapi]) {
    const walk = (value) => {
      if (value && typeof value === 'object') {
        if (typeof value.$ref === 'string') {
          assert.ok(schemas.at(value.$ref.slice(1)), value.$ref);
        }
        Object.values(value).forEach(walk);
      }
    };
    walk(schemas.document);
  }
});

/// The payload's schema of the message in the channel that says `type`, or of its only message.
function checkMessage(channel, text, seen) {
  const { messages } = asyncapi.document.channels[channel];
  const message = JSON.parse(text);
  const name = Object.keys(messages).find((each) => each === message.type) ?? message.msg ?? 'record';
  assert.ok(messages[name], `${channel}: ${text.slice(0, 200)}`);
  asyncapi.check(`/components/messages/${name}/payload`, message, `${channel} ${name}`);
  seen.add(`${channel} ${name}`);
}

scene('every message on MQTT and WebSocket is as asyncapi.json says', async (scene) => {
  const broker = await scene.broker();
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address });
  await daemon.ready();
  const seen = new Set();
  const faults = [];
  const signal = new Signal();
  const take = (channel, data) => {
    try {
      checkMessage(channel, data.toString(), seen);
    } catch (error) {
      faults.push(error.message);
    }
    signal.notify();
  };
  const { subscribe, recordsRidden, publish } = asyncapi.document.channels;
  const mqtt = await broker.client();
  mqtt.on('message', (topic, payload) => take(topic === subscribe.address ? 'subscribe' : 'recordsRidden', payload));
  await mqtt.subscribeAsync([subscribe.address, recordsRidden.address]);
  const connect = async (path, channel, to = daemon) => {
    const socket = new WebSocket(to.url(path, 'ws'));
    scene.after(() => socket.terminate());
    socket.on('message', (data) => take(channel, data));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return socket;
  };
  for (const query of [
    'classId=1&raceId=1',
    'classId=1&racerId=7&top=3',
    'classId=1&board=alltime&racerId=7',
    'classId=2',
  ]) {
    await connect(`/live?${query}`, 'live');
  }
  const ingest = await connect('/ingest', 'ingest');
  for (let second = 1; second <= 5; ++second) {
    const event = second === 5 ? 'final' : 'update';
    const records = [7, 12, 13].map((racerId) => record({ racerId, second, event, cadence: 50 + second + racerId }));
    records.forEach((each) => asyncapi.check('/components/messages/records/payload', each, 'a record'));
    await publishAll(mqtt, [JSON.stringify(records)], { topic: publish.address });
  }
  ingest.send(JSON.stringify([record({ racerId: 99, raceId: 2 }), { uuid: 'bad' }, 'bad']));
  const guarded = { AUTH_MODE: 'token', STORAGE_DIRECTORY: scene.path('guarded') };
  const env = environment(guarded);
  const token = execFileSync(binary('alleycatd'), ['token', 'add', '--role', 'studio'], { env, stdio: 'pipe' });
  const guard = await scene.daemon(guarded);
  for (const [path, channel] of [['/ingest', 'ingest'], ['/live?classId=1', 'live']]) {
    const message = { type: 'auth', token: token.toString().trim() };
    asyncapi.check('/components/messages/auth/payload', message, 'a token');
    (await connect(path, channel, guard)).send(JSON.stringify(message));
  }
  const expected = Object.entries(asyncapi.document.channels)
    .filter(([channel]) => channel !== 'publish')
    .flatMap(([channel, { messages }]) => Object.keys(messages).map((name) => `${channel} ${name}`))
    .filter((each) => !['ingest records', 'ingest auth', 'live auth'].includes(each)); // these go the other way
  for (const each of expected) {
    await signal.until(each, () => {
      assert.deepEqual(faults, []);
      return seen.has(each);
    });
  }
});
