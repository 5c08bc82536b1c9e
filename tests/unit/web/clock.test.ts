import {
  allowedTop,
  askClock,
  offsetOf,
  raceMoment,
  raceTimes,
  reachable,
  viewerTop,
  whenReachableAgain,
} from '@app/api/clock';

const START = 5_400_802 * 300_000;

describe('the race clock', () => {
  it('is in second 1 when a race starts', () => {
    expect(raceMoment(START, 300, 300)).toMatchObject({ raceId: 5_400_802, second: 1, start: START });
  });

  it('is in the race before, at its last second, a millisecond earlier', () => {
    expect(raceMoment(START - 1, 300, 300)).toMatchObject({ raceId: 5_400_801, second: 300, next: START });
  });

  it('names the race that comes next', () => {
    expect(raceMoment(START + 12_345, 300, 300)).toMatchObject({
      second: 13,
      nextRaceId: 5_400_803,
      next: START + 300_000,
    });
  });

  it('has no race between two races, where starts are further apart than races are long', () => {
    const start = 1_000 * 400_000;
    expect(raceMoment(start + 299_999, 300, 400)).toMatchObject({ raceId: 1_000, second: 300 });
    expect(raceMoment(start + 300_000, 300, 400)).toMatchObject({
      raceId: null,
      second: null,
      start,
      nextRaceId: 1_001,
      next: start + 400_000,
    });
  });

  it('takes the daemon to have read its clock half way between question and answer', () => {
    expect(offsetOf({ now: 10_000 }, 900, 1_100)).toBe(9_000);
    expect(offsetOf({ now: 500 }, 1_000, 1_000)).toBe(-500);
  });
});

describe('the question what time it is', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    viewerTop.value = null;
    reachable.value = null;
  });

  const answering = (more: object) =>
    vi.stubGlobal('fetch', async () =>
      Response.json({ now: Date.now(), raceId: 1, second: 1, start: 0, next: 1, length: 60, window: 90, ...more }),
    );

  it('tells how long races are, and how many rows a viewer may ask for', async () => {
    answering({ viewerTop: 30 });
    expect(await askClock()).toBe(true);
    expect(raceTimes.value).toEqual({ length: 60, window: 90 });
    expect(viewerTop.value).toBe(30);
    expect(allowedTop(48)).toBe(30);
    expect(allowedTop(10)).toBe(10);
  });

  it('leaves the rows as they are wanted where the daemon says nothing of them', async () => {
    answering({});
    await askClock();
    expect(viewerTop.value).toBeNull();
    expect(allowedTop(1000)).toBe(1000);
  });

  it('says that nobody answered', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('no network')));
    expect(await askClock()).toBe(false);
    expect(reachable.value).toBe(false);
  });

  it('tells those who wait for it that the daemon is back, and only then', () => {
    const back = vi.fn();
    const end = whenReachableAgain(back);
    reachable.value = true;
    expect(back).not.toHaveBeenCalled();
    reachable.value = false;
    reachable.value = true;
    expect(back).toHaveBeenCalledTimes(1);
    end();
    reachable.value = false;
    reachable.value = true;
    expect(back).toHaveBeenCalledTimes(1);
  });
});
