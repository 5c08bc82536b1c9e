// What TLS costs a record: the same frames over plain connections and over TLS, in turns, to two daemons of one build.

import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

import { acceptedBy, settled, startDaemon, stopDaemon } from './harness/daemon.mjs';
import { cpuSeconds, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { bench } from './harness/place.mjs';
import { makeCertificate, webSocketRequest } from './harness/wire.mjs';

const CONNECTIONS = 64;
const CASES = [
  { batch: 1, records: 400_000 },
  { batch: 50, records: 1_000_000 },
];
const PIECE_BYTES = 256 * 1024; // handed to a socket at once

const record = (race, racerId, second) =>
  `{"uuid":"6e0f1b5e-6f0e-4a39-9a3e-${String(racerId).padStart(12, '0')}","event":"update","deviceTimestamp":1620240672076,` +
  `"second":${second},"raceId":${race},"name":"Rider ${racerId}","racerId":${racerId},"classId":${(racerId % 6) + 1},` +
  `"cadence":${60 + (second % 40)}.5,"resistance":${20 + (second % 50)}}`;

/// A client's frame under the mask of zeros, which leaves its payload as it is.
function frame(text) {
  const body = Buffer.from(text);
  const head = Buffer.alloc(body.length < 126 ? 6 : body.length < 65_536 ? 8 : 14);
  head[0] = 0x81;
  if (body.length < 126) {
    head[1] = 0x80 | body.length;
  } else if (body.length < 65_536) {
    head[1] = 0xfe;
    head.writeUInt16BE(body.length, 2);
  } else {
    head[1] = 0xff;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}

/// Of one connection: all its frames, as pieces that are sent at once.
function pieces(race, connection, { batch, records }) {
  const count = records / CONNECTIONS;
  const frames = [];
  for (let first = 0; first < count; first += batch) {
    const texts = Array.from({ length: Math.min(batch, count - first) }, (_, at) => {
      const number = first + at;
      return record(race, connection + CONNECTIONS * Math.floor(number / 300), (number % 300) + 1);
    });
    frames.push(frame(batch === 1 ? texts[0] : `[${texts.join()}]`));
  }
  const all = Buffer.concat(frames);
  return Array.from({ length: Math.ceil(all.length / PIECE_BYTES) }, (_, at) => all.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES));
}

/// An open WebSocket of /ingest that keeps the last acknowledgement.
async function connect(server) {
  const { port, ca } = server;
  const socket = ca ? tls.connect({ host: '127.0.0.1', port, ca }) : net.connect(port, '127.0.0.1');
  const client = { socket, said: '' };
  const opened = new Promise((resolve, reject) => {
    client.lost = reject;
    socket.on('error', reject);
    socket.on('close', () => client.lost(new Error('a connection was closed')));
    socket.on('data', (part) => {
      client.said = (client.said + part.toString('latin1')).slice(-400);
      resolve();
      client.look?.();
    });
  });
  socket.write(webSocketRequest('/ingest'));
  await opened;
  require(client.said.startsWith('HTTP/1.1 101'), client.said);
  return client;
}

/// Sends all pieces, and waits until so many records are acknowledged.
function send(client, all, records) {
  return new Promise((resolve, reject) => {
    client.lost = reject;
    client.look = () => {
      const last = [...client.said.matchAll(/"accepted":(\d+),"rejected":(\d+)/g)].at(-1);
      if (last && Number(last[1]) + Number(last[2]) === records) {
        if (Number(last[2]) !== 0) {
          reject(new Error(`wrong answer: ${last[0]}`));
        }
        resolve();
      }
    };
    let next = 0;
    const more = () => {
      while (next < all.length && client.socket.write(all[next++]));
      if (next < all.length) {
        client.socket.once('drain', more);
      }
    };
    more();
  });
}

let race = 5_400_000;

async function load(server, variant) {
  race += 1;
  const each = variant.records / CONNECTIONS;
  const all = Array.from({ length: CONNECTIONS }, (_, at) => pieces(race, at, variant));
  const clients = await Promise.all(all.map(() => connect(server)));
  const [accepted, cpu, begin] = [await acceptedBy(server, 'websocket'), cpuSeconds(server.pid), performance.now()];
  await Promise.all(clients.map((client, at) => send(client, all[at], each)));
  const seconds = (performance.now() - begin) / 1_000;
  await settled(server);
  const used = cpuSeconds(server.pid) - cpu;
  const taken = (await acceptedBy(server, 'websocket')) - accepted;
  require(taken === variant.records, `${taken} records accepted instead of ${variant.records}`);
  server.records = (server.records ?? 0) + taken;
  clients.forEach((client) => {
    client.lost = () => {};
    client.socket.destroy();
  });
  return { rate: variant.records / seconds, cpu_us: (used / variant.records) * 1e6 };
}

await bench(async (place) => {
  const { certificate, key } = await makeCertificate(place);
  const settings = { STREAM_LOG: 'false' }; // the disk costs both the same
  const plain = await startDaemon(place, { ...settings, STORAGE_DIRECTORY: place.path('plain') });
  const secure = await startDaemon(place, {
    ...settings,
    STORAGE_DIRECTORY: place.path('secure'),
    HTTP_CERTIFICATE_FILE: certificate,
    HTTP_KEY_FILE: key,
  });
  secure.ca = readFileSync(certificate, 'utf8');
  for (const variant of CASES) {
    const { tls: over, plain: bare } = await interleaved({ plain: () => load(plain, variant), tls: () => load(secure, variant) });
    const name = `${variant.batch} a frame, ${CONNECTIONS} connections`;
    const cpu = ratios(over, bare, 'cpu_us');
    const rate = ratios(over, bare, 'rate');
    report('tls_ingest', `CPU of TLS beside plain: ${name}`, cpu.median, undefined, {
      spread: cpu.spread,
      tls_cpu_us_per_record: middle(over, 'cpu_us'),
      plain_cpu_us_per_record: middle(bare, 'cpu_us'),
    });
    report('tls_ingest', `rate of TLS beside plain: ${name}`, rate.median, undefined, {
      spread: rate.spread,
      tls_records_per_s: middle(over, 'rate'),
      plain_records_per_s: middle(bare, 'rate'),
    });
  }
  for (const server of [plain, secure]) {
    await stopDaemon(server, server.records); // and all of them are in the history
  }
});
