// Configuration and start-up, as somebody at a shell meets them.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT, binary, environment } from './harness/daemon.mjs';
import { plainEnvironment, run } from './harness/processes.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';

const SHIPPED = join(ROOT, 'config', 'alleycat.toml');

function alleycatd(args, env = plainEnvironment()) {
  return run(binary('alleycatd'), args, { env });
}

/// Refused: exit code 2, nothing on stdout, and one line on stderr that matches.
async function refused({ code, stdout, stderr }, pattern) {
  assert.deepEqual([code, stdout], [2, ''], stderr);
  assert.match(stderr, /^[^\n]+\n$/, 'it should be one line');
  assert.match(stderr, pattern);
}

scene('--version and --help say what is asked and end with 0', async () => {
  const version = await alleycatd(['--version']);
  assert.deepEqual([version.code, version.stderr], [0, '']);
  assert.match(version.stdout, /^alleycatd \d+\.\d+\.\d+\n$/);
  const help = await alleycatd(['--help']);
  assert.equal(help.code, 0);
  for (const word of ['--config', '--check-config', '--http-listen', '--mqtt-broker', '127.0.0.1:8080']) {
    assert.ok(help.stdout.includes(word), word);
  }
});

scene('--check-config approves of the shipped file, of the defaults and of every variable', async () => {
  for (const args of [[], ['--config', SHIPPED]]) {
    const { code, stderr } = await alleycatd(['--check-config', ...args]);
    assert.deepEqual([code, stderr], [0, '']);
  }
  const variables = {
    HTTP_LISTEN: '127.0.0.1:0',
    MQTT_BROKER: '',
    STORAGE_DIRECTORY: '/nowhere/that/exists',
    STREAM_SHARDS: 2,
    DELIVERY_INTERVAL: '60s',
    DELIVERY_SIZE: '1MB',
    RANKING_SCORE: 'best',
    RANKING_TICK: '50ms',
    RACE_LENGTH: 300,
    CLASSES: '1=Sprint,7=Hills',
  };
  const { code, stderr } = await alleycatd(['--check-config'], environment(variables));
  assert.deepEqual([code, stderr], [0, '']);
});

scene('the built-in defaults equal the shipped file', async () => {
  const builtIn = await alleycatd(['--print-config']);
  const shipped = await alleycatd(['--print-config', '--config', SHIPPED]);
  assert.equal(builtIn.code, 0);
  assert.equal(builtIn.stdout, shipped.stdout);
});

scene('a wrong file is refused with one line: file, line, key and what is allowed', async (scene) => {
  const wrong = [
    ['[http]\nlisten = "here"\n', 2, /http\.listen.*host:port/],
    ['[http]\n\nlisten = 8080\n', 3, /http\.listen/],
    ['[ranking]\ntick = "10ms"\n', 2, /ranking\.tick.*50ms/],
    ['[ranking]\nscore = "points"\n', 2, /ranking\.score.*output.*best.*mean.*total/],
    ['[stream]\nshards = 0\n', 2, /stream\.shards.*1/],
    ['[stream]\nshards = "four"\n', 2, /stream\.shards/],
    ['[delivery]\nsize = "1 parsec"\n', 2, /delivery\.size/],
    ['[race]\nlength = 300\nlenght = 300\n', 3, /race\.lenght.*unknown.*length/],
    ['[rase]\nlength = 300\n', 1, /rase.*unknown.*race/],
    ['length = 300\n', 1, /length/],
    ['[[class]]\nid = 1\nname = "A"\n[[class]]\nid = 1\nname = "B"\n', 5, /class\.id/],
    ['[mqtt]\nqos = 2\n', 2, /mqtt\.qos.*\b0\b.*\b1\b/],
    ['[http\n', 1, /./],
    ['[http]\nlisten = "127.0.0.1:8080\n', 2, /./],
  ];
  for (const [index, [text, line, pattern]] of wrong.entries()) {
    const file = scene.path(`wrong-${index}.toml`);
    await writeFile(file, text);
    for (const args of [
      ['--check-config', '--config', file],
      ['--config', file],
    ]) {
      const done = await alleycatd(args);
      await refused(done, pattern);
      assert.ok(done.stderr.startsWith(`${file}:${line}: `), done.stderr);
    }
  }
  await refused(await alleycatd(['--config', scene.path('missing.toml')]), /missing\.toml.*No such file/);
});

scene('a wrong variable or flag is refused with one line that names it', async () => {
  await refused(await alleycatd([], environment({ RANKING_TICK: 'often' })), /ALLEYCAT_RANKING_TICK.*often.*50ms/);
  await refused(
    await alleycatd([], environment({ RANKING_TOCK: '1s' })),
    /ALLEYCAT_RANKING_TOCK.*ALLEYCAT_RANKING_TICK/,
  );
  await refused(await alleycatd(['--ranking-tick', 'often']), /--ranking-tick.*often.*50ms/);
  await refused(await alleycatd(['--ranking-tock', '1s']), /--ranking-tock/);
  await refused(await alleycatd(['everything']), /everything/);
});

scene('a flag beats a variable, and a variable beats the file', async (scene) => {
  const file = scene.path('alleycat.toml');
  await writeFile(file, '[race]\nlength = 100\nwindow = 101\n[stream]\nshards = 7\n');
  const done = await alleycatd(
    ['--print-config', '--config', file, '--race-length', '300'],
    plainEnvironment({ ALLEYCAT_RACE_LENGTH: '200', ALLEYCAT_RACE_WINDOW: '201' }),
  );
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /^length = 300$/m);
  assert.match(done.stdout, /^window = 201$/m);
  assert.match(done.stdout, /^shards = 7$/m);
});

scene('a port that is taken is said in one clear line, with exit code 1', async (scene) => {
  const first = await scene.daemon();
  const listen = `127.0.0.1:${first.port}`;
  const second = await alleycatd([], environment({ HTTP_LISTEN: listen, STORAGE_DIRECTORY: scene.path('other') }));
  assert.equal(second.code, 1);
  assert.match(second.stderr, /^[^\n]+\n$/);
  assert.match(second.stderr, /in use/);
  assert.ok(second.stderr.includes(listen), `it should name ${listen}: ${second.stderr}`);
  assert.equal((await first.request('/healthz')).status, 200);
});

scene('a data directory that cannot be used is said in one clear line, with exit code 1', async (scene) => {
  await writeFile(scene.path('file'), '');
  const done = await alleycatd([], environment({ STORAGE_DIRECTORY: scene.path('file', 'data') }));
  assert.equal(done.code, 1);
  assert.match(done.stderr, /^[^\n]+\n$/);
  assert.ok(done.stderr.includes(scene.path('file', 'data')), done.stderr);
});

scene(
  'a second daemon on the same data directory is refused with one clear line, and the first goes on',
  async (scene) => {
    const first = await scene.daemon();
    const second = await alleycatd([], environment({ STORAGE_DIRECTORY: scene.path('data') }));
    assert.equal(second.code, 1);
    assert.match(second.stderr, /^[^\n]+\n$/);
    assert.ok(second.stderr.includes(scene.path('data')), second.stderr);
    const client = await scene.ingest(first);
    client.send(JSON.stringify(record()));
    await client.answered(1);
    await first.program.stop('SIGKILL');
    await scene.daemon(); // a daemon that died left nothing in the way
  },
);

scene('a history file that is no history stops the start and is left as it is', async (scene) => {
  const daemon = await scene.daemon();
  await daemon.stop();
  const file = scene.path('data', 'history', 'class-3.gz');
  await writeFile(file, 'not a gzip file');
  const done = await alleycatd([], environment({ STORAGE_DIRECTORY: scene.path('data') }));
  assert.equal(done.code, 1, done.stderr);
  assert.match(done.stderr, /class-3\.gz/);
});

scene('the classes and the length of a race are those of the configuration', async (scene) => {
  const daemon = await scene.daemon({ CLASSES: '3=Hills,41=Sea', RACE_LENGTH: 5 });
  const client = await scene.ingest(daemon);
  client.send(JSON.stringify([3, 41, 1].map((classId) => record({ classId, second: 5 }))));
  client.send(JSON.stringify(record({ classId: 3, second: 6 })));
  await client.answered(2, 2);
  assert.deepEqual(
    client.rejects.map(({ index, code }) => [index, code]),
    [
      [2, 'OutOfRange'],
      [3, 'OutOfRange'],
    ],
  );
  await daemon.merged(2);
});
