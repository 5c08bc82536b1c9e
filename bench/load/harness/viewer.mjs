// Viewers of a load, which look into nothing that they are sent.

import net from 'node:net';

import { require } from './measure.mjs';
import { PONG, webSocketRequest } from './wire.mjs';

export const PONG_MS = 15_000; // how often each says that it is there

/// A viewer that takes all it is sent, without looking into it, and says now and then that it is there. Every fourth looks at
/// the board of all times, as a racer.
export class Viewer {
  constructor(daemon, number, classes) {
    const classId = (number % classes) + 1;
    const board = number % 4 === 0 ? `&board=alltime&racerId=${number}` : '';
    this.bytes = 0;
    this.socket = net.connect(daemon.port, '127.0.0.1');
    this.socket.on('error', (error) => (this.ended = error.message));
    this.socket.on('close', () => (this.ended ??= 'closed'));
    this.socket.write(webSocketRequest(`/live?classId=${classId}${board}`));
    this.socket.once('data', (part) => {
      this.upgraded = part.toString('latin1').startsWith('HTTP/1.1 101');
      this.bytes += part.length;
      this.socket.on('data', (more) => (this.bytes += more.length));
    });
  }

  pong() {
    this.socket.write(PONG);
  }
}

export function requireServed(all) {
  const lost = all.filter((viewer) => viewer.ended !== undefined);
  require(lost.length === 0, `${lost.length} viewers were lost: ${lost[0]?.ended}`);
}
