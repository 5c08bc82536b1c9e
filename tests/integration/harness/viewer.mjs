// A viewer of /live that keeps its board by what the frames say, and by nothing else.

import WebSocket from 'ws';

import { Signal } from './wait.mjs';

const ENTRY_KEYS = 'rank,racerId,name,second,output,record';

export class Viewer {
  #signal = new Signal();

  /// `options`: of the handshake, such as { headers }.
  constructor(daemon, query, options = {}) {
    this.query = query;
    this.state = undefined; // { seq, classId, raceId, board, total, entries, me }
    this.frames = 0;
    this.snapshots = 0;
    this.faults = [];
    this.records = []; // frames of type "record": they are no part of the board
    const socketOptions = { perMessageDeflate: false, ca: daemon.ca, ...options };
    this.socket = new WebSocket(daemon.url(`/live?${query}`, 'ws'), socketOptions);
    this.socket.on('message', (data) => {
      this.#take(data.toString());
      this.#signal.notify();
    });
    this.socket.on('error', (error) => {
      this.error = error;
      this.#signal.notify();
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#signal.notify();
    });
  }

  /// Waits for the first frame.
  opened() {
    return this.until('the first frame', () => this.state);
  }

  /// Waits until `condition(this)` holds; looked at after every frame. A frame that broke a rule fails it.
  until(what, condition) {
    return this.#signal.until(`${what} (viewer of ${this.query})`, () => {
      if (this.error) {
        throw this.error;
      }
      if (this.faults.length > 0) {
        throw new Error(`viewer of ${this.query}: ${this.faults.join('; ')}`);
      }
      return condition(this);
    });
  }

  /// Waits until the board is `expected`: { raceId, total, entries, me }, the members that are given.
  async shows(expected) {
    const text = JSON.stringify(expected);
    const shown = () => JSON.stringify(Object.fromEntries(Object.keys(expected).map((key) => [key, this.state[key]])));
    try {
      await this.until('the right board', () => shown() === text);
    } catch (error) {
      error.message += `\n${differences(this.state, expected)}`;
      throw error;
    }
  }

  terminate() {
    this.socket.on('error', () => {});
    this.socket.terminate();
  }

  #take(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch (error) {
      this.faults.push(`${error.message}: ${text}`);
      return;
    }
    if (message.type === 'authorized') {
      this.authorized = message;
      return;
    }
    if (message.type === 'record') {
      this.records.push(message);
      return;
    }
    this.frames += 1;
    this.#check(message);
    const { type, entries, removed, ...head } = message;
    if (type === 'snapshot') {
      this.snapshots += 1;
      this.state = { ...head, entries };
    } else {
      this.state = { ...head, entries: applied(this.state.entries, entries, removed) };
    }
  }

  #check(message) {
    const fault = (what) => this.faults.push(`${what}: ${JSON.stringify(message).slice(0, 600)}`);
    const wanted = [
      ...['type', 'seq', 'classId', 'raceId', 'board', 'total', 'entries'],
      ...(message.type === 'delta' ? ['removed'] : []),
      ...(/(^|&)racerId=/.test(this.query) ? ['me'] : []),
    ];
    if (Object.keys(message).join() !== wanted.join()) {
      fault(`the members should be ${wanted}`);
    }
    const rows = [...message.entries, ...(message.me ? [message.me] : [])];
    const isEntry = ({ unverified, ...entry }) =>
      Object.keys(entry).join() === ENTRY_KEYS && (unverified === undefined || unverified === true);
    if (!rows.every(isEntry)) {
      fault(`the members of an entry should be ${ENTRY_KEYS}`);
    }
    if (message.type === 'delta') {
      const same = ['classId', 'raceId', 'board'].every((key) => message[key] === this.state?.[key]);
      if (message.seq !== this.state?.seq + 1 || !same) {
        fault(`a delta that does not follow seq ${this.state?.seq}, race ${this.state?.raceId}`);
      }
      if (nothingNew(this.state, message)) {
        fault('a delta that changes nothing');
      }
    } else if (message.type !== 'snapshot' || (this.state && message.seq <= this.state.seq)) {
      fault(`neither a delta nor a newer snapshot, behind seq ${this.state?.seq}`);
    }
  }
}

function nothingNew(state, { total, entries, removed, me }) {
  const sameRow = JSON.stringify(me) === JSON.stringify(state?.me);
  return sameRow && entries.length + removed.length === 0 && total === state?.total;
}

function differences(state, expected) {
  const lines = [];
  for (const key of Object.keys(expected)) {
    const rows = Array.isArray(expected[key]) ? expected[key] : [expected[key]];
    const shown = Array.isArray(state[key]) ? state[key] : [state[key]];
    rows.forEach((row, at) => {
      if (JSON.stringify(row) !== JSON.stringify(shown[at])) {
        lines.push(`${key} ${at}: ${JSON.stringify(shown[at])} instead of ${JSON.stringify(row)}`);
      }
    });
    if (shown.length > rows.length) {
      lines.push(`${key}: ${shown.length} instead of ${rows.length}`);
    }
  }
  return lines.length > 8 ? `${lines.slice(0, 8).join('\n')}\n… ${lines.length - 8} more` : lines.join('\n');
}

/// The entries after a delta: those it names go behind those of the same rank that it does not, in the order named.
function applied(before, named, removed) {
  const gone = new Set([...removed, ...named.map(({ racerId }) => racerId)]);
  return [...before.filter(({ racerId }) => !gone.has(racerId)), ...named].sort((a, b) => a.rank - b.rank);
}
