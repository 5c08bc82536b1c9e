// A nats-server with JetStream, and the little of its protocol that a benchmark needs.

import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';

import { SERVER_CORE, freePort } from './place.mjs';

const ALWAYS = 'sync_interval: always';

/// Its file storage syncs every two minutes. `synced`: before each acknowledgement; the setting for it came with 2.10, and
/// for an older server the folder's own flag does it, with which the kernel writes through. `how` says which it was.
export async function startNats(place, name, synced) {
  const directory = place.path(name);
  await mkdir(directory);
  const port = await freePort();
  const file = place.path(`${name}.conf`);
  const write = (setting) => writeFile(file, `listen: 127.0.0.1:${port}\njetstream { store_dir: "${directory}"\n${setting} }\n`);
  let how = 'nothing';
  await write(synced ? ALWAYS : '');
  if (synced) {
    how = ALWAYS;
    const known = await place.output('nats-server', ['-t', '-c', file]).then(() => true, () => false);
    if (!known) {
      how = 'chattr +S';
      await write('');
      await place.output('chattr', ['+S', directory]);
    }
  }
  const server = place.start(name, SERVER_CORE, 'nats-server', ['-c', file]);
  server.port = port;
  server.how = how;
  await server.prints(/(Server is ready)/);
  return server;
}

/// One request, one answer in JSON.
export async function request(server, subject, question = {}) {
  const socket = net.connect(server.port, '127.0.0.1');
  try {
    const text = JSON.stringify(question);
    socket.write(`CONNECT {"verbose":false}\r\nSUB _INBOX.one 1\r\nPUB ${subject} _INBOX.one ${text.length}\r\n${text}\r\n`);
    let said = '';
    for await (const part of socket.setEncoding('utf8')) {
      said += part;
      const answer = /^MSG _INBOX\.one 1 \d+\r\n(.*)\r\n/m.exec(said);
      if (answer) {
        return JSON.parse(answer[1]);
      }
    }
    throw new Error(`${subject}: no answer: ${said}`);
  } finally {
    socket.destroy();
  }
}
