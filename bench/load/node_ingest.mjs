// The peer of the WebSocket door: what a team would write first. Parses each frame, checks nothing, keeps nothing, and
// answers as the daemon does, so that the same load generator can drive it.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0), perMessageDeflate: false, maxPayload: 1 << 24 });
server.on('connection', (socket) => {
  let accepted = 0;
  let scheduled = false;
  socket.on('message', (data) => {
    const payload = JSON.parse(data);
    accepted += Array.isArray(payload) ? payload.length : 1;
    if (!scheduled) {
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        socket.send(`{"type":"ack","accepted":${accepted},"rejected":0}`);
      });
    }
  });
});
server.on('listening', () => console.log(`listening on ${server.address().port}`));
