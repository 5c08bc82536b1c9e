// A client of the WebSocket door /ingest.

import WebSocket from 'ws';

import { Signal } from './wait.mjs';

export class IngestClient {
  #signal = new Signal();

  /// `options`: of the handshake, such as { headers }.
  constructor(daemon, options = {}) {
    this.rejects = [];
    this.accepted = 0;
    this.rejected = 0;
    this.faults = [];
    this.socket = new WebSocket(daemon.url('/ingest', 'ws'), { perMessageDeflate: false, ca: daemon.ca, ...options });
    this.socket.on('open', () => this.#signal.notify());
    this.socket.on('message', (data, binary) => this.#take(data, binary));
    this.socket.on('error', (error) => {
      this.error = error;
      this.#signal.notify();
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#signal.notify();
    });
    this.socket.on('pong', (data) => {
      this.pong = data.toString();
      this.#signal.notify();
    });
  }

  opened() {
    return this.until('the ingest connection to open', () => this.socket.readyState === WebSocket.OPEN);
  }

  send(payload) {
    this.socket.send(payload);
  }

  /// Sends payloads with only so much waiting in this process.
  async sendAll(payloads, maxBuffered = 4 * 1024 * 1024) {
    for (const payload of payloads) {
      this.socket.send(payload);
      if (this.socket.bufferedAmount > maxBuffered) {
        await this.flushed(maxBuffered / 2);
      }
    }
  }

  async flushed(atMost = 0) {
    while (this.socket.bufferedAmount > atMost && this.socket.readyState === WebSocket.OPEN) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /// Waits until so many records of this connection are answered.
  answered(accepted, rejected = 0) {
    return this.until(
      `the answers to ${accepted} good and ${rejected} bad records`,
      () => this.accepted + this.rejected >= accepted + rejected,
    );
  }

  until(what, condition) {
    const state = () => `accepted ${this.accepted}, rejected ${this.rejected}, closed ${JSON.stringify(this.closed)}`;
    return this.#signal
      .until(what, () => {
        if (this.error) {
          throw this.error;
        }
        return condition();
      })
      .catch((error) => {
        error.message += ` (${state()})`;
        throw error;
      });
  }

  async close() {
    this.socket.close();
    await this.until('the ingest connection to close', () => this.closed);
  }

  terminate() {
    this.socket.on('error', () => {});
    this.socket.terminate();
  }

  #take(data, binary) {
    const text = data.toString();
    try {
      const message = JSON.parse(text);
      const keys = Object.keys(message).join();
      if (binary) {
        this.faults.push(`a binary frame: ${text}`);
      } else if (message.type === 'ack' && keys === 'type,accepted,rejected') {
        if (message.accepted < this.accepted || message.rejected < this.rejected) {
          this.faults.push(`totals went back: ${text}`);
        }
        if (message.rejected > this.rejects.length) {
          this.faults.push(`only ${this.rejects.length} reject frames came before ${text}`); // more may be on their way
        }
        this.accepted = message.accepted;
        this.rejected = message.rejected;
      } else if (message.type === 'authorized') {
        this.authorized = message;
      } else if (message.type === 'reject' && /^type,index,(uuid,)?code,message$/.test(keys)) {
        this.rejects.push(message);
      } else {
        this.faults.push(`an unknown frame: ${text}`);
      }
    } catch (error) {
      this.faults.push(`${error.message}: ${text}`);
    }
    this.#signal.notify();
  }
}
