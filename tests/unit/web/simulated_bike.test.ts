import type { Sample } from '@app/bike/bike';
import { SimulatedBike } from '@app/bike/simulated_bike';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function ridden() {
  const bike = new SimulatedBike(7);
  const calls: Sample[][] = [];
  bike.listen((samples) => calls.push([...samples]));
  void bike.connect();
  return { bike, calls };
}

describe('a simulated bike', () => {
  it('tells twice a second', () => {
    const { bike, calls } = ridden();
    vi.advanceTimersByTime(2_000);
    expect(calls).toHaveLength(5);
    expect(bike.latest.value).toEqual(calls[4]?.[0]);
    expect(bike.latest.value?.at).toBe(Date.now());
  });
  it('tells at once, in order, all that a late timer kept back', () => {
    const { bike, calls } = ridden();
    const start = Date.now();
    vi.setSystemTime(start + 60_000);
    bike.catchUp();
    expect(calls[1]).toHaveLength(120);
    expect(calls[1]?.map(({ at }) => at)).toEqual(Array.from({ length: 120 }, (_, index) => start + 500 * (index + 1)));
    bike.catchUp();
    expect(calls).toHaveLength(2);
  });
  it('does not ride through a clock that was set', () => {
    const { bike, calls } = ridden();
    const start = Date.now();
    for (const step of [86_400_000, -86_400_000]) {
      vi.setSystemTime(start + step);
      bike.catchUp();
      expect(calls.at(-1)?.map(({ at }) => at)).toEqual([start + step]);
    }
  });
  it('follows the slider as legs do, not in a jump', () => {
    const { bike } = ridden();
    const before = bike.latest.value!.resistance;
    bike.effort.value = 100;
    vi.advanceTimersByTime(500);
    expect(bike.latest.value!.resistance - before).toBeLessThan(8);
    vi.advanceTimersByTime(10_000);
    expect(bike.latest.value!.resistance - before).toBeGreaterThan(12);
  });
  it('stops when it is let go', () => {
    const { bike, calls } = ridden();
    bike.disconnect();
    vi.advanceTimersByTime(5_000);
    expect(calls).toHaveLength(1);
    expect(bike.latest.value).toBeNull();
  });
});
