// The peer of the live feed: Node's ws, sending the same text to each client. The text is made into bytes once.
//
//   node node_broadcast.mjs FILE INTERVAL_MS
//
// Sends as often as the first line of its input says, and then says that it did.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { WebSocketServer } from 'ws';

const text = readFileSync(process.argv[2]);
const intervalMs = Number(process.argv[3]);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
await once(server, 'listening');
console.log(`listening on http://127.0.0.1:${server.address().port}`);
const [line] = await once(process.stdin, 'data');
let left = Number(line);
const timer = setInterval(() => {
  for (const client of server.clients) {
    client.send(text, { binary: false });
  }
  left -= 1;
  if (left === 0) {
    clearInterval(timer);
    console.log('sent');
  }
}, intervalMs);
