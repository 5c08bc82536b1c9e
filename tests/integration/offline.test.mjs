// alleycatd log … and alleycatd history …, on a data directory that no daemon uses.

import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';

import { binary, environment } from './harness/daemon.mjs';
import { History } from './harness/oracle.mjs';
import { run } from './harness/processes.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';

const LAZY = { DELIVERY_INTERVAL: '900s', DELIVERY_SIZE: '128MB', STREAM_SHARDS: 2 };

function alleycatd(scene, ...args) {
  return run(binary('alleycatd'), args, { env: environment({ ...LAZY, STORAGE_DIRECTORY: scene.path('data') }) });
}

/// What a command printed, line by line.
function lines({ code, stdout, stderr }, expectedCode = 0) {
  assert.equal(code, expectedCode, stderr);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/// A data directory with `count` acknowledged records, none of them in the history yet. Returns the records.
async function logged(scene, count) {
  const daemon = await scene.daemon(LAZY);
  const client = await scene.ingest(daemon);
  const records = Array.from({ length: count }, (_, at) =>
    record({ racerId: at % 40, second: 1 + (at % 300), cadence: at % 250, name: `Zoë ${at}` }),
  );
  client.send(JSON.stringify(records));
  await client.answered(count);
  await daemon.program.stop('SIGKILL');
  return records;
}

function historyOf(records) {
  const history = new History();
  records.forEach((each) => history.add(each));
  return history;
}

async function historyFile(scene) {
  return gunzipSync(await readFile(scene.path('data', 'history', 'class-1.gz'))).toString();
}

async function lastSegment(scene, shard) {
  const names = (await readdir(scene.path('data', 'log', `shard-${shard}`))).filter((name) => name.endsWith('.log'));
  return scene.path('data', 'log', `shard-${shard}`, names.sort().at(-1));
}

scene('log stat, verify and dump say what is in the log, and change nothing', async (scene) => {
  const records = await logged(scene, 500);
  const stat = lines(await alleycatd(scene, 'log', 'stat'));
  assert.deepEqual(
    stat.map(({ shard, segments, damagedRegionsInLastSegment }) => [shard, segments, damagedRegionsInLastSegment]),
    [
      [0, 1, 0],
      [1, 1, 0],
    ],
  );
  assert.ok(stat.every(({ lastSequence, historyCheckpoint }) => lastSequence > 0 && historyCheckpoint === 0));
  const verified = lines(await alleycatd(scene, 'log', 'verify'));
  assert.equal(verified[0].records + verified[1].records, 500);

  const dumped = [];
  for (const shard of [0, 1]) {
    const dump = lines(await alleycatd(scene, 'log', 'dump', '--shard', String(shard)));
    assert.equal(dump.length, verified[shard].records);
    assert.ok(dump.every(({ sequence }, at) => at === 0 || sequence > dump[at - 1].sequence));
    assert.ok(dump.every(({ partitionKey, data }) => partitionKey === String(JSON.parse(data).racerId)));
    dumped.push(...dump);
    const some = lines(
      await alleycatd(scene, 'log', 'dump', '--shard', String(shard), '--after', String(dump[4].sequence), '--count', '3'),
    );
    assert.deepEqual(some, dump.slice(5, 8));
  }
  dumped.sort((a, b) => a.sequence - b.sequence);
  assert.deepEqual(
    dumped.map(({ data }) => JSON.parse(data)),
    records,
  );
  assert.deepEqual(lines(await alleycatd(scene, 'log', 'stat')), stat);
});

scene('log verify finds damage and says where; the daemon does without it, and keeps a copy', async (scene) => {
  const records = await logged(scene, 200);
  const path = await lastSegment(scene, 0);
  const bytes = await readFile(path);
  const dump = lines(await alleycatd(scene, 'log', 'dump', '--shard', '0'));
  const victim = JSON.parse(dump[3].data);
  const at = bytes.indexOf(dump[3].data);
  bytes[at + 20] ^= 1;
  await writeFile(path, bytes);

  const verified = lines(await alleycatd(scene, 'log', 'verify', '--shard', '0'), 1);
  assert.equal(verified.length, 2);
  assert.equal(verified[0].damaged, path);
  assert.ok(verified[0].offset < at && at < verified[0].offset + verified[0].bytes);
  assert.deepEqual([verified[1].records, verified[1].damagedRegions], [dump.length - 1, 1]);

  const daemon = await scene.daemon(LAZY);
  await daemon.ready();
  await daemon.merged(199);
  assert.match(daemon.log, new RegExp(`shard 0: ${verified[0].bytes} bytes of .* from offset ${verified[0].offset} hold no valid record`));
  assert.equal((await daemon.metrics()).get('alleycat_log_damaged_regions_total{shard="0"}'), 1);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assert.equal(
    await historyFile(scene),
    historyOf(records.filter(({ uuid }) => uuid !== victim.uuid)).text(1),
  );
  const copies = await readdir(scene.path('data', 'log', 'shard-0', 'set-aside'));
  assert.equal(copies.length, 1);
  const copy = await readFile(scene.path('data', 'log', 'shard-0', 'set-aside', copies[0]));
  assert.deepEqual(copy, bytes.subarray(verified[0].offset, verified[0].offset + verified[0].bytes));
});

scene('history rebuild brings the log into the files, again and again the same; unreadable files are moved aside', async (scene) => {
  const records = await logged(scene, 400);
  const right = historyOf(records).text(1);
  assert.match((await alleycatd(scene, 'history', 'rebuild')).stdout, /^400 records read, 0 of them/);
  assert.equal(await historyFile(scene), right);
  assert.match((await alleycatd(scene, 'history', 'rebuild', '--from', 'log')).stdout, / 0 better than/);
  assert.equal(await historyFile(scene), right);

  const path = scene.path('data', 'history', 'class-1.gz');
  await writeFile(path, 'not gzip');
  const { code, stderr } = await alleycatd(scene, 'history', 'rebuild');
  assert.equal(code, 0, stderr);
  assert.equal(await historyFile(scene), right);
  assert.equal(await readFile(`${path}.aside-1`, 'utf8'), 'not gzip');
  assert.equal((await alleycatd(scene, 'history', 'rebuild', '--fresh')).code, 0);
  assert.equal(await historyFile(scene), right);

  const daemon = await scene.daemon(LAZY);
  const refused = await alleycatd(scene, 'history', 'rebuild');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /another alleycatd is using it/);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
});

scene('history rebuild reads delivery files too, where the log no longer reaches', async (scene) => {
  const records = Array.from({ length: 50 }, (_, at) => record({ racerId: at, second: 1 + at, cadence: at }));
  records[7].output = 7.25; // as a transform may say it; the others' follows from cadence and resistance
  const delivered = records.map((each) => JSON.stringify(each) + '\n').join('');
  const place = scene.path('data', 'delivery', '2026', '11', '22', '07');
  await mkdir(place, { recursive: true });
  await writeFile(`${place}/alleycat-1-2026-11-22-07-00-00-x.gz`, gzipSync(delivered));
  await writeFile(`${place}/alleycat-1-2026-11-22-07-00-01-x.gz`, gzipSync(delivered).subarray(0, 100));
  const { code, stdout, stderr } = await alleycatd(scene, 'history', 'rebuild', '--from', 'delivery');
  assert.equal(code, 1, 'one file is cut short');
  assert.match(stderr, /07-00-01-x\.gz/);
  assert.match(stdout, /50 better/);
  const right = JSON.parse(historyOf(records).text(1));
  right[records[7].second][7] = 7.25;
  assert.equal(await historyFile(scene), JSON.stringify(right));
});

scene('a log that cannot be used stops the start with one line that names the file', async (scene) => {
  await logged(scene, 20);
  const path = await lastSegment(scene, 1);
  const whole = await readFile(path);
  const refusals = [
    ['a damaged header', () => writeFile(path, Buffer.concat([whole.subarray(0, 9), Buffer.from([77]), whole.subarray(10)])), /damaged header/],
    ['another kind of file', () => writeFile(path, 'A'.repeat(100)), /is not a log segment/],
    ['a missing segment', () => writeFile(path.replace('0000000001', '0000000003'), whole), /0000000002\.log: this log segment is missing/],
    ['a foreign segment', () => writeFile(path.replace('0000000001', '0000000002'), whole), /is segment 1 of shard 1 by its header/],
  ];
  for (const [what, break_, says] of refusals) {
    await break_();
    const { code, stderr } = await alleycatd(scene);
    assert.equal(code, 1, what);
    assert.match(stderr, says, what);
    assert.equal(stderr.trim().split('\n').length, 1, `${what}: ${stderr}`);
    await writeFile(path, whole);
    for (const name of ['0000000002', '0000000003']) {
      await rm(path.replace('0000000001', name), { force: true });
    }
  }
  const daemon = await scene.daemon(LAZY);
  await daemon.merged(20);
});

scene('a command that cannot be understood says so in one line', async (scene) => {
  for (const [args, says] of [
    [['log'], /subcommand/],
    [['log', 'dump'], /--shard is required/],
    [['log', 'stat', '--frob'], /--frob/],
    [['history', 'rebuild', '--from', 'memory'], /memory/],
  ]) {
    const { code, stdout, stderr } = await alleycatd(scene, ...args);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, says);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});
