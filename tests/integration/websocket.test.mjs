// The WebSocket door: frames of every kind, protocol errors, clients that do not read, rings that are full.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { History } from './harness/oracle.mjs';
import { RawConnection, frame } from './harness/raw.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

function ofSize(bytes, count) {
  const records = Array.from({ length: count }, (_, racerId) => record({ racerId }));
  const text = JSON.stringify(records);
  return text + ' '.repeat(Math.max(0, bytes - text.length));
}

async function expectHistory(daemon, history) {
  for (const classId of history.classes()) {
    await waitFor('the right history', async () => (await daemon.history(classId)) === history.text(classId));
  }
}

scene('frames of 1 byte to 1 MiB are taken, whatever form their length has', async (scene) => {
  const daemon = await scene.daemon();
  const client = await scene.ingest(daemon);
  let accepted = 0;
  let rejected = 0;
  client.send('\n');
  client.send('x');
  rejected += 1;
  for (const [bytes, count] of [
    [0, 1],
    [70_000, 300],
    [900_000, 4000],
    [1024 * 1024, 4000],
    [65_535, 1],
    [65_536, 1],
  ]) {
    client.send(ofSize(bytes, count));
    accepted += count;
  }
  await client.answered(accepted, rejected);
  assert.deepEqual([client.accepted, client.rejected, client.faults], [accepted, rejected, []]);
});

scene('a message may come in fragments, cut anywhere, with pings between', async (scene) => {
  const random = scene.random();
  const daemon = await scene.daemon();
  const socket = await RawConnection.webSocket(scene, daemon, '/ingest');
  const history = new History();
  const messages = 30;
  let pings = 0;
  for (let message = 0; message < messages; ++message) {
    const records = Array.from({ length: 20 }, (_, at) =>
      record({ racerId: message * 20 + at, name: 'Zoë 🚴', cadence: random.whole(0, 250) }),
    );
    records.forEach((each) => history.add(each));
    const bytes = Buffer.from(JSON.stringify(records));
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + random.whole(0, 900)); // at times an empty one
      const last = at + part.length === bytes.length;
      const mask = Buffer.from([random.whole(0, 255), random.whole(0, 255), 0, 255]);
      socket.write(frame(at === 0 && !last ? TEXT : at === 0 ? TEXT : 0, part, { bits: last ? 0x80 : 0, mask }));
      if (part.length === 0 && at === 0) {
        socket.write(frame(0, bytes, { mask }));
        break;
      }
      at += part.length;
      if (random.chance(0.3)) {
        socket.write(frame(PING, `ping ${pings}`));
        pings += 1;
      }
    }
  }
  let acked;
  for (let pongs = 0; acked?.accepted !== messages * 20 || pongs !== pings;) {
    const { opcode, payload } = await socket.frame();
    if (opcode === PONG) {
      assert.equal(payload.toString(), `ping ${pongs}`);
      pongs += 1;
    } else {
      acked = JSON.parse(payload);
      assert.equal(acked.type, 'ack');
      assert.equal(acked.rejected, 0);
    }
  }
  await expectHistory(daemon, history);
});

const HANDSHAKE = {
  Host: 'here',
  Connection: 'keep-alive, Upgrade',
  Upgrade: 'WebSocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
};

function handshake(changes = {}) {
  const lines = Object.entries({ ...HANDSHAKE, ...changes }).filter(([, value]) => value !== undefined);
  return `GET /ingest HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

scene('a handshake is answered as RFC 6455 says, and refused where it is none', async (scene) => {
  const daemon = await scene.daemon();
  const good = await RawConnection.open(scene, daemon);
  good.write(handshake());
  const { status, headers } = await good.response();
  assert.equal(status, 101);
  assert.equal(headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  assert.match(headers.upgrade, /^websocket$/i);
  assert.match(headers.connection, /^upgrade$/i);
  assert.equal(headers['sec-websocket-extensions'], undefined, 'no extension is spoken');

  const wrong = [
    [426, { 'Sec-WebSocket-Version': '8' }],
    [426, { 'Sec-WebSocket-Version': undefined }],
    [400, { 'Sec-WebSocket-Key': undefined }],
    [400, { 'Sec-WebSocket-Key': 'short' }],
    [426, { Upgrade: undefined, Connection: undefined }],
  ];
  for (const [code, changes] of wrong) {
    const connection = await RawConnection.open(scene, daemon);
    connection.write(handshake(changes));
    const answer = await connection.response();
    assert.equal(answer.status, code, JSON.stringify(changes));
    if (code === 426 && 'Sec-WebSocket-Version' in changes) {
      assert.equal(answer.headers['sec-websocket-version'], '13');
    }
  }
});

scene('frames that come together with the handshake are taken', async (scene) => {
  const daemon = await scene.daemon({ STREAM_RING_CAPACITY: '64KB', STREAM_SHARDS: 1 });
  const history = new History();
  const frames = [];
  for (let at = 0; at < 200; ++at) {
    const records = Array.from({ length: at % 40 }, (_, offset) => record({ racerId: at, second: 1 + offset }));
    records.forEach((each) => history.add(each));
    frames.push(frame(TEXT, JSON.stringify(records)));
  }
  const count = Array.from({ length: 200 }, (_, at) => at % 40).reduce((sum, each) => sum + each);
  for (const cut of [0, 1, 1999, 100_000]) {
    const connection = await RawConnection.open(scene, daemon);
    const bytes = Buffer.concat([Buffer.from(handshake()), ...frames]);
    connection.write(bytes.subarray(0, handshake().length + cut));
    connection.write(bytes.subarray(handshake().length + cut));
    assert.equal((await connection.response()).status, 101);
    for (let accepted = 0; accepted !== count;) {
      ({ accepted } = JSON.parse((await connection.frame()).payload));
    }
  }
  await expectHistory(daemon, history);
});

scene('bytes may come one at a time', async (scene) => {
  const daemon = await scene.daemon();
  const socket = await RawConnection.webSocket(scene, daemon, '/ingest');
  for (const byte of frame(TEXT, JSON.stringify(record()))) {
    await new Promise((resolve) => socket.socket.write(Buffer.from([byte]), resolve));
  }
  assert.deepEqual(JSON.parse((await socket.frame()).payload), { type: 'ack', accepted: 1, rejected: 0 });
});

scene('a goodbye is answered with the same code, and behind it the connection ends', async (scene) => {
  const daemon = await scene.daemon();
  for (const code of [1000, 1001, 4321]) {
    const socket = await RawConnection.webSocket(scene, daemon, '/ingest');
    socket.write(
      Buffer.concat([frame(TEXT, JSON.stringify(record())), frame(CLOSE, Buffer.from([code >> 8, code & 255]))]),
    );
    assert.deepEqual(JSON.parse((await socket.frame()).payload), { type: 'ack', accepted: 1, rejected: 0 });
    assert.equal(await socket.closeCode(), code);
    await socket.until('the end of the connection', () => socket.ended);
  }
});

const TOO_BIG = 1024 * 1024 + 1;
const hugeHeader = Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
const BREACHES = {
  'a binary frame': [1003, frame(BINARY, 'x')],
  'a message over 1 MiB': [1009, frame(TEXT, Buffer.alloc(TOO_BIG, ' '))],
  'fragments of over 1 MiB together': [
    1009,
    Buffer.concat([
      frame(TEXT, Buffer.alloc(600_000, ' '), { bits: 0 }),
      frame(0, Buffer.alloc(600_000, ' '), { bits: 0 }),
    ]),
  ],
  'a frame that claims 2^63 bytes': [1009, hugeHeader],
  'an unmasked frame': [1002, frame(TEXT, 'x', { masked: false })],
  'a reserved bit': [1002, frame(TEXT, 'x', { bits: 0xc0 })],
  'an unknown kind of frame': [1002, frame(3, 'x')],
  'an unknown kind of control frame': [1002, frame(11, 'x')],
  'a continuation of nothing': [1002, frame(0, 'x')],
  'a new message inside another': [1002, Buffer.concat([frame(TEXT, 'x', { bits: 0 }), frame(TEXT, 'x')])],
  'a ping in fragments': [1002, frame(PING, 'x', { bits: 0 })],
  'a ping of 126 bytes': [1002, frame(PING, Buffer.alloc(126))],
  'a goodbye of one byte': [1002, frame(CLOSE, 'x')],
  'a goodbye with a code that must not be sent': [1002, frame(CLOSE, Buffer.from([0x03, 0xee]))],
};

scene(
  'whoever breaks the protocol is told the right code, keeps what was acknowledged, and others go on',
  async (scene) => {
    const daemon = await scene.daemon();
    const other = await scene.ingest(daemon);
    const history = new History();
    let racerId = 0;
    for (const [breach, [code, bytes]] of Object.entries(BREACHES)) {
      const socket = await RawConnection.webSocket(scene, daemon, '/ingest');
      const good = record({ racerId: (racerId += 1) });
      history.add(good);
      // Good records before; behind, ones that nobody may take.
      socket.write(frame(TEXT, JSON.stringify(good)));
      socket.write(bytes);
      socket.write(frame(TEXT, JSON.stringify(record({ racerId: 9999, cadence: 250 }))));
      const ack = await socket.frame();
      assert.deepEqual(JSON.parse(ack.payload), { type: 'ack', accepted: 1, rejected: 0 }, breach);
      assert.equal(await socket.closeCode(), code, breach);
      const next = record({ racerId, second: 2 });
      history.add(next);
      other.send(JSON.stringify(next));
      await other.answered(racerId);
      socket.socket.destroy();
    }
    await daemon.merged(2 * racerId);
    await expectHistory(daemon, history);
    await waitFor('the connections to be gone', async () => (await daemon.metrics()).get('alleycat_connections') === 2);
  },
);

/// The daemon's resident memory, in MiB.
async function residentMb({ program }) {
  const status = await readFile(`/proc/${program.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

scene(
  'a client that never reads its rejections is stopped instead of remembered, while others are served',
  async (scene) => {
    const daemon = await scene.daemon();
    const other = await scene.ingest(daemon);
    other.send(JSON.stringify(record()));
    await other.answered(1);
    const before = await residentMb(daemon);

    const flood = await RawConnection.webSocket(scene, daemon, '/ingest');
    flood.socket.pause();
    const bad = frame(TEXT, Array.from({ length: 1000 }, (_, at) => `{"uuid":"flood-${at}"}`).join('\n'));
    let highest = 0;
    let racerId = 0;
    for (let thousands = 0; thousands < 200; ++thousands) {
      flood.write(bad);
      if (thousands % 10 === 0) {
        other.send(JSON.stringify(record({ racerId: (racerId += 1) })));
        await other.answered(1 + racerId);
        highest = Math.max(highest, await residentMb(daemon));
      }
    }
    const stalled = async () => {
      const { rejected } = await daemon.counts('websocket');
      const again = await daemon.counts('websocket');
      highest = Math.max(highest, await residentMb(daemon));
      return rejected > 0 && rejected === again.rejected && rejected < 200_000;
    };
    await waitFor('the daemon to stop reading from the flood', stalled);
    assert.ok(highest - before < 40, `from ${before} to ${highest} MiB`);

    // Once it reads, it is told of each.
    let rejects = 0;
    let ack;
    flood.socket.resume();
    while (ack?.rejected !== 200_000) {
      const { payload } = await flood.frame();
      const message = JSON.parse(payload);
      if (message.type === 'reject') {
        assert.equal(message.index, rejects);
        rejects += 1;
      } else {
        ack = message;
      }
    }
    assert.deepEqual([rejects, ack.accepted], [200_000, 0]);
  },
);

scene('a client that never reads its pongs does not fill the memory', async (scene) => {
  const daemon = await scene.daemon();
  const other = await scene.ingest(daemon);
  const before = await residentMb(daemon);
  const flood = await RawConnection.webSocket(scene, daemon, '/ingest');
  flood.socket.pause();
  const pings = Buffer.concat(Array.from({ length: 1000 }, () => frame(PING, Buffer.alloc(125))));
  for (let at = 0; at < 400; ++at) {
    await new Promise((resolve) => flood.socket.write(pings, resolve)); // the daemon goes on reading
  }
  other.send(JSON.stringify(record()));
  await other.answered(1);
  const after = await residentMb(daemon);
  assert.ok(after - before < 40, `from ${before} to ${after} MiB`);
});

scene(
  'one record a frame keeps its order, so that of two equal scores the earlier one is listed first',
  async (scene) => {
    const random = scene.random();
    const daemon = await scene.daemon({ STREAM_SHARDS: 4 });
    const client = await scene.ingest(daemon);
    const order = random.shuffle(Array.from({ length: 500 }, (_, racerId) => racerId));
    for (const racerId of order) {
      // A racer's later records must not be overtaken by the earlier ones.
      client.send(JSON.stringify(record({ racerId, second: 1, name: 'early', cadence: 200 })));
      client.send(JSON.stringify(record({ racerId, second: 1, name: 'late', cadence: 100 })));
    }
    await client.answered(1000);
    const viewer = await scene.viewer(daemon, 'classId=1&top=1000');
    await viewer.until(
      'all racers',
      ({ state }) => state.total === 500 && state.entries.every(({ name }) => name === 'late'),
    );
    const newcomer = await scene.viewer(daemon, 'classId=1&top=1000');
    assert.deepEqual(
      newcomer.state.entries.map(({ racerId }) => racerId),
      order,
    );
  },
);

scene('a ring of 64 KB that is always full loses nothing of many connections', async (scene) => {
  const random = scene.random();
  const daemon = await scene.daemon({ STREAM_RING_CAPACITY: '64KB', STREAM_SHARDS: 1 });
  const history = new History();
  const traffic = [];
  for (let connection = 0; connection < 5; ++connection) {
    const payloads = [];
    for (let sent = 0; sent < 20_000;) {
      const count = Math.min(random.pick([1, 7, 500, 3000]), 20_000 - sent);
      const records = Array.from({ length: count }, (_, at) =>
        record({
          racerId: connection * 100 + ((sent + at) % 100),
          second: 1 + (Math.floor((sent + at) / 100) % 200),
          cadence: random.whole(0, 2500) / 10,
        }),
      );
      records.forEach((each) => history.add(each));
      payloads.push(JSON.stringify(records));
      sent += count;
    }
    traffic.push({ client: await scene.ingest(daemon), payloads });
  }
  await Promise.all(
    traffic.map(async ({ client, payloads }) => {
      await client.sendAll(payloads);
      await client.answered(20_000);
    }),
  );
  for (const { client } of traffic) {
    assert.deepEqual([client.accepted, client.rejected, client.faults], [20_000, 0, []]);
  }
  await expectHistory(daemon, history);
  assert.equal((await daemon.counts('websocket')).accepted, 100_000);
  const stalls = (await daemon.metrics()).get('alleycat_door_stalls_total{door="websocket"}');
  assert.ok(stalls > 0, 'the ring was never full, so this test showed nothing');
});
