import { pathOf, placeOf, stepOf } from '@app/pages/results/place';

const read = (query: string) => placeOf(new URLSearchParams(query));

describe('the address of the results', () => {
  it('says all that is shown, and reads back to the same', () => {
    const place = { classId: 1, raceId: 5397285, racerId: 7, other: 12, view: 'races', measure: 'cadence' } as const;
    const path = pathOf(place);
    expect(path).toBe('/results?classId=1&raceId=5397285&racerId=7&other=12&show=cadence');
    expect(read(path.split('?')[1]!)).toEqual(place);
  });

  it('leaves out what is so by itself', () => {
    expect(pathOf({})).toBe('/results');
    expect(pathOf({ classId: 2, view: 'races', measure: 'output' })).toBe('/results?classId=2');
    expect(pathOf({ view: 'records' })).toBe('/results?view=records');
  });

  it('takes what is not a number or a name for nothing', () => {
    expect(read('classId=one&raceId=1e3&view=all&show=speed')).toEqual({
      classId: undefined,
      raceId: undefined,
      racerId: undefined,
      other: undefined,
      view: 'races',
      measure: 'output',
    });
  });

  it('leads a narrow window from the races over the results to the ride', () => {
    expect(stepOf(read('classId=1'))).toBe('races');
    expect(stepOf(read('classId=1&raceId=5'))).toBe('results');
    expect(stepOf(read('classId=1&raceId=5&racerId=0'))).toBe('ride');
    expect(stepOf(read('view=records&raceId=5'))).toBe('records');
  });
});
