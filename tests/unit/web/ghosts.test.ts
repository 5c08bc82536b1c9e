import { ahead, beaten, better, loadGhosts } from '@app/ride/ghosts';
import { Trophies } from '@app/ride/trophies';

afterEach(() => vi.unstubAllGlobals());

describe('ghosts', () => {
  it('are the own best and anybody’s, from the history', async () => {
    const answers: Record<string, object> = {
      '/api/v1/classes/3/history?racers=7': { '1': { '7': 50 }, '3': { '7': 70.5 } },
      '/api/v1/classes/3/history?top=1': { '1': { '9': 90 }, '2': { '4': 80 }, '3': { '7': 70.5 } },
    };
    vi.stubGlobal('fetch', async (path: string) => Response.json(answers[path]));
    expect(await loadGhosts(3, 7, 4, new AbortController().signal)).toEqual({ mine: [50, null, 70.5, null], class: [90, 80, 70.5, null] });
  });
  it('of two rides are the better one at each second', () => {
    expect(better([1, null, 5], [2, 3, null, 4])).toEqual([2, 3, 5, 4]);
    expect(better([], [])).toEqual([]);
  });
  it('are compared at the second that was ridden', () => {
    expect(ahead(100, [80, 103.2], 1)).toBe(20);
    expect(ahead(100, [80, 103.2], 2)).toBeCloseTo(-3.2);
    expect(ahead(100, [80], 2)).toBeNull();
    expect(ahead(null, [80], 1)).toBeNull();
  });
  it('are beaten only by more, and only where they were', () => {
    expect(beaten([10, 20, 30, null, 50], [10, 19, null, 5, 51])).toBe(1);
  });
});

describe('trophies', () => {
  const frame = (kind: 'second' | 'personal' | 'class', racerId = 7, raceId = 1) => ({
    type: 'record' as const,
    kind,
    classId: 1,
    raceId,
    racerId,
    name: 'Ada',
    second: 1,
    output: 100,
    previous: 90,
  });

  it('are for the rider’s own records of this race', () => {
    const trophies = new Trophies(7, 1);
    expect(trophies.take(frame('second', 8), 0)).toBe(false);
    expect(trophies.take(frame('second', 7, 2), 0)).toBe(false);
    expect(trophies.take(frame('second'), 0)).toBe(true);
  });
  it('come every half a minute at most while each second is a record', () => {
    const trophies = new Trophies(7, 1);
    const told = Array.from({ length: 100 }, (_, second) => second).filter((second) =>
      trophies.take(frame('second'), second * 1000),
    );
    expect(told).toEqual([0, 30, 60, 90]);
  });
  it('come again when records begin anew, but not at every stumble', () => {
    const trophies = new Trophies(7, 1);
    expect([0, 1, 8, 20, 21].map((second) => trophies.take(frame('second'), second * 1000))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
  it('always come for a whole race', () => {
    const trophies = new Trophies(7, 1);
    trophies.take(frame('second'), 0);
    expect(trophies.take(frame('personal'), 1)).toBe(true);
    expect(trophies.take(frame('class'), 2)).toBe(true);
  });
});
