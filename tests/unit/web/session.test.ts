import type { RecordFrame, TelemetryRecord } from '@app/api/types';
import type { TakeSamples } from '@app/bike/bike';
import { SimulatedBike } from '@app/bike/simulated_bike';
import type { RidePlan } from '@app/ride/ride';
import type { Sender } from '@app/ride/sender';
import type { Session } from '@app/ride/session';

const START = 1_800_000_000_000;
const LENGTH = 10;
const plan: RidePlan = {
  rider: { racerId: 7, name: 'Ada' },
  classId: 2,
  raceId: 99,
  start: START,
  length: LENGTH,
  from: START - 3_000,
};

/** Tells the same twice a second, of its own accord. */
class FakeBike extends SimulatedBike {
  private readonly takers = new Set<TakeSamples>();
  private readonly ticks = setInterval(() => this.tell(), 500);
  override listen(take: TakeSamples): () => void {
    this.takers.add(take);
    return () => this.takers.delete(take);
  }
  get listenedToBy(): number {
    return this.takers.size;
  }
  override catchUp(): void {}
  override disconnect(): void {
    clearInterval(this.ticks);
  }
  private tell(): void {
    const sample = { cadence: 80, resistance: 40, power: 150, at: Date.now() };
    this.latest.value = sample;
    for (const take of this.takers) take([sample]);
  }
}

/** What the daemon answers. Its clock runs on, whatever becomes of this computer's. */
class Daemon {
  reachable = true;
  history: Record<string, object> = { '1': { '7': 100 } };
  asked: string[] = [];
  private readonly began = performance.now();
  private readonly start = Date.now();
  get now(): number {
    return this.start + performance.now() - this.began;
  }
  answer = async (path: string, { signal }: { signal?: AbortSignal } = {}): Promise<Response> => {
    this.asked.push(path);
    if (!signal) throw new Error(`${path} is asked for without an end`);
    if (!this.reachable) throw new TypeError('failed to fetch');
    if (path.startsWith('/api/v1/clock')) return Response.json({ now: this.now, length: LENGTH, window: LENGTH });
    return Response.json(this.history);
  };
}

let bike: FakeBike;
let daemon: Daemon;
let sent: TelemetryRecord[];
let held: boolean;
const prepare = vi.fn();
const sender = {
  prepare,
  hold: (wanted: boolean) => (held = wanted),
  send: (record: TelemetryRecord) => sent.push(record),
} as unknown as Sender;

async function page() {
  vi.resetModules();
  const module = await import('@app/ride/session');
  return (changes: Partial<RidePlan> = {}): Session => new module.Session({ ...plan, ...changes }, bike, sender);
}
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);
const seconds = () => sent.map(({ second }) => second);

beforeEach(() => {
  vi.useFakeTimers({ now: START - 3_000 });
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal('navigator', {});
  daemon = new Daemon();
  vi.stubGlobal('fetch', daemon.answer);
  bike = new FakeBike(0);
  sent = [];
  held = false;
  prepare.mockClear();
});
afterEach(() => {
  bike.disconnect();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a ride of this page', () => {
  it('waits, races and is over; every second is sent once, without its output', async () => {
    const session = (await page())();
    expect(session.phase.value).toBe('waiting');
    expect(prepare).toHaveBeenCalledWith(LENGTH);
    expect(held).toBe(true);
    await pass(3.2);
    expect(session.phase.value).toBe('racing');
    await pass(LENGTH);
    expect(session.phase.value).toBe('over');
    expect(seconds()).toEqual(upTo(LENGTH));
    expect(sent[0]).not.toHaveProperty('output');
    expect(sent[0]).toMatchObject({ raceId: 99, racerId: 7, cadence: 80, resistance: 40, watts: 150 });
    expect(sent.at(-1)?.event).toBe('final');
    expect(session.last.value).toMatchObject({ second: LENGTH, output: 120.75 });
    expect(session.outputs.value).toEqual(Array(LENGTH).fill(120.75));
  });
  it('leaves nothing running behind', async () => {
    (await page())();
    await pass(LENGTH + 4);
    expect(held).toBe(false);
    expect(bike.listenedToBy).toBe(0);
    bike.disconnect();
    expect(vi.getTimerCount()).toBe(0);
  });
  it('that is stopped sends nothing more, and no final record', async () => {
    const session = (await page())();
    await pass(3 + 4.7);
    session.stop();
    expect(session.phase.value).toBe('over');
    expect(held).toBe(false);
    await pass(LENGTH);
    expect(seconds()).toEqual(upTo(5));
    expect(new Set(sent.map(({ event }) => event))).toEqual(new Set(['update']));
  });
  it('that is closed sends nothing more', async () => {
    const session = (await page())();
    await pass(3 + 2);
    session.close();
    await pass(LENGTH);
    expect(seconds()).toEqual([1, 2]);
    expect(held).toBe(false);
  });
});

describe('a clock that is set in the middle of a ride', () => {
  it.each([3_600_000, -3_600_000])('costs no second and ends no ride: the daemon is asked (%i ms)', async (step) => {
    const session = (await page())();
    await pass(3 + 4.1);
    vi.setSystemTime(Date.now() + step);
    await pass(0.3);
    expect(daemon.asked).toContain('/api/v1/clock');
    expect(session.phase.value).toBe('racing');
    expect(session.second.value).toBe(5);
    await pass(LENGTH - 4);
    expect(session.phase.value).toBe('over');
    // The clock was set between two samples: the middle of one second may have none.
    expect(seconds().filter((second) => second !== 5)).toEqual(upTo(LENGTH).filter((second) => second !== 5));
  });
  it('by a little is no step', async () => {
    (await page())();
    await pass(3 + 4.1);
    vi.setSystemTime(Date.now() + 300);
    await pass(1);
    expect(daemon.asked).not.toContain('/api/v1/clock');
  });
});

describe('the ghosts of a ride', () => {
  it('are unknown until the daemon has told them, which is not the same as none', async () => {
    daemon.reachable = false;
    const session = (await page())();
    await pass(3 + 2);
    expect(session.ghosts.value).toBeNull();
    daemon.reachable = true;
    await pass(5);
    expect(session.ghosts.value?.mine).toEqual([100, ...Array<null>(LENGTH - 1).fill(null)]);
  });
  it('are asked for when the race starts, not while one waits', async () => {
    (await page())();
    await pass(2);
    expect(daemon.asked).toEqual([]);
    await pass(2);
    expect(daemon.asked).toHaveLength(2);
  });
  it('are not asked for when the ride is over', async () => {
    daemon.reachable = false;
    const session = (await page())();
    await pass(3 + LENGTH + 1);
    const { length } = daemon.asked;
    await pass(60);
    expect(daemon.asked).toHaveLength(length);
    expect(session.ghosts.value).toBeNull();
  });
  it('know what was ridden on this page before, also where the history does not yet', async () => {
    daemon.history = {};
    const ride = await page();
    ride();
    await pass(3 + LENGTH + 1);
    const again = ride({ raceId: 100, start: START + 20_000, from: START + 12_000 });
    await pass(20);
    expect(again.ghosts.value?.mine).toEqual(Array(LENGTH).fill(120.75));
  });
});

describe('what the finish tells', () => {
  const frame = (kind: RecordFrame['kind'], racerId = 7): RecordFrame => ({
    type: 'record',
    kind,
    classId: 2,
    raceId: 99,
    racerId,
    name: 'Ada',
    second: LENGTH,
    output: 120,
    previous: 110,
  });

  it('is the best record that this race set, whoever looks, and whenever', async () => {
    const session = (await page())();
    expect(session.set.value).toBeNull();
    session.heard(frame('class', 8));
    session.heard(frame('second'));
    expect(session.set.value).toBeNull();
    session.heard(frame('personal'));
    expect(session.set.value).toBe('personal');
    session.heard(frame('class'));
    session.heard(frame('personal'));
    expect(session.set.value).toBe('class');
  });
  it('is celebrated once', async () => {
    const session = (await page())();
    await pass(3 + LENGTH + 1);
    expect([session.celebrate(), session.celebrate()]).toEqual([true, false]);
  });
  it('is not celebrated where the rider stopped, or nothing was recorded', async () => {
    const ride = await page();
    const stopped = ride();
    await pass(5);
    stopped.stop();
    expect(stopped.celebrate()).toBe(false);
    bike.disconnect();
    await pass(30);
    const silent = ride({ raceId: 100, start: START + 40_000, from: START + 35_000 });
    await pass(30);
    expect(silent.phase.value).toBe('over');
    expect(silent.celebrate()).toBe(false);
  });
});
