// Delivery objects: every accepted record in exactly one of them, as one line with its output.

import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { assertBalanced } from '../crash/harness/verdict.mjs';
import { binary, environment } from './harness/daemon.mjs';
import { assertSame, Delivered, ObjectWatch, withOutput } from './harness/delivered.mjs';
import { History, output } from './harness/oracle.mjs';
import { run } from './harness/processes.mjs';
import { putRecords, racerOf } from './harness/put.mjs';
import { BREAKAGES, payloads, raceRecords, record, recordText } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { StreamApi } from './harness/stream_api.mjs';
import { waitFor } from './harness/wait.mjs';

const NEVER = { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '128MB' }; // before the stop, that is
const CLASSES = [1, 2, 3];
const HOUR_MS = 3_600_000;

/// Good records in every dress, some twice, and broken ones among them: payloads, and the texts that are accepted.
function makeTraffic(random, raceId) {
  const texts = [];
  const items = [];
  const riders = Array.from({ length: 30 }, (_, at) => at * 11);
  for (const good of raceRecords(random, { raceId, riders, classes: CLASSES, seconds: 30 })) {
    const text = recordText(random, random.chance(0.2) ? { output: random.whole(0, 500), ...good } : good);
    for (let times = random.chance(0.05) ? 2 : 1; times > 0; --times) {
      texts.push(text);
      items.push({ text });
    }
    if (random.chance(0.03)) {
      const { make, loose } = random.pick(BREAKAGES);
      items.push({ ...make(record({ ...good, cadence: 250, resistance: 100 })), loose, broken: true });
    }
  }
  random.shuffle(items);
  const broken = items.filter((item) => item.broken).length;
  return { payloads: payloads(random, items), texts, broken };
}

async function send(scene, daemon, { payloads, texts, broken }) {
  const client = await scene.ingest(daemon);
  await client.sendAll(payloads);
  await client.answered(texts.length, broken);
  assert.deepEqual([client.accepted, client.rejected, client.faults], [texts.length, broken, []]);
  await client.close();
}

async function historyTexts(scene) {
  const texts = {};
  for (const name of await readdir(scene.path('data', 'history'))) {
    if (/^class-\d+\.gz$/.test(name)) {
      texts[name] = gunzipSync(await readFile(scene.path('data', 'history', name))).toString();
    }
  }
  return texts;
}

scene(
  'every accepted record is in exactly one object as one line with its output, over restarts; they give the history',
  async (scene) => {
    const random = scene.random();
    const begun = Date.now();
    const delivered = new Delivered(scene.path('data'));
    const watch = new ObjectWatch(scene, delivered);
    const texts = [];
    let objects = 0;
    for (const [raceId, settings] of [
      [1, { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '64KB' }], // the last windows close at the stop
      [2, { DELIVERY_INTERVAL: '100ms' }],
      [3, { DELIVERY_INTERVAL: '900s', DELIVERY_OBJECTS: 'true', STREAM_SHARDS: 3 }],
    ]) {
      const daemon = await scene.daemon(settings);
      const traffic = makeTraffic(random, raceId);
      await send(scene, daemon, traffic);
      assertBalanced(await daemon.metrics());
      texts.push(...traffic.texts);
      if (raceId === 2) {
        await daemon.merged(traffic.texts.length);
        const metrics = await daemon.metrics();
        assert.equal(metrics.get('alleycat_delivery_objects_total'), (await delivered.objects()).length - objects);
        assertSame('objects of a running daemon', await delivered.records(), texts.map(withOutput));
      }
      assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
      assertSame('objects behind a stop', await delivered.records(), texts.map(withOutput));
      objects = (await delivered.objects()).length;
    }

    const { others, failed } = await delivered.names();
    assert.deepEqual([others, failed], [[], []]);
    for (const { name, time, lines } of await delivered.objects()) {
      assert.ok(time > begun - 1000 && time <= Date.now(), name);
      assert.ok(
        lines.every((line) => line.startsWith('{') && line.endsWith('}')),
        name,
      );
    }
    assert.equal(await watch.stop(), objects);
    assert.deepEqual(watch.faults, []);

    const history = new History();
    texts.forEach((text) => history.add(JSON.parse(text)));
    const right = Object.fromEntries(CLASSES.map((classId) => [`class-${classId}.gz`, history.text(classId)]));
    const ofDaemon = await historyTexts(scene);
    CLASSES.forEach((classId) => assert.equal(ofDaemon[`class-${classId}.gz`], right[`class-${classId}.gz`]));
    const rebuild = await run(binary('alleycatd'), ['history', 'rebuild', '--from', 'delivery', '--fresh'], {
      env: environment({ STORAGE_DIRECTORY: scene.path('data') }),
    });
    assert.deepEqual([rebuild.code, rebuild.signal], [0, null], rebuild.stderr);
    assert.match(rebuild.stdout, new RegExp(`^${texts.length} records read, 0 of them`));
    assert.deepEqual(await historyTexts(scene), ofDaemon);
  },
);

/// What is sent, and the one line that must come out: the output is the last member, all else stays as it was.
function oddRecords() {
  let racerId = 0;
  const odd = (make) => {
    racerId += 1;
    const good = record({ racerId, uuid: undefined, name: 'N', second: 3 });
    const members = JSON.stringify(good).slice(1, -1);
    const { text, line = text.slice(1, -1) } = make(members);
    return { text, line: `{${line},"output":${output(good)}}` };
  };
  return [
    odd((m) => ({ text: `{${m}}` })),
    odd((m) => ({ text: `{${m},"output":1}`, line: m })),
    odd((m) => ({ text: `{"output":1,${m}}`, line: m })),
    odd((m) => ({ text: `{"output":"text, \\"output\\":2}",${m},"output":null}`, line: m })),
    odd((m) => ({ text: `{"output":{"output":[1,{"output":2}]},${m}}`, line: m })),
    odd((m) => ({ text: `{"\\u006futput":1,${m},"outpu\\u0074":1}`, line: m })),
    odd((m) => ({ text: `{"Output":1,${m},"outputs":2,"":3,"\\u006Fut":4}` })),
    odd((m) => ({ text: `{${m},"at":{"output":5},"is":"output"}` })),
    odd((m) => ({ text: `{${m},"big":12345678901234567890,"x":1.50,"y":-0.0e-5}` })),
    odd((m) => ({ text: `{${m},"note":"}],{\\"output\\":7,\\n\\u2028\\\\"}` })),
    odd((m) => ({ text: `{${m},"say":"Zoë 🚴 \u2028 \\ud83d\\ude00"}` })),
    odd((m) => ({ text: `{${m},"e":{},"a":[],"t":true}` })),
  ];
}

scene('a record keeps its members and their spelling, and has one output, the right one', async (scene) => {
  const daemon = await scene.daemon(NEVER);
  const odd = oddRecords();
  const client = await scene.ingest(daemon);
  client.send(odd[0].text);
  client.send(odd.slice(1, 6).map(({ text }) => text).join('\n'));
  client.send(`[${odd.slice(6).map(({ text }) => text).join(' ,\n')}]`);
  await client.answered(odd.length);
  assert.deepEqual(client.rejects, []);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assertSame(
    'lines',
    await new Delivered(scene.path('data')).lines(),
    odd.map(({ line }) => line),
  );
});

scene('a record that is printed over several lines comes out as one', async (scene) => {
  const daemon = await scene.daemon(NEVER);
  const delivered = new Delivered(scene.path('data'));
  const made = Array.from({ length: 12 }, (_, racerId) => ({
    ...record({ racerId, name: 'two words,  three  spaces' }),
    nested: { output: 1, list: [1, { deep: null }, 'a\nb'] },
    output: racerId % 2 ? { value: 1 } : -1,
  }));
  const printed = made.map((each) => JSON.stringify(each, null, 2));
  const client = await scene.ingest(daemon);
  client.send(printed[0]);
  client.send(printed.slice(1, 4).join('\n'));
  client.send(printed.slice(4, 6).join('\r\n').replaceAll(/\r?\n/g, '\r\n'));
  client.send(JSON.stringify(made.slice(6, 9), null, '\t'));
  client.send(`\n [\n${printed.slice(9).join('\n,\n')}\n]\n`);
  await client.answered(made.length);
  assert.deepEqual(client.rejects, []);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assertSame('records', await delivered.records(), printed.map(withOutput));
  for (const line of await delivered.lines()) {
    assert.doesNotMatch(line, /[\r\n\0]/);
    assert.equal(line.match(/"output":/g).length, 2, 'the nested one, and that of the record');
  }
});

scene('a window closes at its size, counted before compression, whatever other shards hold', async (scene) => {
  const SHARDS = 2;
  const settings = { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '64KB', STREAM_SHARDS: SHARDS };
  const daemon = await scene.daemon(settings);
  const delivered = new Delivered(scene.path('data'));
  const alone = record({ racerId: racerOf(0, SHARDS) });
  const many = Array.from({ length: 300 }, (_, at) =>
    record({ racerId: racerOf(1, SHARDS), second: 1 + at, note: 'x'.repeat(1000) }),
  );
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(alone));
  await client.answered(1);
  client.send(many.map((each) => JSON.stringify(each)).join('\n'));
  await client.answered(1 + many.length);
  await waitFor('the first object', async () => (await delivered.names()).objects.length > 0);
  for (const { name, lines } of await delivered.objects()) {
    const sent = lines.map((line) => JSON.stringify({ ...JSON.parse(line), output: undefined }).length);
    assert.ok(sent.reduce((sum, each) => sum + each) >= 64 * 1024, `${name} is too small`);
    assert.ok(
      lines.every((line) => JSON.parse(line).racerId !== alone.racerId),
      'the other shard has too little',
    );
  }
  assert.equal(assertBalanced(await daemon.metrics()).accepted, 1 + many.length);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assertSame('records', await delivered.records(), [alone, ...many].map((each) => withOutput(JSON.stringify(each))));
});

scene('a window closes after its interval, though nothing follows', async (scene) => {
  const daemon = await scene.daemon({ DELIVERY_INTERVAL: '100ms', DELIVERY_SIZE: '128MB' });
  const delivered = new Delivered(scene.path('data'));
  const client = await scene.ingest(daemon);
  for (const second of [1, 2]) {
    client.send(JSON.stringify(record({ second })));
    await waitFor(`object ${second}`, async () => (await delivered.names()).objects.length === second);
  }
  const times = (await delivered.objects()).map(({ lines }) => lines.length);
  assert.deepEqual(times, [1, 1]);
});

scene('without a log, objects of one start never replace those of another', async (scene) => {
  const delivered = new Delivered(scene.path('data'));
  const sent = [];
  for (let second = 1; second <= 5; ++second) {
    const daemon = await scene.daemon({ ...NEVER, STREAM_LOG: 'false', STREAM_SHARDS: 1 });
    const client = await scene.ingest(daemon);
    sent.push(JSON.stringify(record({ second })));
    client.send(sent.at(-1));
    await client.answered(1);
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  }
  assertSame('objects', await delivered.records(), sent.map(withOutput));
});

scene('with objects = false nothing is stored but what failed', async (scene) => {
  let daemon = await scene.daemon({ DELIVERY_OBJECTS: 'false' });
  const delivered = new Delivered(scene.path('data'));
  let client = await scene.ingest(daemon);
  client.send(JSON.stringify([record(), record({ second: 2 })]));
  await client.answered(2);
  await daemon.merged(2);
  await waitFor('the history', async () => (await daemon.history(1)) === '{"1":{"7":120.75},"2":{"7":120.75}}');
  assert.equal((await daemon.metrics()).get('alleycat_delivery_objects_total'), 0);
  await putRecords(new StreamApi(scene, daemon), ['nonsense']);
  await waitFor('the failure', async () => (await delivered.failures()).length === 1);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  const { objects, others } = await delivered.names();
  assert.deepEqual([objects, others], [[], []]);

  daemon = await scene.daemon({ DELIVERY_OBJECTS: 'true' });
  client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ second: 3 })));
  await client.answered(1);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assertSame('from then on', await delivered.records(), [withOutput(JSON.stringify(record({ second: 3 })))]);
});

/// Data that is no valid record, and why.
const NO_RECORDS = [
  ['InvalidJson', 'nonsense'],
  ['InvalidJson', ''],
  ['InvalidJson', ' \n'],
  ['InvalidJson', Buffer.from([0, 255, 254, 10, 13, 34, 123])],
  ['InvalidJson', `${JSON.stringify(record())}\n${JSON.stringify(record())}`],
  ['InvalidJson', JSON.stringify([record()])],
  ['InvalidJson', JSON.stringify(record()).slice(0, -1)],
  ['InvalidType', '17'],
  ['InvalidType', JSON.stringify(record({ second: '7' }))],
  ['MissingField', JSON.stringify(record({ cadence: undefined }))],
  ['MissingField', '{}'],
  ['OutOfRange', JSON.stringify(record({ classId: 99 }))],
  ['OutOfRange', JSON.stringify(record({ second: 301 }))],
  ['OutOfRange', JSON.stringify(record({ event: 'start' }))],
];

scene('data that is no record is in processing-failed with its reason, and costs no neighbour', async (scene) => {
  const begun = Date.now();
  const daemon = await scene.daemon(NEVER);
  const delivered = new Delivered(scene.path('data'));
  const good = [JSON.stringify(record()), `${JSON.stringify(record({ second: 2 }), null, 1)}\n`];
  const api = new StreamApi(scene, daemon);
  await putRecords(api, [good[0], ...NO_RECORDS.map(([, data]) => data), good[1]]);
  await putRecords(api, ['poison'], 'other');
  const sent = [...NO_RECORDS, ['InvalidJson', 'poison']];
  assertBalanced(await daemon.metrics());
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });

  const failures = await delivered.failures();
  assertSame(
    'failures',
    failures.map(({ errorCode, rawData }) => [errorCode, rawData]),
    sent.map(([code, data]) => [code, Buffer.from(data).toString('base64')]),
  );
  for (const failure of failures) {
    assert.deepEqual([failure.transform, failure.attemptsMade], ['built-in', 1]);
    assert.ok(failure.arrivalTimestamp >= begun);
  }
  assertSame('objects', await delivered.records(), good.map(withOutput));
  assert.deepEqual((await delivered.names()).others, []);

  const again = await scene.daemon({ DELIVERY_INTERVAL: '100ms' });
  await putRecords(new StreamApi(scene, again), ['late poison', good[0]]);
  await waitFor('the failure', async () => (await delivered.failures()).length === sent.length + 1);
  await again.merged(1);
  const metrics = await again.metrics();
  assert.equal(metrics.get('alleycat_delivery_failed_records_total{code="InvalidJson"}'), 1);
  const { accepted, applied, failed, inFlight } = assertBalanced(metrics);
  assert.deepEqual({ accepted, applied, failed, inFlight }, { accepted: 2, applied: 1, failed: 1, inFlight: 0 });
});

/// A path of an object, or of a file of failures, that began so many hours ago.
function oldPath(hours, { failed = false, number = 0 } = {}) {
  const [day, time] = new Date(Date.now() - hours * HOUR_MS).toISOString().split('T');
  const hour = `${day.replaceAll('-', '/')}/${time.slice(0, 2)}`;
  const uuid = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const name = `alleycat-1-${day}-${time.slice(0, 2)}-00-00-${uuid}`;
  return failed ? `processing-failed/${hour}/${name}` : `${hour}/${name}.gz`;
}

async function put(scene, path, bytes = gzipSync('{}\n')) {
  const full = scene.path('data', 'delivery', path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, bytes);
  return path;
}

async function remaining(delivered) {
  const { objects, failed, others } = await delivered.names();
  return [...objects, ...failed, ...others].sort();
}

scene('objects and failures older than the retention go at the start, and their empty folders', async (scene) => {
  const old = [];
  const kept = [];
  for (const failed of [false, true]) {
    for (const hours of [3, 30, 24 * 40, 24 * 4000]) {
      old.push(await put(scene, oldPath(hours, { failed }), failed ? '{}\n' : undefined));
    }
    kept.push(await put(scene, oldPath(0, { failed }), failed ? '{}\n' : undefined));
  }
  kept.push(await put(scene, 'README', 'not ours'), await put(scene, '2001/notes/17/x.gz', 'not ours'));
  const delivered = new Delivered(scene.path('data'));
  const daemon = await scene.daemon({ DELIVERY_RETENTION: '1h' });
  let left;
  await waitFor(
    'the old files to go',
    async () => {
      left = await remaining(delivered);
      return left.length === kept.length;
    },
    { describe: () => `left: ${left}` },
  );
  assert.deepEqual(left, kept.sort());
  const year = oldPath(24 * 4000).slice(0, 4);
  assert.ok(!(await readdir(scene.path('data', 'delivery'))).includes(year), 'an empty folder is left');
  const counted = async () => (await daemon.metrics()).get('alleycat_delivery_expired_files_total') === old.length;
  await waitFor('the count', counted);
});

scene('of objects above the retention size the oldest go at the start', async (scene) => {
  const bytes = Buffer.alloc(400 * 1024, 'x');
  const paths = [];
  for (const [number, hours] of [50, 20, 20, 2, 1].entries()) {
    paths.push(await put(scene, oldPath(hours, { number }), bytes));
  }
  const delivered = new Delivered(scene.path('data'));
  const daemon = await scene.daemon({ DELIVERY_RETENTION_SIZE: '1MB' });
  let left;
  await waitFor(
    'the oldest files to go',
    async () => {
      left = await remaining(delivered);
      return left.length <= 2;
    },
    { describe: () => `left: ${left}` },
  );
  assert.deepEqual(left, paths.slice(3).sort());
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assert.deepEqual(await remaining(delivered), left);
});
