import type { Access } from '@app/api/access';
import type { TelemetryRecord } from '@app/api/types';
import type { OutboxStore } from '@app/ride/outbox_store';

import { FakeSocket } from './fake_socket';
import { recordOf } from './telemetry_record';

const TOKEN = `alleycat_0123abcd_${'A'.repeat(43)}`;
const BIKE: Access = { mode: 'token', openViewing: false, role: 'bike', racerId: 7 };
const NOBODY: Access = { mode: 'token', openViewing: false, role: null, racerId: null };

const store = { keep: () => undefined, adopt: () => [] } as unknown as OutboxStore;
const auth = { type: 'auth', token: TOKEN };
const authorized = { type: 'authorized', role: 'bike', racerId: 7 };
const seconds = (frames: unknown[]) => frames.flat().map((record) => (record as TelemetryRecord).second);

/** What /api/v1/access tells when it is asked. */
let told: Access;
let askedAccess: number;

async function page(at: Access | null = BIKE) {
  vi.resetModules();
  const access = await import('@app/api/access');
  const { reachable } = await import('@app/api/clock');
  const { Sender } = await import('@app/ride/sender');
  const { LiveFeed } = await import('@app/api/live_feed');
  reachable.value = true;
  access.access.value = at;
  return { ...access, newSender: () => new Sender('/ingest', store), newFeed: () => new LiveFeed({ classId: 1, board: 'now', top: 9 }) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  told = BIKE;
  askedAccess = 0;
  FakeSocket.made = [];
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('location', new URL('https://gym.example/'));
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('localStorage', { getItem: () => TOKEN, setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal('fetch', async () => {
    ++askedAccess;
    return new Response(JSON.stringify(told));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a sender with a token', () => {
  it('says who it is first, and sends no record before the daemon has let it in', async () => {
    const sender = (await page()).newSender();
    sender.send(recordOf(1));
    const socket = FakeSocket.last.open();
    sender.send(recordOf(2));
    expect(socket.frames).toEqual([auth]);
    expect(String(socket.url)).toBe('wss://gym.example/ingest');
    expect(sender.connection.value).toBe('connecting');
    socket.tell(authorized);
    expect(sender.connection.value).toBe('open');
    expect(seconds(socket.frames.slice(1))).toEqual([1, 2]);
  });
  it('waits until it is known whether tokens are asked for, since a record is not to be taken for one', async () => {
    const { access, newSender } = await page(null);
    const sender = newSender();
    sender.send(recordOf(1));
    vi.advanceTimersByTime(20_000);
    expect(FakeSocket.made).toHaveLength(0);
    access.value = { mode: 'none', openViewing: false, role: null, racerId: null };
    FakeSocket.last.open();
    expect(FakeSocket.last.frames).toEqual([recordOf(1)]);
  });
  it('keeps what was ridden when its token is taken back, tries no more, and goes on with the next one', async () => {
    const { newSender, panel, signIn } = await page();
    const sender = newSender();
    sender.send(recordOf(1));
    FakeSocket.last.open().tell(authorized);
    told = NOBODY;
    FakeSocket.last.end(1008);
    await vi.advanceTimersByTimeAsync(60_000);
    sender.send(recordOf(2));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(panel.value).toBe('invalid');
    expect(FakeSocket.made.length).toBeLessThanOrEqual(2); // one more may begin before it is known why
    expect(sender.unsent.value.count).toBe(2);
    told = BIKE;
    expect(await signIn(TOKEN)).toBeNull();
    const socket = FakeSocket.last.open();
    socket.tell(authorized);
    expect(socket.frames[0]).toEqual(auth);
    expect(seconds(socket.frames.slice(1))).toEqual([1, 2]);
  });
  it('goes on trying, ever more seldom, where it is turned away though its token is good', async () => {
    const { newSender, sendPass } = await page();
    newSender().send(recordOf(1));
    for (let tries = 0; tries < 10; ++tries) {
      FakeSocket.last.end(1008);
      await vi.advanceTimersByTimeAsync(12_500);
    }
    expect(FakeSocket.made.length).toBeGreaterThan(9);
    expect(sendPass.value).toBe(TOKEN);
  });
  it('asks again what holds here, where its token is taken for a record', async () => {
    const { newSender } = await page();
    const sender = newSender();
    sender.send(recordOf(1));
    told = { mode: 'none', openViewing: false, role: null, racerId: null };
    FakeSocket.last.open().tell({ type: 'reject', index: 0, code: 'MissingField', message: 'event' });
    await vi.advanceTimersByTimeAsync(1_000);
    const socket = FakeSocket.last.open();
    expect(socket.frames).toEqual([recordOf(1)]);
    expect(sender.unsent.value).toMatchObject({ count: 1, refusals: [] });
  });
  it('blames no record for a token that was missing', async () => {
    const sender = (await page({ ...NOBODY, mode: 'none' })).newSender();
    sender.send(recordOf(1));
    FakeSocket.last.open().tell({ type: 'reject', index: 0, code: 'Unauthorized', message: 'no token' });
    expect(sender.unsent.value).toMatchObject({ count: 1, refusals: [] });
  });
  it('does not connect for who only looks, and stops when somebody signs out', async () => {
    const { access, newSender, signOut } = await page({ ...BIKE, role: 'viewer' });
    const sender = newSender();
    sender.hold(true);
    expect(FakeSocket.made).toHaveLength(0);
    access.value = BIKE;
    FakeSocket.last.open().tell(authorized);
    signOut();
    vi.advanceTimersByTime(0); // a socket tells later that it is closed
    expect(FakeSocket.last.readyState).toBe(3);
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(1);
  });
});

describe('records that came too fast', () => {
  it('are sent again, a few a second and in their order, and none is lost', async () => {
    const sender = (await page()).newSender();
    for (let second = 1; second <= 40; ++second) sender.send(recordOf(second));
    const socket = FakeSocket.last.open();
    socket.tell(authorized);
    for (let index = 10; index < 40; ++index) {
      socket.tell({ type: 'reject', index, uuid: recordOf(index + 1).uuid, code: 'RateLimited', message: 'slower' });
    }
    socket.tell({ type: 'ack', accepted: 10, rejected: 30 });
    expect(sender.unsent.value).toMatchObject({ count: 30, refusals: [] });
    sender.send(recordOf(41));
    expect(socket.frames).toHaveLength(2);
    for (let tick = 1; tick <= 4; ++tick) {
      vi.advanceTimersByTime(1_000);
      socket.tell({ type: 'ack', accepted: 10 + Math.min(10 * tick, 31), rejected: 30 });
    }
    expect(seconds(socket.frames.slice(2))).toEqual(Array.from({ length: 31 }, (_, at) => at + 11));
    expect(sender.unsent.value).toMatchObject({ count: 0, refusals: [] });
    vi.advanceTimersByTime(1_000);
    sender.send(recordOf(42));
    expect(socket.frames.at(-1)).toEqual(recordOf(42));
  });
});

describe('a live feed with a token', () => {
  it('says who it is first', async () => {
    const feed = (await page()).newFeed();
    FakeSocket.last.open();
    expect(FakeSocket.last.frames).toEqual([auth]);
    expect(String(FakeSocket.last.url)).not.toContain('alleycat_');
    FakeSocket.last.tell(authorized);
    expect(feed.state.value).toBe('connecting');
    FakeSocket.last.tell({ type: 'snapshot', seq: 1, classId: 1, raceId: 9, board: 'now', total: 0, entries: [] });
    expect(feed.state.value).toBe('live');
    feed.close();
  });
  it('says nothing where everybody may look', async () => {
    const feed = (await page({ ...BIKE, openViewing: true })).newFeed();
    FakeSocket.last.open();
    expect(FakeSocket.last.frames).toEqual([]);
    feed.close();
  });
  it('is shut until somebody signs in', async () => {
    const { newFeed, signIn } = await page(NOBODY);
    const feed = newFeed();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(0);
    await signIn(TOKEN);
    expect(FakeSocket.last.open().frames).toEqual([auth]);
    feed.close();
  });
  it('does not come back on its own behind a token that was taken back', async () => {
    const { newFeed, mustSignIn } = await page();
    const feed = newFeed();
    FakeSocket.last.open().tell(authorized);
    told = NOBODY;
    FakeSocket.last.end(1008);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(mustSignIn.value).toBe(true);
    expect(FakeSocket.made.length).toBeLessThanOrEqual(2);
    expect(feed.state.value).toBe('lost');
    feed.close();
  });
  it('asks once what holds here, however many feeds end', async () => {
    const { newFeed } = await page();
    const feeds = [newFeed(), newFeed(), newFeed()];
    for (const socket of FakeSocket.made.slice()) socket.end(1008);
    await vi.advanceTimersByTimeAsync(10);
    expect(askedAccess).toBe(1);
    for (const feed of feeds) feed.close();
  });
});
