import { parseLevelRange, percentOf, scaleOf, tellsTenths, unknownBike } from '@app/bike/resistance_scale';

const bytes = (...values: number[]) => new DataView(Uint8Array.from(values).buffer);

describe('Supported Resistance Level Range', () => {
  it('is told in tenths of a level', () => {
    expect(parseLevelRange(bytes(0x0a, 0, 0x96, 0, 0x0a, 0))).toEqual({ lowest: 1, highest: 15 });
  });
  it('may begin below zero', () => {
    expect(parseLevelRange(bytes(0x9c, 0xff, 0x64, 0, 0x0a, 0))).toEqual({ lowest: -10, highest: 10 });
  });
  it('may have numbers of one byte', () => {
    expect(parseLevelRange(bytes(0, 200, 10))).toEqual({ lowest: 0, highest: 20 });
  });
  it('is refused where it is empty, or has another size', () => {
    expect(parseLevelRange(bytes(0, 0, 0, 0, 0, 0))).toBeNull();
    expect(parseLevelRange(bytes(0, 0, 100, 0))).toBeNull();
    expect(parseLevelRange(bytes())).toBeNull();
  });
});

describe('the resistance scale', () => {
  const range = { lowest: 1, highest: 15 };

  it('makes per cent of the range that the bike tells', () => {
    const scale = scaleOf(range, unknownBike);
    expect([1, 8, 15].map((level) => percentOf(level, scale))).toEqual([0, 50, 100]);
  });
  it('stays within 0 and 100', () => {
    const scale = scaleOf(range, unknownBike);
    expect([-5, 99].map((level) => percentOf(level, scale))).toEqual([0, 100]);
  });
  it('takes levels for per cent where nobody told a range', () => {
    expect(percentOf(42, scaleOf(null, unknownBike))).toBe(42);
  });
  it('believes the rider before the bike', () => {
    expect(percentOf(8, scaleOf(range, { ...unknownBike, highest: 32 }))).toBe(25);
  });
  it('sees by a level above the range that the bike tells tenths', () => {
    const tenths = { lowest: 0, highest: 10 };
    expect(tellsTenths(20, tenths)).toBe(true);
    expect(tellsTenths(10, tenths)).toBe(false);
    expect(tellsTenths(101, tenths)).toBe(false);
    expect(tellsTenths(20, null)).toBe(false);
    expect(percentOf(20, scaleOf(tenths, { ...unknownBike, tenths: true }))).toBe(20);
  });
});
