// A client of /ingest that rides through crashes: it forgets a record only when it is acknowledged, and sends all
// others again on its next connection.

import { setTimeout as pause } from 'node:timers/promises';

import { IngestClient } from '../../integration/harness/ingest.mjs';
import { payloadOf } from './traffic.mjs';

const RETRY_MS = 10; // a bike calls again
const MAX_RETRIES = 6000; // in a row, none of which brought an acknowledgement

export class Sender {
  #finishing = false;

  /// `perFrame` records a frame, at most `window` of them unanswered. `load` is told of every frame and answer.
  constructor(source, { perFrame, window }, load) {
    Object.assign(this, { source, perFrame, window, load });
    this.sent = 0; // different records
    this.acked = 0; // of them, from the first on, for ever
    this.again = 0; // how often one was sent again
    this.connections = 0;
  }

  /// From here on nothing new is sent; run() ends when all is acknowledged.
  finish() {
    this.#finishing = true;
  }

  get done() {
    return this.#finishing && this.acked === this.sent;
  }

  /// `endpoint.url(path, scheme)` is where the daemon is, when it is there.
  async run(endpoint) {
    for (let retries = 0; !this.done; ++retries) {
      if (retries === MAX_RETRIES) {
        throw new Error(`source ${this.source}: no daemon acknowledges anything`);
      }
      const before = this.acked;
      const connection = new IngestClient(endpoint);
      try {
        await this.#ride(connection);
      } catch (error) {
        if (error !== connection.error) {
          throw error; // an answer that is wrong, or that never came
        }
      } finally {
        connection.terminate();
      }
      if (this.acked > before) {
        retries = 0;
      }
      await pause(RETRY_MS);
    }
  }

  async #ride(connection) {
    const open = () => connection.socket.readyState === connection.socket.OPEN;
    await connection.until('the daemon to open a connection or refuse it', () => open() || connection.closed);
    this.connections += 1;
    const base = this.acked;
    let next = base;
    this.again += this.sent - base;
    connection.socket.once('close', () => this.load.progress());
    while (!this.done && open()) {
      const last = this.#maySendNew() ? Infinity : this.sent;
      const end = Math.min(next + this.perFrame, last, this.acked + this.window);
      if (end > next) {
        connection.send(payloadOf(this.source, next, end));
        next = end;
        this.sent = Math.max(this.sent, next);
        this.load.progress();
        await connection.flushed(256 * 1024);
      } else if (next === this.acked) {
        await this.load.until('leave to send', () => this.#maySendNew() || this.#finishing || connection.closed);
      } else {
        const { accepted } = connection;
        await connection.until('an answer', () => connection.accepted > accepted || connection.closed);
      }
      this.#take(connection, base, next);
    }
  }

  #take(connection, base, next) {
    const acked = base + connection.accepted;
    if (connection.rejected > 0 || connection.rejects.length > 0 || connection.faults.length > 0) {
      throw new Error(`source ${this.source}: ${JSON.stringify([connection.rejects[0], connection.faults])}`);
    }
    if (acked > next) {
      throw new Error(`source ${this.source}: ${acked - base} of ${next - base} records are acknowledged`);
    }
    if (acked > this.acked) {
      this.acked = acked;
      this.load.progress();
    }
  }

  #maySendNew() {
    return !this.#finishing && this.load.wantsMore;
  }
}
