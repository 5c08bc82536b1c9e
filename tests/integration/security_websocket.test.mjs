// Tokens over WebSockets: in a header, in the first message, late, wrong, taken back in the middle.

import assert from 'node:assert/strict';

import { Talk, addToken, bearer, guarded, revokeToken, takenFor } from './harness/access.mjs';
import { RawConnection, frame } from './harness/raw.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const POLICY = 1008;
const LIVE = '/live?classId=1';
const SENDERS = ['bike', 'studio', 'administrator'];
const ROLES = ['bike', 'studio', 'viewer', 'administrator'];
const text = (fields) => JSON.stringify(record(fields));

/// How many records the door has taken since the start.
const taken = async (daemon) => (await daemon.counts('websocket')).accepted;

scene('a token in the header opens the door, to who may send', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  for (const role of ROLES) {
    const viewer = await Talk.make(scene, daemon, LIVE, { headers: bearer(tokens[role].token) });
    assert.equal((await viewer.message('snapshot')).classId, 1, role);
    const door = await Talk.make(scene, daemon, '/ingest', { headers: bearer(tokens[role].token) });
    if (!SENDERS.includes(role)) {
      assert.equal(door.refused?.status, 403, role);
      continue;
    }
    door.send(text({ racerId: 7 }));
    assert.equal((await door.message('ack')).accepted, 1, role);
  }
  for (const path of ['/ingest', LIVE]) {
    const wrong = await Talk.make(scene, daemon, path, { headers: bearer(`${tokens.studio.token}x`) });
    assert.equal(wrong.refused?.status, 401, path);
    assert.match(wrong.refused.headers['www-authenticate'], /invalid_token/);
  }
  assert.equal(await taken(daemon), SENDERS.length);
});

scene('a token in the first message opens the door, to who may send', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  for (const role of ROLES) {
    const { token, racerId } = tokens[role];
    const viewer = await Talk.make(scene, daemon, LIVE);
    viewer.authenticate(token);
    assert.equal((await viewer.message('authorized')).role, role);
    await viewer.message('snapshot');
    assert.equal(JSON.parse(viewer.messages[0]).type, 'authorized', 'nothing comes before');

    const door = await Talk.make(scene, daemon, '/ingest');
    door.authenticate(token);
    if (!SENDERS.includes(role)) {
      const { code, reason } = await door.end();
      assert.equal(code, POLICY, role);
      assert.ok(!reason.includes(token));
      assert.deepEqual(door.messages, []);
      continue;
    }
    assert.equal((await door.message('authorized')).racerId, racerId);
    door.send(text({ racerId: 7 }));
    assert.equal((await door.message('ack')).accepted, 1, role);
  }
  assert.equal(await taken(daemon), SENDERS.length);
});

scene('a first message that brings no good token ends the connection, and nothing behind it counts', async (scene) => {
  const { daemon, tokens } = await guarded(scene, { LOG_LEVEL: 'trace' });
  const { token } = tokens.bike;
  const firsts = [
    '',
    'null',
    '[]',
    '{',
    '\u0000',
    token,
    text({ racerId: 7 }),
    `[${text({ racerId: 7 })}]`,
    '{"type":"auth"}',
    '{"type":"auth","token":null}',
    '{"type":"auth","token":7}',
    `{"type":"auth","token":["${token}"]}`,
    `{"type":"Auth","token":"${token}"}`,
    `{"token":"${token}"}`,
    `[{"type":"auth","token":"${token}"}]`,
    JSON.stringify({ type: 'auth', token: `${token}x` }),
    JSON.stringify({ type: 'auth', token: token.slice(0, -1) }),
    JSON.stringify({ type: 'auth', token: `${token}\0` }),
    JSON.stringify({ type: 'auth', token: 'x'.repeat(5000) }),
    JSON.stringify({ type: 'auth', token, more: 'x'.repeat(100_000) }),
    `${'['.repeat(4000)}`,
  ];
  for (const path of ['/ingest', LIVE]) {
    for (const first of firsts) {
      const talk = await Talk.make(scene, daemon, path);
      talk.send(first);
      talk.send(text({ racerId: 7 })); // what follows is too late
      talk.authenticate(token);
      const { code, reason } = await talk.end();
      assert.equal(code, POLICY, `${path}: ${first.slice(0, 80)}: ${reason}`);
      assert.ok(reason !== '' && !reason.includes(token));
      const told = talk.messages.map((each) => JSON.parse(each));
      assert.ok(
        told.every(({ type, code: why }) => path === '/ingest' && type === 'reject' && why === 'Unauthorized'),
        `${path}: ${first.slice(0, 80)}: ${talk.messages.join()}`,
      );
    }
  }
  const binary = await Talk.make(scene, daemon, '/ingest');
  binary.send(Buffer.from(JSON.stringify({ type: 'auth', token })));
  assert.equal((await binary.end()).code, 1003);
  assert.equal(await taken(daemon), 0);
  assert.ok(!daemon.log.includes(token));
});

scene('the token and the first records may come in one piece, in any pieces, with pings between', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  const auth = JSON.stringify({ type: 'auth', token: tokens.bike.token });
  const bytes = Buffer.concat([
    frame(9, 'early'),
    frame(1, auth.slice(0, 20), { bits: 0 }),
    frame(9, 'between'),
    frame(0, auth.slice(20)),
    frame(1, text({ racerId: 7, second: 1 })),
    frame(1, `[${text({ racerId: 7, second: 2 })},${text({ racerId: 8, second: 2 })}]`),
  ]);
  for (const step of [bytes.length, 1, 7]) {
    const connection = await RawConnection.webSocket(scene, daemon, '/ingest');
    for (let at = 0; at < bytes.length; at += step) {
      connection.write(bytes.subarray(at, at + step));
    }
    const said = [];
    for (let last; last?.rejected !== 1 || last?.accepted !== 2;) {
      const { opcode, payload } = await connection.frame();
      if (opcode === 1) {
        last = JSON.parse(payload.toString());
        said.push(last.type);
      }
    }
    assert.equal(said[0], 'authorized');
    assert.ok(said.includes('reject'));
  }
});

scene('who keeps the token back is shown out, and holds nobody up', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  const silent = await Promise.all(['/ingest', LIVE].map((path) => Talk.make(scene, daemon, path)));
  const pinging = await RawConnection.webSocket(scene, daemon, '/ingest');
  pinging.write(frame(9, 'still here')); // a sign of life is no token
  const door = await scene.ingest(daemon, { headers: bearer(tokens.studio.token) });
  door.send(text());
  await door.answered(1);
  for (const each of silent) {
    const { code, reason } = await each.end();
    assert.equal(code, POLICY);
    assert.match(reason, /no token/);
  }
  assert.equal(await pinging.closeCode(), POLICY);
  door.send(text({ second: 2 }));
  await door.answered(2);
});

scene('a token that is revoked ends what it opened, and only that', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  const other = await addToken(scene, { role: 'bike', racer: 8 });
  await takenFor(daemon, other, 'bike');
  const headers = bearer(tokens.bike.token);
  const doomed = [
    await Talk.make(scene, daemon, '/ingest', { headers }),
    await Talk.make(scene, daemon, LIVE, { headers }),
    await Talk.make(scene, daemon, '/ingest'),
    await Talk.make(scene, daemon, LIVE),
  ];
  doomed.slice(2).forEach((talk) => talk.authenticate(tokens.bike.token));
  doomed[0].send(text({ racerId: 7 }));
  await doomed[0].message('ack');
  const kept = await Talk.make(scene, daemon, '/ingest', { headers: bearer(other.token) });

  await revokeToken(scene, tokens.bike);
  for (const talk of doomed) {
    const { code, reason } = await talk.end();
    assert.equal(code, POLICY);
    assert.match(reason, /revoked/);
    assert.ok(!reason.includes(tokens.bike.id));
  }
  kept.send(text({ racerId: 8 }));
  assert.equal((await kept.message('ack')).accepted, 1);
  const again = await Talk.make(scene, daemon, '/ingest', { headers });
  assert.equal(again.refused.status, 401);
  assert.equal(await taken(daemon), 2);
});

scene('a token that expires ends what it opened', async (scene) => {
  const { daemon } = await guarded(scene);
  const brief = await addToken(scene, { role: 'bike', racer: 7, expires: '12s' });
  await takenFor(daemon, brief, 'bike');
  const talk = await Talk.make(scene, daemon, '/ingest', { headers: bearer(brief.token) });
  const { code, reason } = await talk.end();
  assert.deepEqual([code, reason], [POLICY, 'the token was revoked or has expired']);
  await takenFor(daemon, brief, null);
});

scene('a bike sends for its own racer only, also between good records', async (scene) => {
  const { daemon, tokens } = await guarded(scene);
  const bike = await scene.ingest(daemon, { headers: bearer(tokens.bike.token) });
  const studio = await scene.ingest(daemon, { headers: bearer(tokens.studio.token) });
  bike.send(`[${text({ second: 1 })},${text({ racerId: 8 })},${text({ second: 2 })},${text({ racerId: 70 })}]`);
  bike.send(`${text({ racerId: 0 })}\n${text({ second: 3 })}`);
  bike.send(text({ second: 4 }).replace('"racerId":7', '"racerId":8,"racerId":7')); // whichever counts, it is one racer
  bike.send(text({ second: 5 }).replace('"racerId":7', '"racerId":7,"racerId":8'));
  studio.send(`[${text({ racerId: 8, second: 9 })},${text({ racerId: 9, second: 9 })}]`);
  await studio.answered(2);
  await bike.until('all answers', () => bike.accepted + bike.rejected === 8);
  assert.deepEqual(
    bike.rejects.filter(({ index }) => index < 5).map(({ index, code }) => [index, code]),
    [1, 3, 4].map((index) => [index, 'Unauthorized']),
  );
  await daemon.merged(bike.accepted + 2);
  let of8;
  await waitFor('what the studio sent to be in the file, and nothing of the bike', async () => {
    const seconds = Object.entries(JSON.parse((await daemon.history(1)) ?? '{}'));
    of8 = seconds.filter(([, racers]) => '8' in racers).map(([second]) => second);
    return of8.length > 0;
  });
  assert.deepEqual(of8, ['9']);
  const refused = [...(await daemon.metrics())].filter(([name]) => name.includes('"Unauthorized"'));
  assert.deepEqual(
    refused.map(([, count]) => count),
    [bike.rejected],
  );
});
