import { reachable } from '@app/api/clock';
import { LiveFeed } from '@app/api/live_feed';
import type { RecordFrame } from '@app/api/types';

import { entryOf } from './board_samples';

class FakeSocket {
  static made: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.made.at(-1)!;
  }
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;

  constructor(readonly url: URL) {
    FakeSocket.made.push(this);
  }
  close(): void {
    this.closed = true;
  }
  tell(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  snapshot(raceId: number): void {
    this.tell({ type: 'snapshot', seq: 1, classId: 1, raceId, board: 'now', total: 1, entries: [entryOf(7)] });
  }
}

const query = { classId: 1, board: 'now', top: 100 } as const;
let feed: LiveFeed;
let records: RecordFrame[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('location', new URL('http://gym.example:8080/wall'));
  FakeSocket.made = [];
  reachable.value = true;
  records = [];
  feed = new LiveFeed(query, (record) => records.push(record));
});
afterEach(() => {
  feed.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a live feed', () => {
  it('asks the host of the page for its board', () => {
    expect(String(FakeSocket.last.url)).toBe('ws://gym.example:8080/live?classId=1&board=now&top=100');
  });

  it('is live with its first frame', () => {
    expect(feed.state.value).toBe('connecting');
    FakeSocket.last.snapshot(9);
    expect(feed.state.value).toBe('live');
    expect(feed.view.value?.entries).toEqual([entryOf(7)]);
  });

  it('connects again after a loss, and shows the last board until then', () => {
    FakeSocket.last.snapshot(9);
    FakeSocket.last.onclose?.({ code: 1006 });
    expect(feed.state.value).toBe('lost');
    expect(feed.view.value?.raceId).toBe(9);
    vi.advanceTimersByTime(1_000);
    expect(FakeSocket.made).toHaveLength(2);
    expect(feed.state.value).toBe('lost');
    FakeSocket.last.snapshot(10);
    expect(feed.state.value).toBe('live');
    expect(feed.view.value?.raceId).toBe(10);
  });

  it('tries for ever, with pauses that end at some ten seconds', () => {
    for (let tries = 0; tries < 50; ++tries) {
      FakeSocket.last.onclose?.({ code: 1006 });
      vi.advanceTimersByTime(12_500);
    }
    expect(FakeSocket.made.length).toBe(51);
  });

  it('hears nothing of a socket that it has left', () => {
    const old = FakeSocket.last;
    old.snapshot(9);
    old.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    FakeSocket.last.snapshot(10);
    old.snapshot(8);
    old.onclose?.({ code: 1006 });
    expect(feed.view.value?.raceId).toBe(10);
    expect(feed.state.value).toBe('live');
  });

  it('gives up a socket that looks open when the daemon does not answer', () => {
    FakeSocket.last.snapshot(9);
    const old = FakeSocket.last;
    reachable.value = false;
    expect(feed.state.value).toBe('lost');
    expect(old.closed).toBe(true);
  });

  it('does not wait for a try that hangs once the daemon answers again', () => {
    reachable.value = false;
    vi.advanceTimersByTime(1_000); // this try began while nothing could be reached
    const hanging = FakeSocket.last;
    reachable.value = true;
    expect(hanging.closed).toBe(true);
    expect(FakeSocket.last).not.toBe(hanging);
    FakeSocket.last.snapshot(9);
    expect(feed.state.value).toBe('live');
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(3);
  });

  it('leaves a live socket alone when the daemon answers', () => {
    FakeSocket.last.snapshot(9);
    reachable.value = null;
    reachable.value = true;
    expect(FakeSocket.made).toHaveLength(1);
  });

  it('hands on records, and passes over frames it does not know', () => {
    FakeSocket.last.tell({ type: 'record', kind: 'class', racerId: 7 });
    FakeSocket.last.tell({ type: 'weather' });
    expect(records).toMatchObject([{ kind: 'class', racerId: 7 }]);
    expect(feed.state.value).toBe('connecting');
  });

  it('does not grow with 20,000 frames of riders who come and go', () => {
    FakeSocket.last.snapshot(9);
    const head = { type: 'delta', classId: 1, raceId: 9, board: 'now', total: 20 };
    for (let seq = 2; seq < 20_000; ++seq) {
      FakeSocket.last.tell({ ...head, seq, entries: [entryOf(100 + seq)], removed: [80 + seq] });
    }
    expect(feed.view.value?.entries).toHaveLength(21); // twenty of them, and the one who stays
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is silent once closed', () => {
    const socket = FakeSocket.last;
    feed.close();
    socket.snapshot(9);
    socket.onclose?.({ code: 1006 });
    reachable.value = false;
    reachable.value = true;
    vi.advanceTimersByTime(60_000);
    expect(feed.view.value).toBeNull();
    expect(FakeSocket.made).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
