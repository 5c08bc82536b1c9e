// Records as they are ridden: events on /live and on their topic.

import assert from 'node:assert/strict';

import WebSocket from 'ws';

import { output } from './harness/oracle.mjs';
import { record } from './harness/records.mjs';
import { scene } from './harness/scene.mjs';
import { Signal } from './harness/wait.mjs';

/// The record events that a viewer, or a subscriber, has heard.
class Listener {
  #signal = new Signal();
  events = [];
  frames = [];

  take(text) {
    const message = JSON.parse(text);
    this.frames.push(message.type);
    if (message.type === 'record') {
      this.events.push(message);
    }
    this.#signal.notify();
  }

  until(what, condition) {
    return this.#signal.until(`${what}; heard ${JSON.stringify(this.events)}`, () => condition(this.events));
  }
}

async function watch(scene, daemon, query) {
  const listener = new Listener();
  const socket = new WebSocket(daemon.url(`/live?${query}`, 'ws'));
  scene.after(() => socket.terminate());
  socket.on('message', (data) => listener.take(data.toString()));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  await listener.until('the first frame', () => listener.frames.length > 0);
  return listener;
}

const event = (kind, { racerId = 7, raceId, second, cadence, previous = null }) => ({
  type: 'record',
  kind,
  classId: 1,
  raceId,
  racerId,
  name: `Racer ${racerId}`,
  second,
  output: output({ cadence, resistance: 40 }),
  previous: previous === null ? null : output({ cadence: previous, resistance: 40 }),
});

scene('a record at a second, a personal one and a class record are told as they are ridden', async (scene) => {
  const broker = await scene.broker();
  const daemon = await scene.daemon({ MQTT_BROKER: broker.address });
  await daemon.ready();
  const subscriber = new Listener();
  const mqtt = await broker.client();
  mqtt.on('message', (_, payload) => subscriber.take(payload.toString()));
  await mqtt.subscribeAsync('alleycat-records');
  const client = await scene.ingest(daemon);
  let sent = 0;
  const ride = async (raceId, second, cadence, { racerId = 7, final = false } = {}) => {
    client.send(JSON.stringify(record({ raceId, racerId, second, cadence, event: final ? 'final' : 'update' })));
    await client.answered(++sent);
    await daemon.merged(sent);
  };

  const first = await watch(scene, daemon, 'classId=1&raceId=1');
  const other = await watch(scene, daemon, 'classId=2');
  const has = (expected) => (events) => events.some((each) => JSON.stringify(each) === JSON.stringify(expected));
  await ride(1, 1, 80);
  await ride(1, 2, 70, { final: true });
  await first.until('the class record', has(event('class', { raceId: 1, second: 2, cadence: 70 })));
  assert.ok(!first.events.some(({ kind }) => kind === 'second'), 'who has no history beats nothing');

  const second = await watch(scene, daemon, 'classId=1&raceId=2&board=alltime&racerId=7');
  await ride(2, 1, 75); // not better than 80
  await ride(2, 2, 90, { final: true });
  for (const kind of ['second', 'class']) {
    const expected = event(kind, { raceId: 2, second: 2, cadence: 90, previous: 70 });
    await second.until(`the ${kind} record of the second race`, has(expected));
    await subscriber.until(`the same on the topic`, has(expected));
  }
  assert.ok(!second.events.some((each) => each.second === 1), 'no record was ridden in the first second');

  const third = await watch(scene, daemon, 'classId=1');
  await ride(3, 1, 60, { racerId: 8, final: true });
  await third.until('a personal record', has(event('personal', { racerId: 8, raceId: 3, second: 1, cadence: 60 })));
  await ride(4, 1, 65, { racerId: 8, final: true });
  const better = event('personal', { racerId: 8, raceId: 4, second: 1, cadence: 65, previous: 60 });
  await third.until('a better one', has(better));
  await subscriber.until('the same on the topic', has(better));
  assert.ok(!third.events.some(({ kind }) => kind === 'class'), 'others have done better');
  assert.deepEqual(other.events, []);
  assert.ok(first.events.every(({ raceId }) => raceId === 1));
});
