// A client of the stream API that hides nothing: what it sends and what comes back are as they are on the wire.

import assert from 'node:assert/strict';
import http from 'node:http';

import { DEADLINE_MS, waitFor } from './wait.mjs';

export const JSON_TYPE = 'application/x-amz-json-1.1';
export const THROTTLED = 'ProvisionedThroughputExceededException';
/// Operations that nobody may call, where not everybody may, without proof of who they are.
export const NEED_PROOF = [
  'ListStreams',
  'DescribeStream',
  'ListShards',
  'GetShardIterator',
  'GetRecords',
  'PutRecords',
];

export class StreamApi {
  #agent = new http.Agent({ keepAlive: true });

  constructor(scene, daemon, { stream = 'alleycat' } = {}) {
    this.daemon = daemon;
    this.stream = stream;
    scene.after(() => this.leave());
  }

  /// Cuts all connections.
  leave() {
    this.#agent.destroy();
  }

  get host() {
    return `${this.daemon.host}:${this.daemon.port}`;
  }

  /// POSTs bytes with headers, and nothing added but what HTTP needs: { status, headers, text }.
  post(body, headers) {
    return new Promise((resolve, reject) => {
      const { host, port } = this.daemon;
      const bytes = Buffer.from(body);
      const options = { host, port, path: '/', method: 'POST', agent: this.#agent };
      const request = http.request(
        { ...options, headers: { ...headers, 'Content-Length': bytes.length } },
        (response) => {
          const parts = [];
          response.on('data', (part) => parts.push(part));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }),
          );
        },
      );
      request.setTimeout(DEADLINE_MS, () => request.destroy(new Error(`no answer to ${headers['X-Amz-Target']}`)));
      request.on('error', reject);
      request.end(bytes);
    });
  }

  /// Any answer to an operation; `input` is an object, or the text of the body.
  async send(operation, input) {
    const body = typeof input === 'string' ? input : JSON.stringify(input);
    const answer = await this.post(body, {
      'X-Amz-Target': `Kinesis_20131202.${operation}`,
      'Content-Type': JSON_TYPE,
    });
    return answer;
  }

  /// The answer to an operation that succeeds.
  async call(operation, input = {}) {
    const { status, text } = await this.send(operation, input);
    assert.equal(status, 200, `${operation}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }

  /// The error of an operation that is refused: { status, type, message }.
  async refusal(operation, input) {
    return errorOf(await this.send(operation, input));
  }

  /// One record; `fields` as in the API but Data, which are bytes or text here.
  put(fields) {
    return this.call('PutRecord', { StreamName: this.stream, ...encoded(fields) });
  }

  putAll(records) {
    return this.call('PutRecords', { StreamName: this.stream, Records: records.map(encoded) });
  }

  async iterator(shard, type = 'TRIM_HORIZON', more = {}) {
    const asked = { StreamName: this.stream, ShardId: shard, ShardIteratorType: type, ...more };
    return (await this.call('GetShardIterator', asked)).ShardIterator;
  }

  /// One GetRecords, the records' data decoded. Where limits refuse it, it is asked again.
  async get(iterator, limits = {}) {
    const answer = await waitFor('records', async () => {
      const { status, text } = await this.send('GetRecords', { ShardIterator: iterator, ...limits });
      if (status !== 200 && errorOf({ status, text }).type === THROTTLED) {
        return undefined;
      }
      return { status, text };
    });
    assert.equal(answer.status, 200, answer.text.slice(0, 500));
    const { Records, ...rest } = JSON.parse(answer.text);
    return { ...rest, Records: Records.map((each) => ({ ...each, Data: Buffer.from(each.Data, 'base64') })) };
  }

  /// Everything from the iterator to the tip.
  async readOn(iterator, limits) {
    const records = [];
    for (let at = iterator; ;) {
      const answer = await this.get(at, limits);
      records.push(...answer.Records);
      at = answer.NextShardIterator;
      assert.ok(at, 'a shard that is open has a next iterator');
      if (answer.MillisBehindLatest === 0) {
        return { records, next: at };
      }
    }
  }

  async shards() {
    return (await this.call('ListShards', { StreamName: this.stream })).Shards.map(({ ShardId }) => ShardId);
  }

  /// Everything that is in the stream: a list of records, each with its ShardId, shard by shard.
  async readAll() {
    const all = [];
    for (const shard of await this.shards()) {
      const { records } = await this.readOn(await this.iterator(shard));
      assertAscending(records);
      all.push(...records.map((each) => ({ ShardId: shard, ...each })));
    }
    return all;
  }
}

function encoded({ Data, ...fields }) {
  return { ...fields, ...(Data === undefined ? {} : { Data: Buffer.from(Data).toString('base64') }) };
}

export function errorOf({ status, text }) {
  assert.equal(status, 400, `no refusal: ${status} ${text.slice(0, 500)}`);
  const { __type, message, Message } = JSON.parse(text);
  return { type: __type?.replace(/.*#/, ''), message: message ?? Message ?? '' };
}

/// Sequence numbers are decimal strings that grow within a shard.
export function assertAscending(records) {
  const numbers = records.map(({ SequenceNumber }) => SequenceNumber);
  numbers.forEach((number, at) => {
    assert.match(number, /^(0|[1-9]\d{0,128})$/);
    assert.ok(at === 0 || BigInt(number) > BigInt(numbers[at - 1]), `${numbers[at - 1]} is followed by ${number}`);
  });
}

/// Two lists of texts are the same. Says where they differ, and not all that they hold.
export function assertSame(held, expected) {
  const length = Math.max(held.length, expected.length);
  const at = Array.from({ length }).findIndex((_, each) => held[each] !== expected[each]);
  if (at >= 0) {
    const short = (text) => String(text).slice(0, 200);
    const where = `the one at ${at} is ${short(held[at])} instead of ${short(expected[at])}`;
    assert.fail(`${held.length} instead of ${expected.length}; ${where}`);
  }
}

/// What a put and a get of the same record have in common.
export function pointOf({ ShardId, SequenceNumber }) {
  return `${ShardId}/${SequenceNumber}`;
}
