// TLS on the listener: versions, renewed certificates, and that nothing else is another thing than without it.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import tls from 'node:tls';

import { guarded, Talk, bearer } from './harness/access.mjs';
import { Authority, replaceFile, secureDaemon } from './harness/certificates.mjs';
import { binary, environment } from './harness/daemon.mjs';
import { History } from './harness/oracle.mjs';
import { run } from './harness/processes.mjs';
import { RawConnection } from './harness/raw.mjs';
import { raceRecords, record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor, within } from './harness/wait.mjs';

/// One TLS handshake: { name (of the certificate), protocol }, or { error }.
function handshake({ host, port, ca }, options = {}) {
  const done = new Promise((resolve) => {
    const socket = tls.connect({ host, port, ca, ...options }, () => {
      resolve({ name: socket.getPeerCertificate().subject.CN, protocol: socket.getProtocol() });
      socket.destroy();
    });
    socket.on('error', (error) => resolve({ error: error.code ?? error.message }));
    socket.on('close', () => resolve({ error: 'closed' }));
  });
  return within('a handshake', done);
}

const refused = async (daemon) =>
  [...(await daemon.metrics())].reduce((all, [name, value]) => all + (/refused_total.*tls/.test(name) ? value : 0), 0);

scene('TLS 1.2 and 1.3 are spoken, nothing older, and no weak cipher', async (scene) => {
  const { daemon } = await secureDaemon(scene);
  for (const protocol of ['TLSv1.2', 'TLSv1.3']) {
    const { protocol: spoken, error } = await handshake(daemon, { minVersion: protocol, maxVersion: protocol });
    assert.equal(spoken, protocol, error);
  }
  const before = await refused(daemon);
  for (const protocol of ['TLSv1', 'TLSv1.1']) {
    const ciphers = 'ALL:@SECLEVEL=0'; // the client would
    const { error } = await handshake(daemon, { minVersion: protocol, maxVersion: protocol, ciphers });
    assert.match(error ?? 'it was accepted', /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|WRONG_VERSION/, protocol);
  }
  for (const ciphers of ['AES128-SHA', 'AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-SHA', 'aNULL:eNULL:@SECLEVEL=0']) {
    const { error, name } = await handshake(daemon, { maxVersion: 'TLSv1.2', ciphers });
    assert.ok(error, `${ciphers} was accepted by ${name}`);
  }
  await waitFor('the refusals to be counted', async () => (await refused(daemon)) >= before + 2);
});

scene('whoever trusts another authority, or calls the daemon by another name, is not fooled', async (scene) => {
  const { daemon } = await secureDaemon(scene);
  const other = await Authority.make(scene, 'other');
  assert.ok((await handshake({ ...daemon, host: daemon.host, port: daemon.port, ca: other.pem })).error);
  assert.equal(
    (await handshake(daemon, { servername: 'gym.example', checkServerIdentity: tls.checkServerIdentity })).error,
    'ERR_TLS_CERT_ALTNAME_INVALID',
  );
});

scene('plain HTTP on the TLS port is told so', async (scene) => {
  const { daemon } = await secureDaemon(scene);
  for (const text of [
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    'G',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n',
  ]) {
    const connection = await RawConnection.open(scene, { host: daemon.host, port: daemon.port });
    connection.write(text);
    const { status, body } = await connection.response();
    assert.equal(status, 400);
    assert.match(body.toString(), /https/);
    await connection.until('the end', ({ ended }) => ended);
  }
  assert.equal((await daemon.request('/healthz')).status, 200);
});

scene('what is no TLS, or breaks it half way, costs nobody else anything', async (scene) => {
  const { daemon } = await secureDaemon(scene, { HTTP_REQUEST_TIMEOUT: '3s' }); // for the client's handshake, too
  const hello = Buffer.from('16030100c8010000c40303', 'hex'); // the beginning of a client's hello
  const pieces = [
    hello,
    Buffer.from('1603010000', 'hex'),
    Buffer.from('16ffffffff', 'hex'),
    Buffer.alloc(70_000, 0x16),
    Buffer.from([0x16]),
  ];
  const bad = [];
  for (const bytes of pieces) {
    const connection = await RawConnection.open(scene, { host: daemon.host, port: daemon.port });
    connection.write(bytes);
    bad.push(connection);
  }
  const silent = await RawConnection.open(scene, { host: daemon.host, port: daemon.port });
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record()));
  await client.answered(1);
  for (const connection of [...bad, silent]) {
    await connection.until('the end', ({ ended }) => ended);
  }
  assert.equal((await daemon.request('/healthz')).status, 200);
});

scene('a renewed certificate counts for new connections, and open ones stay', async (scene) => {
  const { daemon, files, authority } = await secureDaemon(scene);
  const client = await scene.ingest(daemon);
  const viewer = await scene.viewer(daemon, 'classId=1');
  client.send(JSON.stringify(record()));
  await client.answered(1);
  for (const name of ['second', 'third']) {
    const next = await authority.sign(name);
    await replaceFile(next.certificate, files.certificate);
    await replaceFile(next.key, files.key);
    daemon.program.signal('SIGHUP');
    await waitFor(`the ${name} certificate`, async () => (await handshake(daemon)).name === name);
  }
  client.send(JSON.stringify(record({ second: 2, cadence: 90 })));
  await client.answered(2);
  await viewer.until('the second record', ({ state }) => state.entries[0]?.second === 2);
  assert.equal(client.closed ?? viewer.closed, undefined);
  assert.equal((await handshake(daemon)).name, 'third');
});

scene('a certificate that is no good is refused, said why, and the old one stays', async (scene) => {
  const { daemon, files, authority } = await secureDaemon(scene);
  const next = await authority.sign('second');
  const faults = [
    [async () => replaceFile(next.certificate, files.certificate), /does not belong to the certificate/],
    [async () => writeFile(files.certificate, 'no certificate'), /holds no certificate/],
    [async () => writeFile(files.certificate, ''), /is empty/],
    [async () => rm(files.certificate), /certificate\.pem/],
  ];
  for (const [breakIt, why] of faults) {
    await breakIt();
    const from = daemon.log.length;
    daemon.program.signal('SIGHUP');
    await waitFor(`the log to say ${why}`, () => why.test(daemon.log.slice(from)), { describe: () => daemon.log });
    assert.match(daemon.log.slice(from), /the certificate is not reloaded/);
    assert.equal((await handshake(daemon)).name, 'first');
  }
  await replaceFile(next.certificate, files.certificate);
  await replaceFile(next.key, files.key);
  daemon.program.signal('SIGHUP');
  await waitFor('the good one', async () => (await handshake(daemon)).name === 'second');
  assert.doesNotMatch(daemon.log, /BEGIN|PRIVATE/);
});

scene('at the start a bad certificate is one line and no daemon', async (scene) => {
  const authority = await Authority.make(scene);
  const [one, two] = [await authority.sign('one'), await authority.sign('two')];
  for (const [certificate, key] of [
    [one.certificate, two.key],
    [one.certificate, scene.path('nothing')],
    [one.certificate, ''],
    ['', one.key],
    [one.key, one.key],
  ]) {
    const env = environment({
      HTTP_CERTIFICATE_FILE: certificate,
      HTTP_KEY_FILE: key,
      STORAGE_DIRECTORY: scene.path('data'),
    });
    const { code, stderr } = await run(binary('alleycatd'), [], { env });
    assert.notEqual(code, 0);
    assert.equal(
      stderr
        .trim()
        .split('\n')
        .filter((line) => /certificate|key/.test(line)).length,
      1,
      stderr,
    );
  }
});

scene('over TLS all is what it is without: history, boards, ranges, large bodies', async (scene) => {
  const random = scene.random();
  const secure = await secureDaemon(scene, { STORAGE_DIRECTORY: scene.path('secure') });
  const plain = await scene.daemon({ STORAGE_DIRECTORY: scene.path('plain') });
  const daemons = [secure.daemon, plain];
  const records = raceRecords(random, {
    raceId: 1,
    riders: Array.from({ length: 30 }, (_, at) => at),
    classes: [1],
    seconds: 60,
  });
  records.sort((a, b) => a.second - b.second);
  const history = new History();
  records.forEach((each) => history.add(each));
  const boards = [];
  for (const daemon of daemons) {
    const viewer = await scene.viewer(daemon, 'classId=1&top=1000');
    const client = await scene.ingest(daemon);
    const large = Array.from({ length: Math.ceil(records.length / 900) }, (_, at) =>
      JSON.stringify(records.slice(at * 900, at * 900 + 900)),
    );
    await client.sendAll(large);
    await client.answered(records.length);
    await waitFor('the history', async () => (await daemon.history(1)) === history.text(1));
    await viewer.until(
      'the last second',
      ({ state }) => state.entries.length === 30 && state.entries.every(({ second }) => second === 60),
    );
    boards.push(viewer.state.entries);
    for (const size of [1, 1000]) {
      const { status, body } = await daemon.request('/history/class-1.json', { headers: { Range: `bytes=0-${size}` } });
      assert.ok(status === 200 || (status === 206 && body.length === size + 1));
    }
  }
  assert.deepEqual(boards[0], boards[1]);
  assert.deepEqual(await Promise.all(daemons.map(async (daemon) => (await daemon.stop()).code)), [0, 0]);
});

scene('tokens work over TLS, and a page of our own https origin is let in', async (scene) => {
  const authority = await Authority.make(scene);
  const { certificate, key } = await authority.sign('one');
  const { daemon, tokens } = await guarded(
    scene,
    { HTTP_CERTIFICATE_FILE: certificate, HTTP_KEY_FILE: key },
    { ca: authority.pem },
  );
  const talk = await Talk.make(scene, daemon, '/live?classId=1', { origin: `https://${daemon.host}:${daemon.port}` });
  talk.authenticate(tokens.viewer.token);
  assert.equal((await talk.message('authorized')).role, 'viewer');
  const door = await Talk.make(scene, daemon, '/ingest', { headers: bearer(tokens.bike.token) });
  door.send(JSON.stringify(record({ racerId: 7 })));
  assert.equal((await door.message('ack')).accepted, 1);
});
