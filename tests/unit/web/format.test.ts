import { formatBytes, formatGap, isBehind } from '@app/format';

describe('a gap', () => {
  it('has its sign, and one digit behind the point', () => {
    expect(formatGap(12.34)).toBe('+12.3');
    expect(formatGap(-1234.56)).toBe('−1,234.6');
  });

  it('is no minus zero', () => {
    expect(formatGap(-0.04)).toBe('+0.0');
    expect(formatGap(0.04)).toBe('+0.0');
    expect(formatGap(0)).toBe('+0.0');
    expect(formatGap(-0.06)).toBe('−0.1');
  });

  it('is behind where it is written with a minus', () => {
    expect(isBehind(-0.04)).toBe(false);
    expect(isBehind(-0.06)).toBe(true);
    expect(isBehind(3)).toBe(false);
  });
});

describe('bytes', () => {
  it('are told in the unit that keeps them short', () => {
    expect([0, 512, 1536, 200 * 1024, 3 * 2 ** 30].map(formatBytes)).toEqual(['0 B', '512 B', '1.5 KB', '200 KB', '3.0 GB']);
  });
});
