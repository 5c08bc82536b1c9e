import { Backoff } from '@app/api/backoff';

const middle = () => 0.5;

describe('pauses between tries', () => {
  it('double from half a second to ten seconds', () => {
    const backoff = new Backoff();
    const pauses = Array.from({ length: 7 }, () => backoff.pause(middle));
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('are uneven by a quarter, up or down', () => {
    expect(new Backoff().pause(() => 0)).toBe(375);
    expect(new Backoff().pause(() => 1)).toBe(625);
  });

  it('are short again after a success', () => {
    const backoff = new Backoff();
    backoff.pause(middle);
    backoff.pause(middle);
    backoff.reset();
    expect(backoff.pause(middle)).toBe(500);
  });
});
