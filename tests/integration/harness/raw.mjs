// Bytes on a TCP connection, for what well-behaved clients never do.

import net from 'node:net';
import tls from 'node:tls';

import { Signal } from './wait.mjs';

export class RawConnection {
  #signal = new Signal();

  constructor(daemon) {
    this.received = Buffer.alloc(0);
    this.ended = false;
    const { host, port, ca } = daemon;
    this.socket = ca ? tls.connect({ host, port, ca }) : net.connect(port, host);
    this.socket.setNoDelay(true);
    this.socket.on('data', (part) => {
      this.received = Buffer.concat([this.received, part]);
      this.#signal.notify();
    });
    const end = (error) => {
      this.error ??= error instanceof Error ? error : undefined;
      this.ended = true;
      this.#signal.notify();
    };
    this.socket.on('end', end);
    this.socket.on('error', end);
    this.socket.on('close', end);
  }

  static async open(scene, daemon) {
    const connection = new RawConnection(daemon);
    scene.after(() => connection.socket.destroy());
    return connection;
  }

  /// A connection that has become a WebSocket at `path`.
  static async webSocket(scene, daemon, path) {
    const connection = await RawConnection.open(scene, daemon);
    connection.write(
      `GET ${path} HTTP/1.1\r\nHost: ${daemon.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const { status } = await connection.response();
    if (status !== 101) {
      throw new Error(`the handshake was answered with ${status}`);
    }
    return connection;
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  /// Waits until `condition(this)` holds for what was received.
  until(what, condition) {
    return this.#signal
      .until(what, () => condition(this))
      .catch((error) => {
        error.message += ` (received ${JSON.stringify(this.received.toString('latin1').slice(0, 500))}, ended ${this.ended})`;
        throw error;
      });
  }

  /// Takes the next response off what was received: { status, headers, body }. `head`: it has no body in any case.
  async response({ head = false } = {}) {
    const end = await this.until('a response header', () => this.#headerEnd());
    const [first, ...lines] = this.received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(first.split(' ')[1]);
    const bodiless = head || status === 101 || status === 204 || status === 304;
    const size = end + 4 + (bodiless ? 0 : Number(headers['content-length']));
    await this.until('a response body', () => this.received.length >= size);
    const body = this.received.subarray(end + 4, size);
    this.received = this.received.subarray(size);
    return { status, headers, body };
  }

  #headerEnd() {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0 && this.ended) {
      throw this.error ?? new Error('the connection ended without a response');
    }
    return end >= 0 && end;
  }

  /// Takes the next WebSocket frame off what was received: { opcode, payload }.
  async frame() {
    return this.until('a WebSocket frame', () => this.#takeFrame());
  }

  #takeFrame() {
    const bytes = this.received;
    if (this.ended && bytes.length < 2) {
      throw this.error ?? new Error('the connection ended without a frame');
    }
    if (bytes.length < 2) {
      return undefined;
    }
    let at = 2;
    let size = bytes[1] & 0x7f;
    if (size >= 126) {
      at = size === 126 ? 4 : 10;
      if (bytes.length < at) {
        return undefined;
      }
      size = size === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    }
    if (bytes.length < at + size) {
      return undefined;
    }
    this.received = bytes.subarray(at + size);
    return { opcode: bytes[0] & 0x0f, payload: bytes.subarray(at, at + size) };
  }

  /// Waits for the close frame, past everything else, and returns its code.
  async closeCode() {
    for (;;) {
      const { opcode, payload } = await this.frame();
      if (opcode === 8) {
        return payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      }
    }
  }
}

/// A client's frame. `bits`: FIN and the reserved ones, as in the first byte.
export function frame(opcode, payload, { bits = 0x80, masked = true, mask = Buffer.from([1, 2, 3, 4]) } = {}) {
  const body = Buffer.from(payload);
  const size = body.length;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  head[0] = bits | opcode;
  if (size < 126) {
    head[1] = size;
  } else if (size < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  if (!masked) {
    return Buffer.concat([head, body]);
  }
  head[1] |= 0x80;
  for (let at = 0; at < size; ++at) {
    body[at] ^= mask[at % 4];
  }
  return Buffer.concat([head, mask, body]);
}
