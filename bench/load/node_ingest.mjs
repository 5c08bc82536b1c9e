// The peer of the WebSocket door: what a team would write first. Parses each frame and counts its records, checks
// nothing, keeps nothing, and acknowledges as the daemon does, once for all that one turn of its loop brought.
//
//   node node_ingest.mjs [PORT]

import { WebSocketServer } from 'ws';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  perMessageDeflate: false,
  maxPayload: 1 << 24,
});
server.on('connection', (socket) => {
  let accepted = 0;
  let scheduled = false;
  const acknowledge = () => {
    scheduled = false;
    socket.send(`{"type":"ack","accepted":${accepted},"rejected":0}`);
  };
  socket.on('message', (data) => {
    const payload = JSON.parse(data);
    accepted += Array.isArray(payload) ? payload.length : 1;
    if (!scheduled) {
      scheduled = true;
      setImmediate(acknowledge);
    }
  });
  socket.on('error', (error) => console.error(error.message));
});
server.on('listening', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
