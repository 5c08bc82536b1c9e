// Clients that mean no good, or do not know better: the daemon lives, others are served, memory stays, and it is counted.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { RawConnection, frame } from './harness/raw.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const MIB = 1024 * 1024;
const PATIENT = { HTTP_REQUEST_TIMEOUT: '120s' }; // whoever says nothing stays as long as a test needs

function residentBytes(daemon) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${daemon.program.pid}/status`, 'latin1'))[1]) * 1024;
}

/// A daemon, a well-behaved client whose records must be acknowledged whatever happens, and what memory they take.
async function withWitness(scene, settings = {}) {
  const daemon = await scene.daemon(settings);
  const client = await scene.ingest(daemon);
  let sent = 0;
  const served = async () => {
    sent += 1;
    client.send(JSON.stringify(record({ second: (sent % 300) + 1 })));
    await client.answered(sent);
  };
  await served();
  const before = residentBytes(daemon);
  return { daemon, served, grown: () => residentBytes(daemon) - before };
}

/// All that was refused for `reason`.
async function refused(daemon, reason) {
  const all = [...(await daemon.metrics())].filter(([name]) => name.startsWith('alleycat_refused_total'));
  const found = all.find(([name]) => name.includes(`"${reason}"`));
  assert.ok(found, `${reason} is not among ${all.map(([name]) => name).join()}`);
  return found[1];
}

const ended = (connection) => connection.until('the end', (each) => each.ended);

async function openMany(scene, daemon, count, first = '') {
  const all = [];
  for (let at = 0; at < count; ++at) {
    const connection = await RawConnection.open(scene, daemon);
    if (first) {
      connection.write(first);
    }
    all.push(connection);
  }
  return all;
}

scene('connections beyond the limit in all are shut, and those that are open are served', async (scene) => {
  const { daemon, served } = await withWitness(scene, { LIMITS_CONNECTIONS: 20 });
  const many = await openMany(scene, daemon, 60);
  await waitFor('the rest to be shut', () => many.filter((each) => each.ended).length >= 41);
  await served();
  many.forEach(({ socket }) => socket.destroy());
  await waitFor('room again', async () => (await daemon.request('/healthz')).status === 200);
  assert.ok((await refused(daemon, 'connections')) >= 41);
});

scene("one address gets its share of connections, and a proxy is nobody's address", async (scene) => {
  const counted = await scene.daemon({ ...PATIENT, LIMITS_CONNECTIONS_PER_ADDRESS: 10, HTTP_PROXIES: '' });
  const many = await openMany(scene, counted, 30);
  await waitFor('the rest to be shut', () => many.filter((each) => each.ended).length >= 20);
  assert.equal(many.filter((each) => each.ended).length, 20);
  many.forEach(({ socket }) => socket.destroy());
  await waitFor('room again', async () => (await counted.request('/healthz')).status === 200);
  assert.ok((await refused(counted, 'connections_per_address')) >= 20);

  const proxied = await scene.daemon({ LIMITS_CONNECTIONS_PER_ADDRESS: 10, STORAGE_DIRECTORY: scene.path('proxied') });
  const all = await openMany(scene, proxied, 30, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  for (const connection of all) {
    assert.equal((await connection.response()).status, 200);
  }
});

scene('a header or a body that trickles in has one time for all of it', async (scene) => {
  // Long enough for the first byte of each to come in time.
  const { daemon, served } = await withWitness(scene, { HTTP_REQUEST_TIMEOUT: '3s' });
  const header = 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ';
  const beginnings = [
    'G',
    header,
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{',
    'GET /live?classId=1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n',
  ];
  const slow = [];
  for (const beginning of beginnings) {
    const connection = await RawConnection.open(scene, daemon);
    connection.write(beginning);
    const timer = setInterval(() => connection.socket.writable && connection.write('a'), 20);
    scene.after(() => clearInterval(timer));
    slow.push(connection);
  }
  await served();
  for (const connection of slow) {
    await ended(connection);
  }
  await served();
  await waitFor('them to be counted', async () => (await refused(daemon, 'timeout')) >= slow.length);
});

scene('a thousand connections that say nothing, or half a request, cost a client nothing', async (scene) => {
  const { daemon, served, grown } = await withWitness(scene, PATIENT);
  const silent = await openMany(scene, daemon, 700);
  const half = await openMany(scene, daemon, 300, 'GET / HTTP/1.1\r\nHost: x\r\n');
  await waitFor('all of them', async () => (await daemon.metrics()).get('alleycat_connections') > 1000);
  for (let round = 0; round < 10; ++round) {
    await served();
    assert.equal((await daemon.request('/api/v1/classes')).status, 200);
  }
  assert.ok([...silent, ...half].every((each) => !each.ended));
  assert.ok(grown() < 1000 * 16 * 1024 + 32 * MIB, `${grown() / MIB} MiB`);
});

scene('a reader that takes nothing keeps little waiting, and ends', async (scene) => {
  const { daemon, served, grown } = await withWitness(scene, { HTTP_IDLE_TIMEOUT: '1s' });
  const greedy = [];
  for (let at = 0; at < 20; ++at) {
    const connection = await RawConnection.open(scene, daemon);
    connection.socket.pause();
    connection.write('GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5000));
    greedy.push(connection);
  }
  for (let round = 0; round < 20; ++round) {
    await served();
  }
  await waitFor('them to be shown out', async () => (await daemon.metrics()).get('alleycat_connections') <= 3);
  assert.ok(grown() < 64 * MIB, `${grown() / MIB} MiB`);
  await served();
});

scene(
  'headers, bodies, messages and records beyond their limits are refused, each with its own word',
  async (scene) => {
    const { daemon, served, grown } = await withWitness(scene);
    const answers = [
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(9000)}\r\n\r\n`, 431],
      [`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
      [`GET / HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(150)}\r\n`, 400],
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n', 413],
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999999999\r\n\r\n', 400],
      ['DELETE /api/v1/racers/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n', 413],
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n', 415],
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: br, gzip\r\nTransfer-Encoding: chunked\r\n\r\n', 415],
    ];
    for (const [request, status] of answers) {
      const connection = await RawConnection.open(scene, daemon);
      connection.write(request);
      assert.equal((await connection.response()).status, status, request.slice(0, 80));
      await ended(connection);
    }
    const big = await RawConnection.webSocket(scene, daemon, '/ingest');
    big.write(frame(1, 'x'.repeat(2 * MIB)));
    assert.equal(await big.closeCode(), 1009);
    const promised = await RawConnection.webSocket(scene, daemon, '/ingest');
    promised.write(Buffer.from('81ff7fffffffffffffff00000000', 'hex'));
    assert.ok([1009, 1002].includes(await promised.closeCode()));
    const client = await scene.ingest(daemon);
    client.send(`[${JSON.stringify(record({ note: 'x'.repeat(20_000) }))},${JSON.stringify(record())}]`);
    await client.answered(1, 1);
    assert.equal(client.rejects[0].code, 'TooLarge');
    await served();
    assert.ok(grown() < 64 * MIB, `${grown() / MIB} MiB`);
  },
);

scene('a body of small chunks with long extensions is cut off', async (scene) => {
  const { daemon, served, grown } = await withWitness(scene);
  // No more than the daemon still reads of one that it has refused: else its answer could be lost on the way.
  const bodyOf = (chunk) => `${chunk.repeat(Math.ceil(600_000 / chunk.length))}0\r\n\r\n`;
  for (const chunk of [`1;${'e'.repeat(4000)}\r\nx\r\n`, `${'0'.repeat(500)}1\r\nx\r\n`]) {
    const connection = await RawConnection.open(scene, daemon);
    connection.write(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${bodyOf(chunk)}`);
    const { status, body } = await connection.response();
    assert.equal(status, 400);
    assert.match(body.toString(), /chunk/);
  }
  await served();
  assert.ok(grown() < 64 * MIB);
});

scene('fragments without end, pings without end and masks that are missing end one connection each', async (scene) => {
  const { daemon, served, grown } = await withWitness(scene);
  const endless = await RawConnection.webSocket(scene, daemon, '/ingest');
  endless.write(frame(1, 'x', { bits: 0 }));
  const more = Buffer.concat(Array.from({ length: 1000 }, () => frame(0, 'x'.repeat(100), { bits: 0 })));
  for (let at = 0; at < 20 && !endless.ended; ++at) {
    endless.write(more);
  }
  assert.equal(await endless.closeCode(), 1009);

  const empty = await RawConnection.webSocket(scene, daemon, '/ingest'); // fragments of nothing grow to nothing
  empty.write(frame(1, '', { bits: 0 }));
  empty.write(Buffer.concat(Array.from({ length: 50_000 }, () => frame(0, '', { bits: 0 }))));

  const pinging = await RawConnection.webSocket(scene, daemon, '/ingest');
  pinging.socket.pause();
  const pings = Buffer.concat(Array.from({ length: 2000 }, () => frame(9, 'x'.repeat(125))));
  for (let at = 0; at < 100; ++at) {
    pinging.write(pings); // 27 MB, whose answers it does not take
  }
  for (let round = 0; round < 10; ++round) {
    await served();
  }
  const unmasked = await RawConnection.webSocket(scene, daemon, '/ingest');
  unmasked.write(frame(1, 'x', { masked: false }));
  assert.equal(await unmasked.closeCode(), 1002);
  await served();
  assert.ok(grown() < 64 * MIB, `${grown() / MIB} MiB`);
});

scene('compression is not agreed on, so that nothing can be a bomb', async (scene) => {
  const { daemon } = await withWitness(scene);
  const connection = await RawConnection.open(scene, daemon);
  connection.write(
    'GET /ingest HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n',
  );
  const { status, headers } = await connection.response();
  assert.equal(status, 101);
  assert.equal(headers['sec-websocket-extensions'], undefined);
  connection.write(frame(1, 'x', { bits: 0xc0 })); // as if it were
  assert.equal(await connection.closeCode(), 1002);
});

scene('many messages that are begun and not ended share one bound', async (scene) => {
  const { daemon, served, grown } = await withWitness(scene);
  const begun = [];
  for (let at = 0; at < 100; ++at) {
    const connection = await RawConnection.webSocket(scene, daemon, '/ingest');
    connection.write(frame(1, 'x'.repeat(1_000_000), { bits: 0 }));
    begun.push(connection);
  }
  await served();
  assert.ok(grown() < 400 * MIB, `${grown() / MIB} MiB`);
  begun.forEach(({ socket }) => socket.destroy());
  await waitFor('them to be gone', async () => (await daemon.metrics()).get('alleycat_connections') <= 3);
  await served();
});
