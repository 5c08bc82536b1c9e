import type { TelemetryRecord } from '@app/api/types';
import type { OutboxStore } from '@app/ride/outbox_store';

import { FakeSocket } from './fake_socket';
import { recordOf } from './telemetry_record';

class Store {
  kept: readonly TelemetryRecord[] = [];
  keeps = 0;
  constructor(private readonly left: TelemetryRecord[] = []) {}
  keep(records: readonly TelemetryRecord[]): void {
    this.kept = records;
    ++this.keeps;
  }
  adopt = () => this.left;
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, at) => first + at);
const ack = (accepted: number) => ({ type: 'ack', accepted, rejected: 0 });

let window: EventTarget;
let document: EventTarget;

/** Modules afresh: a sender lives as long as its page. */
async function page(store = new Store()) {
  vi.resetModules();
  const { Sender } = await import('@app/ride/sender');
  const { reachable } = await import('@app/api/clock');
  const { access, OPEN } = await import('@app/api/access');
  access.value = OPEN;
  const sender = new Sender('/ingest', store as unknown as OutboxStore);
  return { sender, reachable, store };
}

/** A page whose connection is open. */
async function connected(store = new Store()) {
  const made = await page(store);
  made.sender.hold(true);
  FakeSocket.last.open();
  return made;
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  window = new EventTarget();
  document = new EventTarget();
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('document', document);
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('location', new URL('https://gym.example/'));
  FakeSocket.made = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the connection of a sender', () => {
  it('is made when there is something to send, and what waited for it goes in order', async () => {
    const { sender } = await page();
    expect(FakeSocket.made).toHaveLength(0);
    for (const second of upTo(450)) sender.send(recordOf(second));
    expect(String(FakeSocket.last.url)).toBe('wss://gym.example/ingest');
    expect(sender.connection.value).toBe('connecting');
    FakeSocket.last.open();
    expect(sender.connection.value).toBe('open');
    expect(FakeSocket.last.frames.map((frame) => (frame as unknown[]).length)).toEqual([200, 200, 50]);
    expect(FakeSocket.last.seconds).toEqual(upTo(450));
    sender.send(recordOf(451));
    expect(FakeSocket.last.frames.at(-1)).toEqual(recordOf(451));
  });
  it('rests, without a timer, when all is acknowledged and nothing comes for a while', async () => {
    const { sender } = await page();
    sender.send(recordOf(1));
    FakeSocket.last.open();
    FakeSocket.last.tell(ack(1));
    expect(sender.unsent.value.count).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(sender.connection.value).toBe('open');
    vi.advanceTimersByTime(2_000);
    expect(sender.connection.value).toBe('idle');
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.last.readyState).toBe(FakeSocket.CLOSED);
    expect(FakeSocket.made).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    sender.send(recordOf(2));
    FakeSocket.last.open();
    expect(FakeSocket.last.seconds).toEqual([2]);
  });
  it('is kept while a race is about to start, though nothing is sent', async () => {
    const { sender } = await connected();
    vi.advanceTimersByTime(600_000);
    expect(sender.connection.value).toBe('open');
    expect(FakeSocket.made).toHaveLength(1);
    sender.hold(false);
    vi.advanceTimersByTime(7_000);
    expect(sender.connection.value).toBe('idle');
  });
  it('is made again after a loss, ever more seldom, and brings all that was not acknowledged', async () => {
    const { sender } = await connected();
    for (const second of upTo(4)) sender.send(recordOf(second));
    FakeSocket.last.tell(ack(1));
    FakeSocket.last.end();
    expect(sender.connection.value).toBe('lost');
    for (let tries = 0; tries < 20; ++tries) {
      vi.advanceTimersByTime(12_500);
      FakeSocket.last.end();
    }
    expect(FakeSocket.made).toHaveLength(21);
    expect(sender.connection.value).toBe('lost');
    vi.advanceTimersByTime(12_500);
    sender.send(recordOf(5));
    FakeSocket.last.open();
    expect(sender.connection.value).toBe('open');
    expect(FakeSocket.last.seconds).toEqual([2, 3, 4, 5]);
  });
  it('is given up where the daemon is silent about records for long, not where there is nothing to say', async () => {
    const { sender } = await connected();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(1);
    sender.send(recordOf(1));
    vi.advanceTimersByTime(15_000);
    expect(sender.connection.value).toBe('open');
    vi.advanceTimersByTime(1_000);
    expect(sender.connection.value).toBe('lost');
    vi.advanceTimersByTime(1_000);
    FakeSocket.last.open();
    expect(FakeSocket.last.seconds).toEqual([1]);
  });
  it('does not take a clock that was set for silence, and does not miss silence for one', async () => {
    const { sender } = await connected();
    sender.send(recordOf(1));
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(2_000);
    expect(sender.connection.value).toBe('open');
    expect(sender.unsent.value.age).toBeLessThan(3_000);
    vi.setSystemTime(Date.now() - 7_200_000);
    vi.advanceTimersByTime(14_000);
    expect(sender.connection.value).toBe('lost');
  });
  it('hears nothing of a socket that it has left', async () => {
    const { sender } = await connected();
    sender.send(recordOf(1));
    const old = FakeSocket.last;
    old.end();
    old.tell(ack(1));
    expect(sender.unsent.value.count).toBe(1);
  });
});

describe('the race clock’s word on the network', () => {
  it('ends a connection that only looks open', async () => {
    const { sender, reachable } = await connected();
    reachable.value = true;
    reachable.value = false;
    expect(sender.connection.value).toBe('lost');
  });
  it('ends a try that hangs, as soon as the daemon answers again', async () => {
    const { sender, reachable } = await connected();
    reachable.value = false;
    vi.advanceTimersByTime(1_000); // this try began while nothing could be reached
    const hanging = FakeSocket.last;
    sender.send(recordOf(1));
    reachable.value = true;
    expect(hanging.readyState).toBe(FakeSocket.CLOSING);
    expect(FakeSocket.last).not.toBe(hanging);
    FakeSocket.last.open();
    expect(FakeSocket.last.seconds).toEqual([1]);
    vi.advanceTimersByTime(10_000);
    expect(FakeSocket.made).toHaveLength(3);
  });
  it('ends the first try too, of a page that came from the browser’s memory', async () => {
    const { sender, reachable } = await page();
    reachable.value = false;
    sender.send(recordOf(1));
    const hanging = FakeSocket.last;
    expect(sender.connection.value).toBe('connecting');
    reachable.value = true;
    expect(FakeSocket.last).not.toBe(hanging);
  });
  it('ends the pause before the next try', async () => {
    const { reachable } = await connected();
    for (let tries = 0; tries < 10; ++tries) {
      FakeSocket.last.end();
      vi.advanceTimersByTime(12_500);
    }
    reachable.value = false;
    const before = FakeSocket.made.length;
    reachable.value = true;
    expect(FakeSocket.made).toHaveLength(before + 1);
  });
  it('leaves an open connection alone, and one that is not wanted', async () => {
    const { sender, reachable } = await page();
    reachable.value = false;
    reachable.value = true;
    expect(FakeSocket.made).toHaveLength(0);
    reachable.value = false;
    sender.hold(true);
    FakeSocket.last.open();
    reachable.value = true;
    expect(sender.connection.value).toBe('open');
    expect(FakeSocket.made).toHaveLength(1);
  });
});

describe('what is unsent', () => {
  it('is taken over from earlier pages, all of it, though that is more than a page keeps otherwise', async () => {
    const left = upTo(3_000).map(recordOf);
    const { sender } = await page(new Store(left));
    FakeSocket.last.open();
    expect(FakeSocket.last.seconds).toEqual(upTo(3_000));
    for (const second of upTo(3_300, 3_001)) sender.send(recordOf(second));
    expect(sender.unsent.value).toMatchObject({ count: 3_300, dropped: 0 });
  });
  it('is stored when it grows old, when the page may go, and no longer than it waits', async () => {
    const { sender, store } = await connected();
    sender.send(recordOf(1));
    vi.advanceTimersByTime(2_000);
    expect(store.kept).toEqual([]);
    vi.advanceTimersByTime(5_000);
    expect(store.kept).toEqual([recordOf(1)]);
    sender.send(recordOf(2));
    window.dispatchEvent(new Event('pagehide'));
    expect(store.kept).toEqual([recordOf(1), recordOf(2)]);
    FakeSocket.last.tell(ack(2));
    expect(store.kept).toEqual([]);
  });
  it('is told with its age, its refusals and its losses', async () => {
    const { sender } = await connected();
    sender.send(recordOf(1));
    FakeSocket.last.tell({ type: 'reject', index: 0, uuid: 'uuid-1', code: 'OutOfRange', message: 'cadence' });
    vi.advanceTimersByTime(4_000);
    expect(sender.unsent.value).toMatchObject({ count: 1, age: 4_000, refusals: [{ code: 'OutOfRange' }] });
  });
  it('begins the next ride without the refusals of this one', async () => {
    const { sender } = await connected();
    sender.send(recordOf(1));
    FakeSocket.last.tell({ type: 'reject', index: 0, uuid: 'uuid-1', code: 'OutOfRange', message: 'cadence' });
    FakeSocket.last.tell(ack(1));
    expect(sender.unsent.value.refusals).toHaveLength(1);
    sender.prepare(300);
    expect(sender.unsent.value).toMatchObject({ count: 0, refusals: [] });
  });
  it('has room for two races of whatever length', async () => {
    const { sender } = await page();
    sender.prepare(3_600);
    for (const second of upTo(7_200)) sender.send(recordOf(second));
    expect(sender.unsent.value).toMatchObject({ count: 7_200, dropped: 0 });
  });
});
