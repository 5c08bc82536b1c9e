// SIGHUP: what a running daemon takes on of a changed configuration, and what it says of the rest.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';

import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { waitFor } from './harness/wait.mjs';

const CLASSES = [
  [1, 'Sprint'],
  [2, 'Hills'],
];

function toml({ cadenceMax = 250, level = 'info', shards = 2, classes = CLASSES } = {}) {
  const tables = classes.map(([id, name]) => `[[class]]\nid = ${id}\nname = "${name}"\n`);
  return `[stream]\nshards = ${shards}\n[limits]\ncadence_max = ${cadenceMax}\n[log]\nlevel = "${level}"\n${tables.join('')}`;
}

/// A daemon with a configuration file, and a way to change that.
async function reloadable(scene) {
  const file = scene.path('alleycat.toml');
  await writeFile(file, toml());
  const daemon = await scene.daemon({}, { args: ['--config', file] });
  return {
    daemon,
    async reload(text, says) {
      await writeFile(file, text);
      daemon.program.signal('SIGHUP');
      await daemon.logs(says);
    },
  };
}

async function classes(daemon) {
  const { body } = await daemon.request('/api/v1/classes');
  return JSON.parse(body).map(({ id, name }) => [id, name]);
}

scene('SIGHUP takes on limits and classes without losing a connection, and says what needs a restart', async (scene) => {
  const { daemon, reload } = await reloadable(scene);
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ classId: 1, cadence: 240 })));
  client.send(JSON.stringify(record({ classId: 9, racerId: 5 })));
  await client.answered(1, 1);

  await reload(toml({ cadenceMax: 200, shards: 4, classes: [...CLASSES, [9, 'Nine']] }), /stream\.shards has changed/);
  assert.match(daemon.log, /reloaded: limits\.cadence_max/);
  assert.match(daemon.log, /reloaded: classes/);
  assert.deepEqual(await classes(daemon), [...CLASSES, [9, 'Nine']]);

  client.send(JSON.stringify(record({ classId: 1, cadence: 240 })));
  client.send(JSON.stringify(record({ classId: 9, racerId: 5, second: 3, cadence: 65, resistance: 35 })));
  await client.answered(2, 2);
  assert.deepEqual([client.accepted, client.rejected], [2, 2]);
  await waitFor('the history of the new class', () => daemon.history(9));
  assert.deepEqual(JSON.parse(await daemon.history(9)), { 3: { 5: 100 } });
  const viewer = await scene.viewer(daemon, 'classId=9');
  await viewer.until('the racer', ({ state }) => state.entries.length > 0);
  assert.deepEqual(
    viewer.state.entries.map(({ racerId }) => racerId),
    [5],
  );

  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  const again = await scene.daemon({}, { args: ['--config', scene.path('alleycat.toml')] });
  assert.deepEqual(JSON.parse(await again.history(9)), { 3: { 5: 100 } });
});

scene('a class that is taken away is refused from the reload on', async (scene) => {
  const { daemon, reload } = await reloadable(scene);
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ classId: 2 })));
  await client.answered(1);
  await reload(toml({ classes: [[1, 'Dash']] }), /reloaded: classes/);
  assert.deepEqual(await classes(daemon), [[1, 'Dash']]);
  client.send(JSON.stringify(record({ classId: 2 })));
  await client.answered(1, 1);
  assert.equal(client.rejects[0].code, 'OutOfRange');
  const live = await daemon.request('/live?classId=2', {
    headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
  });
  assert.equal(live.status, 400);
});

scene('a configuration that is wrong changes nothing, and says where it is wrong', async (scene) => {
  const { daemon, reload } = await reloadable(scene);
  await reload(toml({ cadenceMax: -1, classes: [[1, 'Dash']] }), /not reloaded: .*alleycat\.toml:4: limits\.cadence_max/);
  assert.deepEqual(await classes(daemon), CLASSES);
  await reload(toml(), /the configuration has not changed/);
});

scene('a class whose history cannot be read is not taken on, nor anything with it', async (scene) => {
  const { daemon, reload } = await reloadable(scene);
  await writeFile(scene.path('data', 'history', 'class-9.gz'), 'no gzip');
  await reload(toml({ cadenceMax: 10, classes: [...CLASSES, [9, 'Nine']] }), /not reloaded: .*class-9\.gz/);
  assert.deepEqual(await classes(daemon), CLASSES);
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify(record({ cadence: 100 })));
  await client.answered(1);
  assert.equal(client.accepted, 1);
});

scene('the log level changes at once', async (scene) => {
  const { daemon, reload } = await reloadable(scene);
  await reload(toml({ level: 'error', classes: [[1, 'Dash']] }), /listening/);
  await waitFor('the reload that says nothing', async () => (await classes(daemon)).length === 1);
  await reload(toml({ level: 'info' }), /reloaded: log\.level/);
  assert.equal(daemon.log.split('reloaded: log.level').length - 1, 1, 'the change to "error" was said below that level');
});
