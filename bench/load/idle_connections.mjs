// What a connection that is open and quiet keeps in the daemon's memory: viewers of a board on which nothing happens, and HTTP
// connections behind an answer; plain and over TLS.
//
//   node idle_connections.mjs [--counts 1000,10000]

import { readFileSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';
import { parseArgs } from 'node:util';

import { metrics, startDaemon } from './harness/daemon.mjs';
import { idle, report, require } from './harness/measure.mjs';
import { bench, until } from './harness/place.mjs';
import { PONG, makeCertificate, webSocketRequest } from './harness/wire.mjs';

const { values: flags } = parseArgs({ options: { counts: { type: 'string', default: '1000,10000' } } });
const COUNTS = flags.counts.split(',').map(Number);
const AT_MOST = 16 * 1024;
const OPENING = 200; // at once
const PONG_MS = 15_000;
const WARM_UP = 50; // connections that came and went before the first is counted

function residentBytes(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) * 1024;
}

const KINDS = {
  'a viewer': { pongs: true, request: webSocketRequest('/live?classId=1'), complete: (said) => said.startsWith('HTTP/1.1 101') && said.includes('"snapshot"') },
  'an HTTP connection': { request: 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', complete: (said) => /^HTTP\/1\.1 200[^]*\r\n\r\n./.test(said) },
};

/// One connection that has said and heard what its kind does.
function open({ port, ca }, { request, complete, pongs }) {
  return new Promise((resolve, reject) => {
    const socket = ca ? tls.connect({ host: '127.0.0.1', port, ca }) : net.connect(port, '127.0.0.1');
    let said = '';
    const take = (part) => {
      said += part.toString('latin1');
      if (complete(said)) {
        socket.off('data', take).resume();
        if (pongs) {
          const timer = setInterval(() => socket.write(PONG), PONG_MS);
          socket.on('close', () => clearInterval(timer));
        }
        resolve(socket);
      }
    };
    socket.on('data', take).on('error', reject);
    socket.on('close', () => reject(new Error(`wrong answer: ${said}`)));
    socket.write(request);
  });
}

async function openAll(daemon, kind, count) {
  const all = [];
  while (all.length < count) {
    const next = Math.min(OPENING, count - all.length);
    all.push(...(await Promise.all(Array.from({ length: next }, () => open(daemon, kind)))));
  }
  return all;
}

async function quietBytes(daemon) {
  await idle(daemon.pid);
  await pause(1_500); // the daemon looks at its connections once a second
  await idle(daemon.pid);
  return residentBytes(daemon.pid);
}

const connections = async (daemon) => (await metrics(daemon)).get('alleycat_connections');

await bench(async (place) => {
  const { certificate, key } = await makeCertificate(place);
  const secured = { HTTP_CERTIFICATE_FILE: certificate, HTTP_KEY_FILE: key };
  for (const [name, kind] of Object.entries(KINDS)) {
    for (const over of ['plain', 'TLS']) {
      for (const count of COUNTS) {
        const daemon = await startDaemon(place, {
          HTTP_IDLE_TIMEOUT: '1h', // else they would not stay
          STORAGE_DIRECTORY: place.path(`${name}-${over}-${count}`),
          ...(over === 'TLS' ? secured : {}),
        });
        daemon.ca = over === 'TLS' ? readFileSync(certificate, 'utf8') : undefined;
        (await openAll(daemon, kind, WARM_UP)).forEach((socket) => socket.destroy());
        await until('the first to be gone', async () => (await connections(daemon)) <= 1);

        const before = await quietBytes(daemon);
        const sockets = await openAll(daemon, kind, count);
        const after = await quietBytes(daemon);
        require((await connections(daemon)) > count, 'some connections were closed');
        require(sockets.every((socket) => !socket.destroyed), 'some connections were lost');
        report('idle_connections', `memory of ${name}, ${over}, ${count} of them`, (after - before) / count, { atMost: AT_MOST }, {
          resident_mib: after / 2 ** 20,
          before_mib: before / 2 ** 20,
        });
        sockets.forEach((socket) => socket.destroy());
        await daemon.stop();
      }
    }
  }
});
