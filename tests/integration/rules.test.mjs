// Rules: bikes that publish something else than records, and what becomes of messages beside the stream.

import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BIKES } from './harness/bike_rule.mjs';
import { publishAll } from './harness/broker.mjs';
import { ROOT, binary, environment } from './harness/daemon.mjs';
import { output } from './harness/oracle.mjs';
import { run } from './harness/processes.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

/// The shipped configuration with its examples switched on: lines on which no space follows the #.
async function shippedExamples() {
  const text = await readFile(join(ROOT, 'config', 'alleycat.toml'), 'utf8');
  return text.replace(/^#(?=[^ \n])/gm, '');
}

/// BIKES with further keys of the rule.
function bikes(...keys) {
  return BIKES.replace('[rule.select]', `${keys.join('\n')}\n[rule.select]`);
}

/// A daemon with this configuration at `broker`, connected.
async function daemonWith(scene, broker, config, settings = {}) {
  const file = scene.path('alleycat.toml');
  await writeFile(file, config);
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address, ...settings }, { args: ['--config', file] });
  await daemon.ready();
  return daemon;
}

async function accepted(daemon, rule, count) {
  await waitFor(`${count} records of the rule ${rule}`, async () => {
    const metrics = await daemon.metrics();
    return (metrics.get(`alleycat_records_accepted_total{door="mqtt-${rule}"}`) ?? 0) >= count;
  });
}

/// The messages kept in data/rule-errors, as they stand there, once there are so many.
async function failures(scene, rule, count) {
  return waitFor(`${count} messages to be kept`, async () => {
    const kept = await keptMessages(scene, rule);
    return kept.length >= count && kept;
  });
}

async function keptMessages(scene, rule) {
  const folder = scene.path('data', 'rule-errors', rule);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ndjson')).sort();
  for (const name of names) {
    assert.match(name, new RegExp(`^\\d{4}/\\d\\d/\\d\\d/\\d\\d/${rule}-\\d{4}(-\\d\\d){5}-[0-9a-f-]{36}\\.ndjson$`));
  }
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/// A client that collects what is published on `topic`.
async function listener(broker, topic) {
  const client = await broker.client();
  const messages = [];
  client.on('message', (from, payload) => messages.push([from, payload.toString()]));
  await client.subscribeAsync(topic, { qos: 1 });
  return messages;
}

function entry(viewer, racerId) {
  return viewer.state.entries.find((each) => each.racerId === racerId);
}

scene('a bike that knows its rpm and level alone races by the shipped example', async (scene) => {
  const broker = await scene.broker();
  const daemon = await daemonWith(scene, broker, await shippedExamples());
  const viewer = await scene.viewer(daemon, 'classId=2');
  await publishAll(await broker.client(), ['{"rpm":80,"level":40}'], { topic: 'bikes/7/2' });
  await viewer.until('the bike on the board', () => entry(viewer, 7));
  const { name, output: shown, second } = entry(viewer, 7);
  assert.deepEqual([name, shown], ['Bike 7', output({ cadence: 80, resistance: 40 })]);
  assert.ok(second >= 1 && second <= 300);
});

scene('a QDomyos-Zwift device races by the shipped example while it is online', async (scene) => {
  const broker = await scene.broker();
  const config = (await shippedExamples()).replace('racers = { default = 7 }', 'racers = { default = 7, garage = 12 }');
  const daemon = await daemonWith(scene, broker, config);
  const viewer = await scene.viewer(daemon, 'classId=1');
  const client = await broker.client();
  const elapsed = {};
  const say = (device, value, payload, options) =>
    client.publishAsync(`QZ/${device}/${value}`, payload, { qos: 0, ...options });
  const connect = async (device, cadence) => {
    await say(device, 'status', 'online', { qos: 1, retain: true });
    await say(device, 'workout/bike/cadence/current', cadence);
    await say(device, 'workout/bike/resistance/current', '17.00');
    elapsed[device] = 0;
  };
  // A rider's seconds go on as often as somebody looks.
  const ride = (device) => say(device, 'workout/elapsed/total_seconds', String(++elapsed[device]));
  const rides = (what, devices, condition) =>
    waitFor(what, async () => {
      await Promise.all(devices.map(ride));
      return condition();
    });

  await connect('default', '80.00');
  await rides('three records of the device', ['default'], async () => {
    const metrics = await daemon.metrics();
    return metrics.get('alleycat_records_accepted_total{door="mqtt-qdomyos-zwift"}') >= 3;
  });
  await viewer.until('the device on the board', () => entry(viewer, 7));
  const { name, output: shown } = entry(viewer, 7);
  assert.deepEqual([name, shown], ['QZ default', output({ cadence: 80, resistance: 17 * 3.125 })]);

  await connect('garage', '60.00');
  await say('default', 'status', 'offline', { qos: 1, retain: true }); // the last will
  await say('garage', 'workout/bike/cadence/current', '61.00'); // whose effect comes behind that of the last will
  const both = ['default', 'garage'];
  const steady = output({ cadence: 61, resistance: 17 * 3.125 });
  await rides('the other device on the board', both, () => entry(viewer, 12)?.output === steady);
  const { raceId } = viewer.state;
  const { second } = entry(viewer, 12);
  const another = () => viewer.state.raceId !== raceId; // race has begun meanwhile
  await rides('the other device to go on', both, () => another() || entry(viewer, 12).second >= second + 2);
  if (!another()) {
    assert.ok(!(entry(viewer, 7)?.second >= second), 'the device that went away is not sampled any more');
  }
});

scene('a rule brings what it makes to the stream, to a topic and to a file', async (scene) => {
  const broker = await scene.broker();
  const targets = 'targets = ["stream", "mqtt:all/${topic(2)}", "file:bikes/${topic(3)}.ndjson"]';
  const daemon = await daemonWith(scene, broker, bikes(targets));
  const copies = await listener(broker, 'all/#');
  const client = await broker.client();
  const payloads = [80, 81, 82].map((rpm) => JSON.stringify({ rpm, level: 40 }));
  await publishAll(client, payloads, { topic: 'bikes/7/1' });
  await accepted(daemon, 'bikes', 3);
  await daemon.merged(3);
  await waitFor('all copies', () => copies.length === 3);
  const records = copies.map(([topic, payload]) => {
    assert.equal(topic, 'all/7');
    return JSON.parse(payload);
  });
  assert.deepEqual(
    records.map(({ name, racerId, classId, cadence, resistance }) => [name, racerId, classId, cadence, resistance]),
    [80, 81, 82].map((rpm) => ['Bike 7', 7, 1, rpm, 40]),
  );
  const lines = (await readFile(scene.path('data', 'bikes', '1.ndjson'), 'utf8')).split('\n');
  assert.deepEqual(lines.slice(0, -1), copies.map(([, payload]) => payload));
});

scene('what a rule could not use is kept, and the rest of the message is not held up', async (scene) => {
  const broker = await scene.broker();
  const daemon = await daemonWith(scene, broker, BIKES);
  const client = await broker.client();
  const good = { rpm: 80, level: 40 };
  const broken = ['nonsense', JSON.stringify([good, { rpm: 80 }, { rpm: 999, level: 40 }, good])];
  await publishAll(client, broken, { topic: 'bikes/7/1' });
  await publishAll(client, [JSON.stringify(good)], { topic: 'bikes/8/99' });
  await publishAll(client, [JSON.stringify(good)], { topic: 'bikes/9/1' });
  await accepted(daemon, 'bikes', 3);
  const kept = await failures(scene, 'bikes', 3);
  assert.equal(kept.length, 3);
  for (const each of kept) {
    assert.deepEqual(Object.keys(each), ['ruleName', 'topic', 'clientId', 'base64OriginalPayload', 'failures']);
    assert.deepEqual([each.ruleName, each.clientId], ['bikes', 'n/a']);
  }
  const payload = ({ base64OriginalPayload }) => Buffer.from(base64OriginalPayload, 'base64').toString();
  assert.deepEqual(kept.map(payload), [...broken, JSON.stringify(good)]);
  assert.deepEqual(
    kept.map(({ topic }) => topic),
    ['bikes/7/1', 'bikes/7/1', 'bikes/8/99'],
  );
  assert.deepEqual(kept[1].failures[0], {
    failedAction: 'select',
    failedResource: 'bikes',
    errorMessage: 'record 1: MissingField: level: is missing',
  });
  assert.deepEqual([kept[1].failures[1].failedAction, kept[1].failures[1].failedResource], ['stream', 'alleycat']);
  assert.match(kept[1].failures[1].errorMessage, /^record 2: OutOfRange: cadence: /);
  assert.match(kept[2].failures[0].errorMessage, /^record 0: OutOfRange: classId: /);
});

scene('records that the default rule refuses are kept too, or published where it says so', async (scene) => {
  const broker = await scene.broker();
  const client = await broker.client();
  let daemon = await daemonWith(scene, broker, '');
  const bad = JSON.stringify(record({ second: 301 }));
  await publishAll(client, [bad]);
  await waitFor('the record to be refused', async () => (await daemon.counts('mqtt')).rejected === 1);
  const kept = await failures(scene, 'default', 1);
  assert.equal(kept[0].topic, 'alleycat-publish');
  assert.equal(Buffer.from(kept[0].base64OriginalPayload, 'base64').toString(), bad);
  await daemon.stop();

  daemon = await daemonWith(scene, broker, '[mqtt]\nerror_action = "mqtt:errors"\n');
  const errors = await listener(broker, 'errors');
  await publishAll(client, [bad]);
  await waitFor('the failure to be published', () => errors.length === 1);
  assert.equal(JSON.parse(errors[0][1]).ruleName, 'default');
  assert.equal((await failures(scene, 'default', 1)).length, 1);
});

scene('without the default rule others take records, and results are still published', async (scene) => {
  const broker = await scene.broker();
  const daemon = await daemonWith(scene, broker, `[mqtt]\ntopic = ""\n${BIKES}`);
  const results = await listener(broker, 'alleycat-subscribe');
  const client = await broker.client();
  await publishAll(client, [JSON.stringify(record())]);
  await publishAll(client, ['{"rpm":80,"level":40}'], { topic: 'bikes/7/1' });
  await waitFor('the results', () => results.length > 0);
  assert.equal(JSON.parse(JSON.parse(results[0][1]).results)['7'], output({ cadence: 80, resistance: 40 }));
  assert.equal((await daemon.counts('mqtt')).accepted, 0);
});

scene('each rule keeps a session of its own at the broker', async (scene) => {
  const broker = await scene.broker();
  const client = await broker.client();
  let daemon = await daemonWith(scene, broker, bikes('partition_key = "${topic(2)}"'));
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  await publishAll(client, ['{"rpm":80,"level":40}', '{"rpm":81,"level":40}'], { topic: 'bikes/7/1' });
  await publishAll(client, [JSON.stringify(record({ racerId: 9 }))]);
  daemon = await daemonWith(scene, broker, bikes('partition_key = "${topic(2)}"'));
  await accepted(daemon, 'bikes', 2);
  await daemon.merged(3);
});

scene('a rule that cannot be is refused with its line', async (scene) => {
  const wrong = [
    [BIKES.replace('${rpm}', '${rpm'), /:13: rule\.select\.cadence: .*is not closed/],
    [bikes('targets = ["mqtt:bikes/1/2"]'), /:5: rule\.targets: "bikes\/1\/2" would come back to the rule itself/],
    [bikes('targets = ["file:log/x"]'), /:5: rule\.targets: "log\/x" is no path below storage\.directory/],
    [bikes('qos = 2'), /:5: rule\.qos: 2 is out of range: 0 … 1/],
  ];
  for (const [config, pattern] of wrong) {
    const file = scene.path('wrong.toml');
    await writeFile(file, config);
    const { code, stdout, stderr } = await run(binary('alleycatd'), ['--check-config', '--config', file], {
      env: environment({}),
    });
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, /^[^\n]+\n$/);
    assert.match(stderr, pattern);
  }
});
