import { raceMoment, raceTimes } from '@app/api/clock';
import type { Race, RaceState } from '@app/api/types';
import { askedPlan } from '@app/ride/asked_plan';
import { canJoin, planNext, planNow, planUnlessClosed } from '@app/ride/plan';

const rider = { racerId: 7, name: 'Ada' };
const race = (raceId: number, state: RaceState): Race => ({ raceId, start: 0, end: null, state, racers: 1 });

describe('setting out', () => {
  it('now joins the race that runs', () => {
    const moment = raceMoment(1_000_000_000_000 + 107_300, 300, 300);
    expect(planNow(moment, rider, 2)).toMatchObject({ raceId: moment.raceId, start: moment.start, from: moment.now });
  });
  it('now waits for the next race where none runs, or hardly any more', () => {
    const between = raceMoment(600_000 * 5 + 400_000, 300, 600);
    expect(canJoin(between)).toBe(false);
    expect(planNow(between, rider, 2)).toMatchObject({ raceId: 6, start: 3_600_000 });
    const last = raceMoment(300_000 * 5 + 299_000, 300, 300);
    expect(planNow(last, rider, 2)).toMatchObject({ raceId: 6, start: 1_800_000 });
  });
  it('at the next race waits for it', () => {
    const moment = raceMoment(300_000 * 5 + 10_000, 300, 300);
    expect(planNext(moment, rider, 2)).toMatchObject({ raceId: 6, start: 1_800_000, length: 300, classId: 2 });
  });
  it('now takes the next race where the one that runs was closed before its time, and says so', () => {
    const moment = raceMoment(300_000 * 5 + 10_000, 300, 300);
    const plan = planUnlessClosed(moment, rider, 2, [race(5, 'closed'), race(4, 'closed')]);
    expect(plan).toMatchObject({ raceId: 6, start: 1_800_000, instead: true });
  });
  it('now joins a race that is open still, or that nobody rides yet', () => {
    const moment = raceMoment(300_000 * 5 + 10_000, 300, 300);
    for (const races of [[race(5, 'running')], [race(5, 'finished'), race(4, 'closed')], [race(4, 'closed')], []]) {
      expect(planUnlessClosed(moment, rider, 2, races)).toEqual(planNow(moment, rider, 2));
    }
  });
});

describe('who sets out now', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 300_000 * 5 + 10_000 });
    raceTimes.value = { length: 300, window: 300 };
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('rides in the next race where the daemon says that this one is closed', async () => {
    const ask = vi.fn(async (_: string) => Response.json({ classId: 2, races: [race(5, 'closed')], next: null }));
    vi.stubGlobal('fetch', ask);
    expect(await askedPlan(rider, 2)).toMatchObject({ raceId: 6, instead: true });
    expect(ask.mock.calls[0]?.[0]).toBe('/api/v1/classes/2/races?limit=3');
  });
  it('rides in this race where the daemon does not answer, from the moment when that is clear', async () => {
    vi.stubGlobal('fetch', async () => {
      vi.setSystemTime(300_000 * 5 + 12_000);
      throw new TypeError('failed to fetch');
    });
    expect(await askedPlan(rider, 2)).toMatchObject({ raceId: 5, from: 300_000 * 5 + 12_000 });
  });
  it('rides in the race that has begun meanwhile, though the one before is closed', async () => {
    vi.stubGlobal('fetch', async () => {
      vi.setSystemTime(300_000 * 6 + 100);
      return Response.json({ classId: 2, races: [race(5, 'closed')], next: null });
    });
    const plan = await askedPlan(rider, 2);
    expect(plan).toMatchObject({ raceId: 6, start: 1_800_000 });
    expect(plan?.instead).toBeUndefined();
  });
  it('waits for no answer where no race runs', async () => {
    const ask = vi.fn();
    vi.stubGlobal('fetch', ask);
    vi.setSystemTime(300_000 * 5 + 299_500);
    expect(await askedPlan(rider, 2)).toMatchObject({ raceId: 6 });
    expect(ask).not.toHaveBeenCalled();
  });
  it('cannot before it is known how long races are', async () => {
    raceTimes.value = null;
    expect(await askedPlan(rider, 2)).toBeNull();
  });
});
