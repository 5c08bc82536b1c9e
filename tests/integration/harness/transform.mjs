// An external transform, which checks how it is called and answers as a test wants it.

import { createHash } from 'node:crypto';
import http from 'node:http';

import { output } from './oracle.mjs';
import { Signal } from './wait.mjs';

export const CALL_BYTES = 3 * 1024 * 1024;
export const ATTEMPTS = 4; // of a call
const METADATA_KEYS = 'sequenceNumber,subsequenceNumber,partitionKey,shardId,approximateArrivalTimestamp';
const FAULTS = 20; // that are told
const RECORD_KEYS = 'approximateArrivalTimestamp,data,kinesisRecordMetadata,recordId';

/// A record of an answer: Ok, with any data.
export function ok({ recordId }, data) {
  return { recordId, result: 'Ok', data: Buffer.from(data).toString('base64') };
}

/// As the reference's transform answers: the record with its output, and a line's end.
export function enriched(record, change = {}) {
  const sent = JSON.parse(record.text);
  return ok(record, `${JSON.stringify({ ...sent, output: output(sent), ...change })}\n`);
}

/// A good answer to a call.
export function results({ records }) {
  return records.map((record) => enriched(record));
}

/// A promise that a test resolves when it wants to.
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

/// No answer, unless the test sends one itself.
export const HANG = Symbol('hang');

export class TransformServer {
  #signal = new Signal();
  #invocations = new Map(); // invocationId → { attempts, digest of the body }
  #askedIn = new Map(); // recordId → the invocation that asked for it

  /// `answer(call)` makes an array of results, or { status, headers, body }, or HANG, or answers itself by
  /// `call.response` and returns HANG. It may be replaced at any time. A call has: invocationId, attempt (from 1),
  /// bytes, shard, and records: [{ recordId, text, … as sent }].
  constructor(answer = results) {
    this.answer = answer;
    this.calls = []; // unless a test says that they are not kept
    this.kept = true;
    this.faults = []; // breaches of the contract
    this.open = 0; // calls under way
    this.mostOpen = 0;
    this.server = http.createServer((request, response) => this.#take(request, response));
    this.server.on('clientError', (_, socket) => socket.destroy());
  }

  static async start(scene, answer, { port = 0 } = {}) {
    const transform = new TransformServer(answer);
    await new Promise((resolve, reject) => {
      transform.server.on('error', reject);
      transform.server.listen(port, '127.0.0.1', resolve);
    });
    scene.after(() => transform.close());
    return transform;
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}/transform?of=alleycat`;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /// Texts of all records, in the order in which they were first asked for.
  get asked() {
    return this.calls.filter(({ attempt }) => attempt === 1).flatMap(({ records }) => records.map(({ text }) => text));
  }

  /// How many calls there were, each with all its attempts.
  get invocations() {
    return this.#invocations.size;
  }

  /// From here on another daemon asks, which may ask for the same records again.
  restarted() {
    this.#askedIn.clear();
  }

  until(what, condition) {
    return this.#signal.until(what, () => condition(this));
  }

  async #take(request, response) {
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.on('close', () => {
      this.open -= 1;
      this.#signal.notify();
    });
    const parts = [];
    try {
      for await (const part of request) {
        parts.push(part);
      }
    } catch {
      return; // the daemon was ended in the middle
    }
    const call = this.#read(request, Buffer.concat(parts));
    call.response = response;
    if (this.kept) {
      this.calls.push(call);
    }
    this.#signal.notify();
    const answer = await this.answer(call);
    if (answer && answer !== HANG && !response.destroyed) {
      send(response, Array.isArray(answer) ? { body: JSON.stringify({ records: answer }) } : answer);
    }
  }

  #read(request, body) {
    const { method, url, headers } = request;
    const fault = (what) => {
      if (this.faults.length < FAULTS) {
        this.faults.push(`${what}: ${body.subarray(0, 300)}`);
      }
    };
    if (method !== 'POST' || url !== '/transform?of=alleycat' || headers['content-type'] !== 'application/json') {
      fault(`called as ${method} ${url} ${headers['content-type']}`);
    }
    if (headers.host !== `127.0.0.1:${this.server.address()?.port}`) {
      fault(`called for the host ${headers.host}`);
    }
    if (body.length > CALL_BYTES || Number(headers['content-length']) !== body.length) {
      fault(`${body.length} bytes, announced as ${headers['content-length']}`);
    }
    let message;
    try {
      message = JSON.parse(body);
    } catch (error) {
      fault(error.message);
      message = { records: [] };
    }
    const { invocationId, records } = message;
    if (Object.keys(message).join() !== 'invocationId,records' || typeof invocationId !== 'string' || !records.length) {
      fault('members of the call');
    }
    const attempt = this.#count(invocationId, body, fault);
    if (new Set(records.map(({ recordId }) => recordId)).size < records.length) {
      fault('a recordId stands twice');
    }
    for (const record of records) {
      this.#check(record, invocationId, fault);
    }
    const shard = Number(records[0]?.kinesisRecordMetadata.shardId.slice('shardId-'.length));
    const texts = records.map((record) => ({ ...record, text: Buffer.from(record.data, 'base64').toString() }));
    return { invocationId, attempt, shard, bytes: body.length, records: texts };
  }

  #count(invocationId, body, fault) {
    const digest = createHash('md5').update(body).digest('hex');
    const invocation = this.#invocations.get(invocationId) ?? { attempts: 0, digest };
    this.#invocations.set(invocationId, invocation);
    if (invocation.digest !== digest) {
      fault('repeated otherwise');
    }
    return ++invocation.attempts;
  }

  #check(record, invocationId, fault) {
    const { recordId, data, approximateArrivalTimestamp: arrival, kinesisRecordMetadata: metadata } = record;
    const about = JSON.stringify(record).slice(0, 300);
    if (Object.keys(record).sort().join() !== RECORD_KEYS || Object.keys(metadata).join() !== METADATA_KEYS) {
      fault(`members of a record: ${about}`);
    }
    if (typeof recordId !== 'string' || (this.#askedIn.get(recordId) ?? invocationId) !== invocationId) {
      fault(`a recordId that is not unique: ${about}`);
    }
    this.#askedIn.set(recordId, invocationId);
    if (Buffer.from(data, 'base64').toString('base64') !== data) {
      fault(`data is not base64: ${about}`);
    }
    if (!Number.isInteger(arrival) || arrival > Date.now() || metadata.approximateArrivalTimestamp !== arrival) {
      fault(`times of a record: ${about}`);
    }
    const { sequenceNumber, subsequenceNumber, partitionKey, shardId } = metadata;
    if (!/^\d+$/.test(sequenceNumber) || subsequenceNumber !== 0 || typeof partitionKey !== 'string') {
      fault(`metadata: ${about}`);
    }
    if (!/^shardId-\d{12}$/.test(shardId)) {
      fault(`metadata: ${about}`);
    }
  }
}

function send(response, { status = 200, headers = {}, body = '' }) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(body);
}
