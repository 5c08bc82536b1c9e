import { ownPlace, pauseBeforeTelling, rowsInSight, rowsToDraw, scrollToShow } from '@app/board/board_rows';

import { entryOf, viewOf } from './board_samples';

describe('the rows in sight', () => {
  it('are those that the box shows, and some spare ones', () => {
    expect(rowsInSight(1000, 40, { scrolled: 4_010, height: 400 }, 3)).toEqual({ first: 97, end: 114 });
  });

  it('end with the board', () => {
    expect(rowsInSight(5, 40, { scrolled: 0, height: 400 }, 3)).toEqual({ first: 0, end: 5 });
    expect(rowsInSight(12, 40, { scrolled: 400, height: 400 }, 3)).toEqual({ first: 7, end: 12 });
    expect(rowsInSight(0, 40, { scrolled: 0, height: 400 }, 3)).toEqual({ first: 0, end: 0 });
  });

  it('stay on the board when it has become shorter than it is scrolled', () => {
    expect(rowsInSight(2, 40, { scrolled: 4_000, height: 400 }, 3)).toEqual({ first: 2, end: 2 });
  });

  it('are few, however long the board is', () => {
    const { first, end } = rowsInSight(40_000, 40, { scrolled: 800_000, height: 640 }, 6);
    expect(end - first).toBeLessThanOrEqual(16 + 1 + 12);
  });

  it('are drawn in the order of the board, with one elsewhere that is needed too', () => {
    expect(rowsToDraw({ first: 3, end: 6 }, 100, [50, 4, -1, 100])).toEqual([3, 4, 5, 50]);
  });
});

describe('following the own row', () => {
  const box = { scrolled: 400, height: 400 }; // rows 10 to 19 of 40 pixels

  it('leaves the list alone while the row is well in sight', () => {
    expect(scrollToShow(12, 100, 40, box)).toBeNull();
    expect(scrollToShow(17, 100, 40, box)).toBeNull();
  });

  it('takes a row that nears the edge to the middle', () => {
    expect(scrollToShow(18, 100, 40, box)).toBe(18 * 40 - 180);
    expect(scrollToShow(11, 100, 40, box)).toBe(11 * 40 - 180);
  });

  it('does not try to scroll beyond the ends', () => {
    expect(scrollToShow(0, 100, 40, { scrolled: 0, height: 400 })).toBeNull();
    expect(scrollToShow(99, 100, 40, { scrolled: 3_600, height: 400 })).toBeNull();
    expect(scrollToShow(1, 100, 40, box)).toBe(0);
    expect(scrollToShow(2, 4, 40, { scrolled: 0, height: 400 })).toBeNull();
  });

  it('shows a row in a box that is hardly higher than one', () => {
    expect(scrollToShow(5, 100, 40, { scrolled: 0, height: 50 })).toBe(195);
    expect(scrollToShow(5, 100, 40, { scrolled: 195, height: 50 })).toBeNull();
  });
});

describe('the own place', () => {
  const ana = entryOf(1, { rank: 1, output: 118.4 });
  const me = entryOf(7, { rank: 2, output: 115.2 });
  const bo = entryOf(3, { rank: 3, output: 114.1 });

  it('tells the neighbours and what they have more', () => {
    const place = ownPlace(viewOf([ana, me, bo]), 7);
    expect(place).toMatchObject({ own: me, index: 1, total: 3, above: { entry: ana }, below: { entry: bo } });
    expect(place?.above?.gap).toBeCloseTo(3.2);
    expect(place?.below?.gap).toBeCloseTo(-1.1);
  });

  it('has nobody above the first and nobody below the last', () => {
    expect(ownPlace(viewOf([ana, me]), 1)?.above).toBeNull();
    expect(ownPlace(viewOf([ana, me]), 7)?.below).toBeNull();
  });

  it('has a neighbour with no gap where a rank is shared', () => {
    const equal = entryOf(4, { rank: 2, output: 115.2 });
    expect(ownPlace(viewOf([ana, equal, me]), 7)?.above).toEqual({ entry: equal, gap: 0 });
  });

  it('is known without neighbours to one who is further down than the list reaches', () => {
    const far = entryOf(7, { rank: 1_702, output: 60 });
    expect(ownPlace(viewOf([ana, bo], { total: 40_000, me: far }), 7)).toEqual({
      own: far,
      index: null,
      total: 40_000,
      above: null,
      below: null,
    });
  });

  it('is nowhere for one who does not ride here', () => {
    expect(ownPlace(viewOf([ana, bo]), 7)).toBeNull();
    expect(ownPlace(viewOf([]), 7)).toBeNull();
  });
});

describe('saying the own rank aloud', () => {
  it('begins at once', () => {
    expect(pauseBeforeTelling(null, 17, 0)).toBe(0);
  });

  it('is silent while the rank stays', () => {
    expect(pauseBeforeTelling({ rank: 17, at: 0 }, 17, 60_000)).toBeNull();
  });

  it('waits until ten seconds are over', () => {
    expect(pauseBeforeTelling({ rank: 17, at: 5_000 }, 16, 7_000)).toBe(8_000);
    expect(pauseBeforeTelling({ rank: 17, at: 5_000 }, 16, 15_000)).toBe(0);
    expect(pauseBeforeTelling({ rank: 17, at: 5_000 }, 16, 99_000)).toBe(0);
  });
});
