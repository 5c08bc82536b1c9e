// SIGKILL at any moment: what was acknowledged is in the history, and nothing else is.
//
// CRASH_KILLS: how many kills (15). CRASH_SEED repeats the same choices, if not the same instants.

import assert from 'node:assert/strict';
import { watch } from 'node:fs';

import { freePort } from '../integration/harness/broker.mjs';
import { Random } from '../integration/harness/random.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { within } from '../integration/harness/wait.mjs';
import { Load } from './harness/load.mjs';
import { assertHistoryFiles, historyFile, replayed } from './harness/verdict.mjs';

const KILLS = Number(process.env.CRASH_KILLS ?? 15);
const SEED = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 32));

/// From 1 to `most`, small numbers as often as large ones.
function anySize(random, most) {
  return Math.ceil(Math.exp(random.next() * Math.log(most)));
}

/// The next change in a folder, watched from the call on.
function change(folder) {
  let watcher;
  const changed = new Promise((resolve) => {
    watcher = watch(folder, resolve);
  });
  return { changed, close: () => watcher.close() };
}

async function turns(count) {
  for (let turn = 0; turn < count; ++turn) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/// When to kill a daemon that was just started. Each waits for the moment.
const MOMENTS = {
  /// While clients are answered, early or late.
  async answered({ ready, load, random }) {
    await ready();
    await load.further(anySize(random, 20_000));
  },
  /// Wherever the daemon is while clients send.
  async sending({ ready, load, random }) {
    await ready();
    await load.furtherSent(anySize(random, 20_000));
    await turns(random.whole(0, 20));
  },
  /// While history files are replaced, or checkpoints behind them.
  async replacing({ ready, load, random, folder }) {
    await ready();
    await load.further(anySize(random, 5000));
    const { changed, close } = change(folder);
    await within('a file to be replaced', Promise.race([changed, load.further(20_000)]));
    close();
    await turns(random.whole(0, 20));
  },
  /// Before it is ready: while it reads its files and replays its log.
  async starting({ daemon, random, folder }) {
    const { changed, close } = change(folder);
    const spoke = new Promise((resolve) => daemon.program.child.stderr.once('data', resolve));
    const first = random.chance(0.5) ? changed : spoke;
    await within('a sign of the start', Promise.race([first, daemon.ready()]));
    close();
    await turns(random.whole(0, 20));
  },
};

/// Settings of one start: what is only in the log, and what is just being written, differ from start to start.
function anySettings(random) {
  return {
    DELIVERY_INTERVAL: random.pick(['100ms', '100ms', '60s']),
    DELIVERY_SIZE: random.pick(['64KB', '64MB']),
    STREAM_COMMIT_INTERVAL: random.pick(['1ms', '5ms', '20ms']),
    HISTORY_SETTLE: '1s',
  };
}

scene(
  `after ${KILLS} kills under load, no acknowledged record is missing in the history and no second is wrong`,
  async (scene) => {
    const random = new Random(SEED);
    scene.context.diagnostic(`CRASH_SEED=${SEED}`);
    const broker = await scene.broker();
    const port = await freePort();
    const fixed = {
      HTTP_LISTEN: `127.0.0.1:${port}`,
      MQTT_BROKER: broker.address,
      MQTT_RECONNECT_MAX: '1s',
      STREAM_SHARDS: random.pick([1, 2, 4]),
      STREAM_SEGMENT_SIZE: random.pick(['1MB', '64MB']),
    };
    const data = scene.path('data');
    const load = new Load();
    let replays = 0;
    let daemon = await scene.daemon(fixed);
    const ready = async () => {
      await daemon.ready();
      load.unlimited = true; // until the kill
      replays += (await daemon.metrics()).get('alleycat_records_accepted_total{door="replay"}') ?? 0;
    };
    await ready(); // so the broker has a session for it
    load.start({ url: (path, scheme) => `${scheme}://127.0.0.1:${port}${path}` }, await broker.client());

    const killed = [];
    for (let kill = 0; kill < KILLS; ++kill) {
      const moment = kill === 0 ? 'answered' : random.pick(Object.keys(MOMENTS));
      await MOMENTS[moment]({ daemon, ready, load, random, folder: `${data}/history` });
      assert.deepEqual(await daemon.program.stop('SIGKILL'), { code: null, signal: 'SIGKILL' }, 'it ended by itself');
      load.unlimited = false;
      killed.push(moment);
      daemon = scene.launch({ ...fixed, ...anySettings(random) });
      daemon.host = '127.0.0.1';
      daemon.port = port;
    }
    await ready();

    await load.finish();
    await load.passedOn(scene, daemon);
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
    scene.context.diagnostic(`killed: ${killed.join(' ')}`);
    scene.context.diagnostic(`${load.summary()}; ${replays} replayed`);
    const expected = load.history();
    await assertHistoryFiles(data, expected);
    assert.ok(KILLS < 5 || replays > 0, 'nothing was ever replayed, so this test showed nothing');

    const last = await scene.daemon(fixed);
    await last.ready();
    assert.equal(await replayed(last), 0, 'a start behind a clean stop');
    for (const classId of expected.classes()) {
      assert.equal(await last.history(classId), expected.text(classId));
    }
    assert.deepEqual(await last.stop(), { code: 0, signal: null });
    await assertHistoryFiles(data, expected);
  },
  { timeout: 120_000 + KILLS * 20_000 },
);
