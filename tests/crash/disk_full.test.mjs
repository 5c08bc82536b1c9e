// A full disk: nothing is acknowledged that is not kept, readers are served, and it goes on by itself.

import assert from 'node:assert/strict';

import { freePort } from '../integration/harness/broker.mjs';
import { scene } from '../integration/harness/scene.mjs';
import { waitFor } from '../integration/harness/wait.mjs';
import { SmallDisk } from './harness/disk.mjs';
import { Load } from './harness/load.mjs';
import { assertHistoryFiles } from './harness/verdict.mjs';

const SIZE = '24m';
const HALF = 12 * 1024 * 1024;
const REASON = /No space left on device/;
const SENDERS = [
  { perFrame: 1, window: 200 },
  { perFrame: 50, window: 1000 },
  { perFrame: 7, window: 50 },
];

/// A daemon on a small disk, with load; undefined where nothing can be mounted. `start()` starts it again.
async function underLoad(scene) {
  const disk = await SmallDisk.mount(scene, SIZE);
  if (!disk) {
    scene.context.skip('mounting a tmpfs needs root');
    return undefined;
  }
  const broker = await scene.broker();
  const port = await freePort();
  const data = `${disk.path}/data`;
  const start = async () => {
    const daemon = await scene.daemon({
      HTTP_LISTEN: `127.0.0.1:${port}`,
      STORAGE_DIRECTORY: data,
      MQTT_BROKER: broker.address,
      MQTT_RECONNECT_MAX: '1s',
      STREAM_SHARDS: 1, // so that the first failure stops every client
      STREAM_SEGMENT_SIZE: '1MB',
    });
    await daemon.ready();
    return daemon;
  };
  const daemon = await start();
  const load = new Load({ senders: SENDERS });
  load.start(daemon, await broker.client());
  await load.further(2000);
  await waitFor('a first history', () => daemon.history(1));
  load.unlimited = true;
  return { disk, data, start, daemon, load };
}

/// Waits until the daemon says that the disk is full, and it stays so: at many looks in a row nothing is acknowledged.
/// Where the daemon gave space back itself, as by replacing a file, the filler takes that too.
async function staysFull(disk, daemon, load) {
  let last = [];
  await waitFor(
    'the daemon to say that the disk is full, and to acknowledge nothing',
    async () => {
      await disk.fill();
      const before = load.acked;
      last = [];
      for (let look = 0; look < 50; ++look) {
        const { status, body } = await daemon.request('/readyz');
        last.push(`${status} ${body.toString().trim()}, ${load.acked - before} acknowledged`);
        if (status !== 503 || !REASON.test(body.toString()) || load.acked > before) {
          return false;
        }
      }
      return true;
    },
    { describe: () => last.at(-1) },
  );
}

async function readersAreServed(scene, daemon) {
  assert.equal((await daemon.request('/healthz')).status, 200);
  const history = await daemon.history(1);
  assert.ok(history.length > 100, `the history is ${history}`);
  const viewer = await scene.viewer(daemon, 'classId=1');
  assert.ok(viewer.state.entries.length > 0, 'the live board is empty');
  viewer.terminate();
}

async function endsRight(scene, { daemon, load, data }) {
  await load.finish();
  await load.passedOn(scene, daemon);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  await assertHistoryFiles(data, load.history());
  scene.context.diagnostic(load.summary());
}

const WAYS = {
  'grew full with the log': (disk) => disk.fill(HALF),
  'was filled at once by somebody else': (disk) => disk.fill(),
};

for (const [way, fill] of Object.entries(WAYS)) {
  scene(`on a disk that ${way}, nothing is acknowledged; freed, it goes on without a restart`, async (scene) => {
    const place = await underLoad(scene);
    if (!place) {
      return;
    }
    const { disk, daemon, load } = place;
    await fill(disk);
    await waitFor('/readyz to say 503', async () => (await daemon.request('/readyz')).status === 503);
    await staysFull(disk, daemon, load);
    await readersAreServed(scene, daemon);
    await staysFull(disk, daemon, load);

    const { accepted: before } = await daemon.counts('mqtt');
    load.unlimited = false; // so that it does not grow full again
    await disk.free();
    await load.further(5000);
    await daemon.ready();
    await waitFor('MQTT to go on', async () => (await daemon.counts('mqtt')).accepted > before);
    await endsRight(scene, place);
  });
}

scene('killed on a full disk and started when there is space, it has all that was acknowledged', async (scene) => {
  const place = await underLoad(scene);
  if (!place) {
    return;
  }
  const { disk, load } = place;
  await disk.fill();
  await staysFull(disk, place.daemon, load);
  await place.daemon.program.stop('SIGKILL');
  load.unlimited = false;
  await disk.free();
  place.daemon = await place.start();
  await load.further(5000);
  await endsRight(scene, place);
});

scene('stopped on a full disk, it loses nothing that was acknowledged', async (scene) => {
  const place = await underLoad(scene);
  if (!place) {
    return;
  }
  const { disk, load } = place;
  await disk.fill();
  await staysFull(disk, place.daemon, load);
  const { signal } = await place.daemon.stop();
  assert.equal(signal, null, 'it must end by itself, if not with 0');
  load.unlimited = false;
  await disk.free();
  place.daemon = await place.start();
  await load.further(5000);
  await endsRight(scene, place);
});
