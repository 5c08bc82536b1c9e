import { pedalling } from '@app/bike/simulated_rider';

const seconds = Array.from({ length: 600 }, (_, at) => at * 0.5);

describe('a simulated rider', () => {
  it('pedals the same for the same seed, and another way for another', () => {
    expect(seconds.map((at) => pedalling(7, at, 50))).toEqual(seconds.map((at) => pedalling(7, at, 50)));
    expect(seconds.map((at) => pedalling(7, at, 50))).not.toEqual(seconds.map((at) => pedalling(8, at, 50)));
  });
  it('stays what a rider can be, at every effort', () => {
    for (const effort of [-5, 0, 50, 100, 200]) {
      for (const at of seconds) {
        const { cadence, resistance } = pedalling(3, at, effort);
        expect(cadence).toBeGreaterThan(45);
        expect(cadence).toBeLessThan(115);
        expect(resistance).toBeGreaterThan(10);
        expect(resistance).toBeLessThan(80);
      }
    }
  });
  it('changes smoothly', () => {
    for (const at of seconds) {
      const [now, next] = [pedalling(5, at, 50), pedalling(5, at + 0.5, 50)];
      expect(Math.abs(next.cadence - now.cadence)).toBeLessThan(3);
      expect(Math.abs(next.resistance - now.resistance)).toBeLessThan(3);
    }
  });
  it('works harder with more effort', () => {
    const mean = (effort: number) => seconds.reduce((sum, at) => sum + pedalling(5, at, effort).cadence, 0);
    expect(mean(80)).toBeGreaterThan(mean(50));
    expect(mean(50)).toBeGreaterThan(mean(20));
  });
});
