import { alignedData, dots, lastSecond, secondAfterKey, summaryOf, verticalRange } from '@app/chart/curve_data';
import { bestCurve, racerCurve } from '@app/chart/history_curves';

const history = { '1': { '7': 100, '12': 90 }, '2': { '12': 95 }, '4': { '7': 104.5 } };

describe('curves of the history', () => {
  it('are null at seconds that the racer has not ridden', () => {
    expect(racerCurve(history, 7, 5)).toEqual([100, null, null, 104.5, null]);
  });

  it('take the best of anybody at each second', () => {
    expect(bestCurve(history, 4)).toEqual([100, 95, null, 104.5]);
  });

  it('are null throughout for a racer who is not in it', () => {
    expect(racerCurve(history, 8, 2)).toEqual([null, null]);
    expect(bestCurve({ '1': {} }, 1)).toEqual([null]);
  });

  it('keep an output of zero', () => {
    expect(racerCurve({ '1': { '7': 0 } }, 7, 1)).toEqual([0]);
  });
});

describe('what the chart draws', () => {
  it('is as long as the race, however long the curves are', () => {
    expect(alignedData([{ values: [5] }, { values: [1, 2, 3, 4] }], 3)).toEqual([
      [1, 2, 3],
      [5, null, null],
      [1, 2, 3],
    ]);
  });

  it('marks values that stand alone, and the end of a curve that grows', () => {
    const values = [1, 2, null, 4, null, 6, 7, null];
    expect(dots(values, true)).toEqual([3, 6]);
    expect(dots(values, false)).toEqual([3]);
  });

  it('marks no end where the race is over', () => {
    expect(dots([1, 2, 3], true)).toEqual([]);
  });

  it('leaves air around the values, and none below zero', () => {
    const [low, high] = verticalRange(100, 200);
    expect(low).toBeLessThan(100);
    expect(high).toBeGreaterThan(200);
    expect(verticalRange(1, 1)).toEqual([0, 3]);
    expect(verticalRange(null, null)).toEqual([0, 100]);
  });
});

describe('what the chart says', () => {
  it('is the highest, the mean and the last of the values that are there', () => {
    expect(summaryOf([10, null, 30, 20, null])).toEqual({
      highest: 30,
      highestSecond: 3,
      mean: 20,
      last: 20,
      lastSecond: 4,
    });
  });

  it('is nothing of nothing', () => {
    expect(summaryOf([null, null])).toBeNull();
    expect(lastSecond([])).toBe(0);
  });
});

describe('the cursor', () => {
  it('goes by one, by ten, and to the ends, and stays within the race', () => {
    expect(secondAfterKey('ArrowRight', 5, 60)).toBe(6);
    expect(secondAfterKey('ArrowLeft', 1, 60)).toBe(1);
    expect(secondAfterKey('PageUp', 55, 60)).toBe(60);
    expect(secondAfterKey('Home', 30, 60)).toBe(1);
    expect(secondAfterKey('End', 30, 60)).toBe(60);
  });

  it('leaves other keys alone', () => {
    expect(secondAfterKey('Tab', 5, 60)).toBeUndefined();
  });
});
