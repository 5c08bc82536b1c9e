// An external transform, well-behaved and in every way not: what it says is done, and no record is lost.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

import { assertBalanced } from '../crash/harness/verdict.mjs';
import { freePort } from './harness/broker.mjs';
import { binary, environment } from './harness/daemon.mjs';
import { assertSame, Delivered, withOutput } from './harness/delivered.mjs';
import { hashKey, shardId, shardOf } from './harness/hash_ring.mjs';
import { History, output } from './harness/oracle.mjs';
import { run } from './harness/processes.mjs';
import { putRecords, racerOf } from './harness/put.mjs';
import { payloads, record, recordText } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { StreamApi } from './harness/stream_api.mjs';
import { ATTEMPTS, CALL_BYTES, enriched, HANG, ok, results, TransformServer } from './harness/transform.mjs';
import { assertFailures, assertStopped, send, settled } from './harness/transformed.mjs';
import { waitFor } from './harness/wait.mjs';

const NEVER = { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '128MB' }; // before the stop, that is

scene('a call is of the contract, at most 3 MB, and asks for each record once; the answer is stored', async (scene) => {
  const SHARDS = 2;
  const begun = Date.now();
  const transform = await TransformServer.start(scene, ({ records }) =>
    records.map((each) => enriched(each, { seen: true })),
  );
  const settings = { ...NEVER, STREAM_SHARDS: SHARDS, TRANSFORM_URL: transform.url };
  const daemon = await scene.daemon(settings);
  const random = scene.random();
  const texts = Array.from({ length: 450 }, (_, at) => {
    const racerId = racerOf(at % 10 ? 0 : 1, SHARDS, at); // one shard has far more than a call takes
    return recordText(random, record({ racerId, note: 'ö'.repeat(random.whole(1, 7800)) }));
  });
  const client = await scene.ingest(daemon);
  await client.sendAll(payloads(random, texts.map((text) => ({ text })), 20));
  await client.answered(texts.length);
  assertStopped(await daemon.stop());

  assert.deepEqual(transform.faults, []);
  assertSame('texts that were asked for', transform.asked, texts);
  const sizes = transform.calls.map(({ bytes }) => bytes);
  assert.ok(Math.max(...sizes) > CALL_BYTES / 2 && transform.calls.length < 20, `calls of ${sizes} bytes`);
  for (const { shard, records } of transform.calls) {
    for (const { text, kinesisRecordMetadata, approximateArrivalTimestamp } of records) {
      const key = String(JSON.parse(text).racerId);
      assert.deepEqual(
        [kinesisRecordMetadata.partitionKey, shardId(shard)],
        [key, shardOf(hashKey(key), SHARDS)],
      );
      assert.ok(approximateArrivalTimestamp >= begun);
    }
  }
  assertSame(
    'objects',
    await new Delivered(scene.path('data')).records(),
    texts.map((text) => ({ ...withOutput(text), seen: true })),
  );
});

/// What an answer may say of a record: the line that must come out, if any, and what the history holds then.
const WELL = {
  'another output': (each) => ({ result: enriched(each, { output: 7.25 }), best: 7.25 }),
  'an output with many digits': (each) => ({ result: enriched(each, { output: 0.1 + 0.2 }), best: 0.1 + 0.2 }),
  'no output': (each, sent) => ({ result: ok(each, JSON.stringify(sent)), best: output(sent) }),
  'another cadence': (each, sent) => ({
    result: ok(each, JSON.stringify({ ...sent, cadence: 10 })),
    best: output({ ...sent, cadence: 10 }),
  }),
  'an output that is no number': (each, sent) => ({
    result: ok(each, JSON.stringify({ ...sent, output: 'much' })),
    best: output(sent),
  }),
  'several lines': (each, sent) => ({
    result: ok(each, `\r\n${JSON.stringify(sent, null, 2)}\n\n`),
    best: output(sent),
  }),
  'no line at all': (each, sent) => ({ result: ok(each, JSON.stringify(sent)), best: output(sent) }),
  'another name': (each, sent) => ({ result: enriched(each, { name: 'Zoë 🚴' }), best: output(sent) }),
  'further members': (each, sent) => ({
    result: { ...enriched(each), metadata: { partitionKeys: {} } },
    best: output(sent),
  }),
};

scene('what the transform makes of a record is in object and history; what it drops is counted', async (scene) => {
  const names = Object.keys(WELL);
  const answered = new Map(); // racerId → what was answered
  const transform = await TransformServer.start(scene, ({ records }) =>
    records.map((each) => {
      const sent = JSON.parse(each.text);
      if (sent.name === 'dropped') {
        return { recordId: each.recordId, result: 'Dropped', data: each.data };
      }
      const { result, best } = WELL[sent.name](each, sent);
      answered.set(sent.racerId, { record: JSON.parse(Buffer.from(result.data, 'base64')), best });
      return result;
    }),
  );
  const daemon = await scene.daemon({ TRANSFORM_URL: transform.url });
  const client = await scene.ingest(daemon);
  await send(client, [
    ...names.map((name, racerId) => record({ name, racerId })),
    ...Array.from({ length: 5 }, (_, at) => record({ name: 'dropped', racerId: 1000 + at, cadence: 250 })),
  ]);
  const wanted = { accepted: names.length + 5, applied: names.length, failed: 0, dropped: 5 };
  assert.deepEqual(await settled(daemon), wanted);
  const history = new History();
  names.forEach((_, racerId) => history.put(1, 1, racerId, answered.get(racerId).best));
  await waitFor('the history', async () => (await daemon.history(1)) === history.text(1), {
    describe: () => history.text(1),
  });
  const delivered = new Delivered(scene.path('data'));
  assertSame(
    'objects',
    await delivered.records(),
    [...answered.values()].map((each) => each.record),
  );
  assert.deepEqual(await delivered.failures(), []);
  const metrics = await daemon.metrics();
  assert.equal(metrics.get('alleycat_transform_calls_total'), transform.calls.length);
  assert.equal(metrics.get('alleycat_transform_retries_total'), 0);
  assertStopped(await daemon.stop());

  const path = scene.path('data', 'history', 'class-1.gz');
  const args = ['history', 'rebuild', '--from', 'delivery', '--fresh'];
  const env = environment({ STORAGE_DIRECTORY: scene.path('data') });
  const rebuild = await run(binary('alleycatd'), args, { env });
  assert.equal(rebuild.code, 0, rebuild.stderr);
  assert.equal(gunzipSync(await readFile(path)).toString(), history.text(1), 'the history made of the objects');
  assert.deepEqual(transform.faults, []);
});

const OVER_1_MB = 1024 * 1024 + 1;

/// What can be wrong with one record of an answer: the results that are given for it, and the code it fails with.
const changed = (change) => (each) => [{ ...enriched(each), ...change(each) }];
const withData = (data) => (each) => [ok(each, data(each))];
const WRONG = {
  missing: ['MissingRecordId', () => []],
  'without a recordId': ['MissingRecordId', changed(() => ({ recordId: undefined }))],
  'under a number': ['MissingRecordId', changed(({ recordId }) => ({ recordId: Number(recordId) }))],
  'under a padded id': ['MissingRecordId', changed(({ recordId }) => ({ recordId: `0${recordId}` }))],
  'under an unknown id': ['MissingRecordId', changed(({ recordId }) => ({ recordId: `${recordId}000` }))],
  ProcessingFailed: ['ProcessingFailed', changed(() => ({ result: 'ProcessingFailed' }))],
  'failed without data': ['ProcessingFailed', changed(() => ({ result: 'ProcessingFailed', data: undefined }))],
  'another result': ['InvalidResult', changed(() => ({ result: 'ok' }))],
  'no result': ['InvalidResult', changed(() => ({ result: undefined }))],
  'a result of another type': ['InvalidResult', changed(() => ({ result: ['Ok'] }))],
  'no data': ['InvalidData', changed(() => ({ data: undefined }))],
  'data of another type': ['InvalidData', changed(({ text }) => ({ data: JSON.parse(text) }))],
  'data in plain text': ['InvalidData', changed(({ text }) => ({ data: text }))],
  'data with a bad letter': ['InvalidData', changed(({ data }) => ({ data: `*${data.slice(1)}` }))],
  'data cut short': ['InvalidData', changed(({ data }) => ({ data: data.slice(0, 41) }))],
  'too much data': ['TooLarge', withData(({ text }) => ' '.repeat(OVER_1_MB) + text)],
  'far too much data': ['TooLarge', changed(() => ({ data: '*'.repeat(3 * OVER_1_MB) }))],
  'empty data': ['InvalidRecord', withData(() => '')],
  'data that is no JSON': ['InvalidRecord', withData(() => 'nonsense')],
  'data that is no UTF-8': ['InvalidRecord', withData(() => Buffer.from([255, 254, 0, 1]))],
  'data of two records': ['InvalidRecord', withData(({ text }) => `${text}\n${text}\n`)],
  'data of an array': ['InvalidRecord', withData(({ text }) => `[${text}]`)],
  'a record out of range': ['InvalidRecord', (each) => [enriched(each, { second: 301 })]],
  'a record of no class': ['InvalidRecord', (each) => [enriched(each, { classId: 99 })]],
  'a record without a field': ['InvalidRecord', (each) => [enriched(each, { raceId: undefined })]],
};

/// Entries of an answer that are about no record that was asked for.
const STRANGERS = [null, 17, 'Ok', [], {}, { recordId: '' }, ok({ recordId: '18446744073709551616' }, '{}')];

scene('what an answer gets wrong about a record fails that record alone', async (scene) => {
  const begun = Date.now();
  const names = Object.keys(WRONG);
  const twice = new Set();
  const transform = await TransformServer.start(scene, ({ records }) => [
    ...STRANGERS,
    ...records
      .flatMap((each) => {
        const { name, racerId } = JSON.parse(each.text);
        if (name === 'twice') {
          twice.add(racerId);
          return [{ ...enriched(each), result: 'ProcessingFailed' }, enriched(each), enriched(each)];
        }
        return name in WRONG ? WRONG[name][1](each) : [enriched(each)];
      })
      .reverse(), // no order is promised; of several, the first counts
    ...STRANGERS,
  ]);
  const settings = { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '64KB', STREAM_SHARDS: 1 };
  const daemon = await scene.daemon({ ...settings, TRANSFORM_URL: transform.url });
  const bad = names.map((name, at) => record({ name, racerId: 1000 + at, cadence: 250, resistance: 100 }));
  const good = names.map((_, at) => record({ racerId: at, note: 'x'.repeat(3000) }));
  const doubled = record({ name: 'twice', racerId: 2000 });
  const client = await scene.ingest(daemon);
  // Each between two good ones; together they fill a window.
  const texts = await send(client, [good.flatMap((each, at) => [each, bad[at]]), doubled].flat());
  assert.equal(texts.length, 2 * names.length + 1);
  const delivered = new Delivered(scene.path('data'));
  await waitFor('an object', async () => (await delivered.names()).objects.length > 0);
  assertStopped(await daemon.stop());

  assert.deepEqual(transform.faults, []);
  assert.equal(twice.size, 1);
  const failures = await delivered.failures();
  assertFailures(
    failures,
    bad.map((each) => [`Transform.${WRONG[each.name][0]}`, JSON.stringify(each)]),
    { transform, attempts: 1 },
  );
  assert.ok(failures.every(({ arrivalTimestamp }) => arrivalTimestamp >= begun));
  const well = [...good, doubled].map((each) => withOutput(JSON.stringify(each)));
  assertSame('objects', await delivered.records(), well);
  const history = new History();
  well.forEach((each) => history.add(each));
  const next = await scene.daemon();
  assert.equal(await next.history(1), history.text(1));
});

const json = (value) => ({ body: typeof value === 'string' ? value : JSON.stringify(value) });
const answerText = (call) => JSON.stringify({ records: results(call) });

function raw(bytes, { end = true } = {}) {
  return ({ response }) => {
    response.socket.write(bytes, () => end && response.socket.destroy());
    return HANG;
  };
}

/// What a call can be answered with: the code that all its records fail with, or undefined where all ends well.
const CALLS = {
  'HTTP 500 three times': [undefined, (call) => (call.attempt < ATTEMPTS ? { status: 500 } : results(call))],
  'garbage, then nothing, then 404': [
    undefined,
    (call) => [json('garbage'), json(''), { status: 404 }][call.attempt - 1] ?? results(call),
  ],
  'well, in pieces': [
    undefined,
    (call) => {
      const text = answerText(call);
      call.response.write(text.slice(0, 20));
      setImmediate(() => call.response.end(text.slice(20)));
      return HANG;
    },
  ],
  'well, with another status': [undefined, (call) => ({ status: 201, ...json(answerText(call)) })],
  'well, and closed': [undefined, (call) => ({ headers: { Connection: 'close' }, ...json(answerText(call)) })],
  'well, with more members': [undefined, (call) => json({ log: 'x', records: results(call), more: [{}] })],
  'HTTP 500': ['HttpStatus', (call) => ({ status: 500, ...json(answerText(call)) })],
  'HTTP 404': ['HttpStatus', () => ({ status: 404, body: '<html>' })],
  'HTTP 429': ['HttpStatus', () => ({ status: 429, headers: { 'Retry-After': '1000' } })],
  'HTTP 302': ['HttpStatus', () => ({ status: 302, headers: { Location: 'http://127.0.0.1:1/' } })],
  'HTTP 204': ['InvalidAnswer', () => ({ status: 204 })],
  'a page': ['InvalidAnswer', () => ({ headers: { 'Content-Type': 'text/html' }, body: '<html></html>' })],
  garbage: ['InvalidAnswer', () => json('\u0000\u0001]}garbage')],
  nothing: ['InvalidAnswer', () => json('')],
  'half an answer': ['InvalidAnswer', (call) => json(answerText(call).slice(0, -3))],
  'two answers': ['InvalidAnswer', (call) => json(`${answerText(call)}{}`)],
  'an array': ['InvalidAnswer', (call) => json(results(call))],
  null: ['InvalidAnswer', () => json('null')],
  'no records': ['InvalidAnswer', () => json({ Records: [] })],
  'records that are no array': ['InvalidAnswer', () => json({ records: { length: 3 } })],
  'no HTTP': ['InvalidAnswer', raw('SSH-2.0-OpenSSH_9.2\r\n\r\n')],
  'too large': ['InvalidAnswer', raw('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n{', { end: false })],
  'no answer': ['Unreachable', raw('')],
  'a broken answer': ['Unreachable', raw('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"records":[')],
  'a broken header': ['Unreachable', raw('HTTP/1.1 200 OK\r\nContent-Le')],
};

scene('a call that goes wrong is tried four times; then its records fail, and no others', async (scene) => {
  // A shard for each way to go wrong, so that all do at once.
  const names = Object.keys(CALLS);
  const shards = names.length;
  const racers = names.map((_, shard) => racerOf(shard, shards));
  let behaving = false;
  const transform = await TransformServer.start(scene, (call) => {
    const { name } = JSON.parse(call.records[0].text);
    return behaving ? results(call) : CALLS[name][1](call);
  });
  const daemon = await scene.daemon({
    STREAM_SHARDS: shards,
    STREAM_RING_CAPACITY: '64KB',
    TRANSFORM_URL: transform.url,
    TRANSFORM_CONCURRENCY: shards,
  });
  const client = await scene.ingest(daemon);
  const sent = names.flatMap((name, shard) =>
    [1, 2, 3].map((second) => record({ name, racerId: racers[shard], second, classId: 2 })),
  );
  await send(client, sent);
  const bad = sent.filter(({ name }) => CALLS[name][0]);
  const sums = { accepted: sent.length, applied: sent.length - bad.length, failed: bad.length, dropped: 0 };
  assert.deepEqual(await settled(daemon), sums);

  const delivered = new Delivered(scene.path('data'));
  const expected = bad.map((each) => [`Transform.${CALLS[each.name][0]}`, JSON.stringify(each)]);
  assertFailures(await delivered.failures(), expected, { transform, attempts: ATTEMPTS });
  const metrics = await daemon.metrics();
  const codes = [...new Set(expected.map(([code]) => code))];
  assert.deepEqual(
    codes.map((code) => metrics.get(`alleycat_delivery_failed_records_total{code="${code}"}`)),
    codes.map((code) => expected.filter(([each]) => each === code).length),
  );
  const repeated = new Set(transform.calls.filter(({ attempt }) => attempt > 1).map((call) => call.invocationId));
  assert.equal(metrics.get('alleycat_transform_retries_total'), repeated.size * (ATTEMPTS - 1));
  assert.equal(metrics.get('alleycat_transform_calls_total'), transform.invocations + repeated.size * (ATTEMPTS - 1));

  behaving = true;
  const later = names.map((name, shard) => record({ name, racerId: racers[shard], second: 4 }));
  await send(client, later);
  assert.deepEqual(await settled(daemon), {
    ...sums,
    accepted: sums.accepted + later.length,
    applied: sums.applied + later.length,
  });
  assertStopped(await daemon.stop());
  const well = [...sent.filter(({ name }) => !CALLS[name][0]), ...later];
  assertSame(
    'objects',
    await delivered.records(),
    well.map((each) => withOutput(JSON.stringify(each))),
  );
  assert.deepEqual(transform.faults, []);
});

scene('a transform that is not there costs only the records of its absence', async (scene) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/transform?of=alleycat`;
  const daemon = await scene.daemon({ TRANSFORM_URL: url });
  const client = await scene.ingest(daemon);
  const lost = await send(client, [record(), record({ racerId: 8 })]);
  assert.deepEqual(await settled(daemon), { accepted: 2, applied: 0, failed: 2, dropped: 0 });
  const delivered = new Delivered(scene.path('data'));
  assertFailures(
    await delivered.failures(),
    lost.map((text) => ['Transform.Unreachable', text]),
    { transform: { url }, attempts: ATTEMPTS },
  );
  const transform = await TransformServer.start(scene, results, { port });
  const texts = await send(client, [record({ second: 2 })]);
  assert.deepEqual(await settled(daemon), { accepted: 3, applied: 1, failed: 2, dropped: 0 });
  assertStopped(await daemon.stop());
  assertSame('objects', await delivered.records(), texts.map(withOutput));
  assert.deepEqual(transform.faults, []);
});

scene('records that are not valid go to the transform too, which may mend them', async (scene) => {
  const transform = await TransformServer.start(scene, ({ records }) =>
    records.map((each) => (each.text === 'mend me' ? ok(each, JSON.stringify(record())) : ok(each, each.text))),
  );
  const daemon = await scene.daemon({ TRANSFORM_URL: transform.url });
  await putRecords(new StreamApi(scene, daemon), ['mend me', 'poison', '']);
  assert.deepEqual(await settled(daemon), { accepted: 3, applied: 1, failed: 2, dropped: 0 });
  const delivered = new Delivered(scene.path('data'));
  assertFailures(
    await delivered.failures(),
    ['poison', ''].map((text) => ['Transform.InvalidRecord', text]),
    { transform, attempts: 1 },
  );
  assertSame('objects', await delivered.records(), [record()]);
  await waitFor('the history', async () => (await daemon.history(1)) === '{"1":{"7":120.75}}');
  assert.deepEqual(transform.faults, []);
});

/// A record is treated by its name, a call by chance.
function misbehaviour(random) {
  const single = Object.entries(WRONG)
    .filter(([, [code]]) => code !== 'TooLarge') // there would be many of them
    .map(([, [, make]]) => make);
  const whole = Object.values(CALLS).map(([, make]) => make);
  return (call) => {
    if (random.chance(0.6)) {
      return random.pick(whole)(call);
    }
    return call.records.flatMap((each) => {
      if (random.chance(0.2)) {
        return random.pick(single)(each);
      }
      return random.chance(0.1) ? [{ recordId: each.recordId, result: 'Dropped' }] : [enriched(each)];
    });
  };
}

scene('whatever the transform does, the ledger balances at every look, and each record is somewhere', async (scene) => {
  const random = scene.random();
  const transform = await TransformServer.start(scene, misbehaviour(random));
  const daemon = await scene.daemon({ STREAM_SHARDS: 8, TRANSFORM_CONCURRENCY: 8, TRANSFORM_URL: transform.url });
  const client = await scene.ingest(daemon);
  const records = Array.from({ length: 3000 }, (_, at) =>
    record({ racerId: at % 40, second: 1 + Math.floor(at / 40), note: 'x'.repeat(100) }),
  );
  let looks = 0;
  for (let at = 0; at < records.length; at += 300) {
    const calls = transform.invocations;
    const texts = records.slice(at, at + 300).map((each) => JSON.stringify(each));
    await client.sendAll(payloads(random, texts.map((text) => ({ text }))));
    await waitFor('some to be transformed', async () => {
      looks += 1;
      return assertBalanced(await daemon.metrics()).inFlight >= 0 && transform.invocations > calls + 4;
    });
  }
  await client.answered(records.length);
  const sums = await settled(daemon);
  scene.context.diagnostic(`${JSON.stringify(sums)}, ${looks} looks, ${transform.calls.length} calls`);
  const delivered = new Delivered(scene.path('data'));
  const failures = await delivered.failures();
  const objects = await delivered.records();
  const { accepted, applied, failed, dropped } = sums;
  assert.deepEqual([accepted, applied, failed], [records.length, objects.length, failures.length]);
  assert.equal(applied + failed + dropped, accepted);
  const uuids = [...objects.map(({ uuid }) => uuid), ...failures.map(({ sent }) => JSON.parse(sent).uuid)];
  assert.equal(new Set(uuids).size, uuids.length, 'a record is in two places');
  assert.equal(uuids.length, records.length - dropped);
  const metrics = await daemon.metrics();
  const byCode = [...metrics].filter(([name]) => name.startsWith('alleycat_delivery_failed_records_total{'));
  assert.equal(
    byCode.reduce((sum, [, count]) => sum + count, 0),
    failed,
  );
  assertStopped(await daemon.stop());
  assert.deepEqual(transform.faults, []);
});
