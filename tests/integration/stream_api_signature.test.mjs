// Who may use the stream API once access keys are configured: signatures made by hand, good ones and all others.

import assert from 'node:assert/strict';

import { sha256, signed } from './harness/sigv4.mjs';
import { scene } from './harness/scene.mjs';
import { JSON_TYPE, NEED_PROOF, StreamApi, errorOf } from './harness/stream_api.mjs';

const KEYS = { gym: 'gym-secret-of-32-letters-0123456', club_2: 'another/secret+with:=signs' };
const SETTINGS = {
  STREAM_API_ACCESS_KEYS: Object.entries(KEYS)
    .map(([id, secret]) => `${id}:${secret}`)
    .join(),
};
const BODY = JSON.stringify({ StreamName: 'alleycat', PartitionKey: 'k', Data: 'AAEC' });
const MINUTE = 60_000;

/// An API, and a way to send a signed PutRecord. `changes` go into the signature; `after` bends what was signed.
async function guarded(scene) {
  const api = new StreamApi(scene, await scene.daemon(SETTINGS));
  return {
    api,
    send: (changes = {}, after = (request) => request) => {
      const { headers = {}, body = BODY, ...rest } = changes;
      const usual = { 'Content-Type': JSON_TYPE, 'X-Amz-Target': 'Kinesis_20131202.PutRecord' };
      const all = Object.entries({ ...usual, ...headers }).filter(([, value]) => value !== undefined);
      const sign = { id: 'gym', secret: KEYS.gym, host: api.host, body, ...rest, headers: Object.fromEntries(all) };
      const request = after({ headers: signed(sign), body });
      return api.post(request.body, request.headers);
    },
  };
}

async function stored(api) {
  return (await api.daemon.counts('stream')).accepted;
}

const header = (name, change) => (request) => {
  const { [name]: value, ...rest } = request.headers;
  const changed = change(value);
  return { ...request, headers: changed === undefined ? rest : { ...rest, [name]: changed } };
};
const authorization = (pattern, replacement) => header('Authorization', (text) => text.replace(pattern, replacement));

scene('a request signed with a configured key is served', async (scene) => {
  const { api, send } = await guarded(scene);
  const good = [
    {},
    { id: 'club_2', secret: KEYS.club_2 },
    { region: 'eu-central-1' },
    { date: new Date(Date.now() - 4 * MINUTE) },
    { date: new Date(Date.now() + 4 * MINUTE) },
    { body: JSON.stringify({ StreamName: 'alleycat', PartitionKey: 'Zoë 🚴', Data: '' }) },
    { headers: { 'Amz-Sdk-Request': '  two   spaces  within ', 'A-First': 'one', Zzz: '' } },
    { headers: { 'X-Amz-Content-Sha256': sha256(BODY) } },
  ];
  for (const changes of good) {
    const { status, text } = await send(changes);
    assert.equal(status, 200, `${JSON.stringify(changes)}: ${text}`);
  }
  assert.equal(await stored(api), good.length);
});

const WRONG = {
  'the body was changed after it was signed': [
    {},
    (request) => ({ ...request, body: request.body.replace('AAEC', 'AAED') }),
    /^InvalidSignatureException$/,
  ],
  'the body was changed, and the signed hash of it that came along was not': [
    { headers: { 'X-Amz-Content-Sha256': sha256(BODY) } },
    (request) => ({ ...request, body: request.body.replace('AAEC', 'AAED') }),
    /^InvalidSignatureException$/,
  ],
  'the body is not signed, and says so': [
    { headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }, bodyHash: 'UNSIGNED-PAYLOAD' },
    undefined,
    /^InvalidSignatureException$/,
  ],
  'a signed header was changed': [
    {},
    header('X-Amz-Target', (text) => text.replace(/$/, 's')),
    /^InvalidSignatureException$/,
  ],
  'it was meant for another host': [{}, header('Host', () => 'elsewhere:80'), /^InvalidSignatureException$/],
  'the secret is another': [{ secret: KEYS.club_2 }, undefined, /^InvalidSignatureException$/],
  'one letter of the signature is another': [
    {},
    authorization(/.$/, (letter) => (letter === '0' ? '1' : '0')),
    /^InvalidSignatureException$/,
  ],
  'the signature is cut short': [{}, authorization(/.{10}$/, ''), /^(Invalid|Incomplete)SignatureException$/],
  'the access key is nobody’s': [{ id: 'nobody' }, undefined, /^UnrecognizedClientException$/],
  'the service is another': [{ service: 's3' }, undefined, /^(InvalidSignature|IncompleteSignature)Exception$/],
  'the day of the scope is not that of the date': [
    {},
    authorization(/\/(\d{8})\//, '/20200101/'),
    /^(InvalidSignature|IncompleteSignature)Exception$/,
  ],
  'it was signed 6 minutes ago': [
    { date: new Date(Date.now() - 6 * MINUTE) },
    undefined,
    /^InvalidSignatureException$/,
    /expired/i,
  ],
  'it was signed a year ago': [
    { date: new Date(Date.now() - 365 * 1440 * MINUTE) },
    undefined,
    /^InvalidSignatureException$/,
    /expired/i,
  ],
  'it will be signed in 6 minutes': [
    { date: new Date(Date.now() + 6 * MINUTE) },
    undefined,
    /^InvalidSignatureException$/,
    /not yet current/i,
  ],
  'the date is none': [
    {},
    header('X-Amz-Date', () => 'yesterday'),
    /^(InvalidSignature|IncompleteSignature)Exception$/,
  ],
  'it has no date': [{}, header('X-Amz-Date', () => undefined), /^(InvalidSignature|IncompleteSignature)Exception$/],
  'it is not signed': [
    {},
    header('Authorization', () => undefined),
    /^(MissingAuthenticationToken|IncompleteSignature|UnrecognizedClient)Exception$/,
  ],
  'the authorization is empty': [
    {},
    header('Authorization', () => ''),
    /^(MissingAuthenticationToken|IncompleteSignature)Exception$/,
  ],
  'the algorithm is another': [
    {},
    authorization('AWS4-HMAC-SHA256', 'AWS4-HMAC-MD5'),
    /^(InvalidSignature|IncompleteSignature)Exception$/,
  ],
  'it uses a password': [
    {},
    header('Authorization', () => 'Basic Z3ltOng='),
    /^(IncompleteSignature|MissingAuthenticationToken)Exception$/,
  ],
};
for (const part of ['Credential', 'SignedHeaders', 'Signature']) {
  WRONG[`the authorization has no ${part}`] = [
    {},
    authorization(new RegExp(`,? ?${part}=[^,]*`), ''),
    /^IncompleteSignatureException$/,
    new RegExp(part),
  ];
}

scene('a request that is not signed, wrongly signed, or not now, is refused and changes nothing', async (scene) => {
  const { api, send } = await guarded(scene);
  const wrong = [];
  for (const [what, [changes, after, type, message = /./]] of Object.entries(WRONG)) {
    const answer = await send(changes, after);
    const got = answer.status === 400 ? errorOf(answer) : { type: String(answer.status), message: answer.text };
    if (!type.test(got.type) || !message.test(got.message)) {
      wrong.push(`${what}: ${got.type}: ${got.message}`);
    }
    assert.doesNotMatch(answer.text, /gym-secret|another\/secret/);
  }
  assert.equal(wrong.length, 0, `\n${wrong.join('\n')}`);
  assert.equal(await stored(api), 0);
  assert.equal((await send()).status, 200, 'and a good one is served');
});

scene('the target decides what is done, so it must be signed as well', async (scene) => {
  const { send } = await guarded(scene);
  const without = { headers: { 'X-Amz-Target': undefined } };
  const answer = await send(
    without,
    header('X-Amz-Target', () => 'Kinesis_20131202.PutRecord'),
  );
  assert.match(errorOf(answer).type, /^(InvalidSignature|IncompleteSignature)Exception$/);
});

scene('reading and listing need a signature as well', async (scene) => {
  const { api } = await guarded(scene);
  for (const operation of NEED_PROOF) {
    const { type } = await api.refusal(operation, { StreamName: 'alleycat' });
    assert.match(type, /^(MissingAuthenticationToken|IncompleteSignature|UnrecognizedClient)Exception$/, operation);
  }
  const { status } = await api.daemon.request('/healthz');
  assert.equal(status, 200, 'which has nothing to do with the rest');
});

scene('without keys a request may be signed by anybody, or not at all', async (scene) => {
  const api = new StreamApi(scene, await scene.daemon());
  const plain = { 'Content-Type': JSON_TYPE, 'X-Amz-Target': 'Kinesis_20131202.PutRecord' };
  const requests = [
    plain,
    signed({ id: 'anybody', secret: 'anything', host: api.host, headers: plain, body: BODY }),
    signed({ id: 'a', secret: 'b', host: api.host, headers: plain, body: 'another', date: new Date(0) }),
    { ...plain, Authorization: 'nonsense' },
  ];
  for (const headers of requests) {
    const { status, text } = await api.post(BODY, headers);
    assert.equal(status, 200, text);
  }
});

scene('keys that are none stop the start, and are not told to the log', async (scene) => {
  for (const keys of [
    'gym',
    'gym:short',
    'gym:long-enough-secret-1,gym:long-enough-secret-2',
    'gy m:long-enough-secret-1',
  ]) {
    const daemon = scene.launch({ STREAM_API_ACCESS_KEYS: keys });
    const { code } = await daemon.program.exit();
    assert.notEqual(code, 0);
    assert.match(daemon.log, /access_keys/i);
    assert.doesNotMatch(daemon.log, /short|long-enough-secret/);
  }
});
