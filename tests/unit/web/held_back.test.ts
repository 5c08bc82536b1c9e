import { OPEN } from '@app/api/access';
import { RequestError } from '@app/api/http';
import type { HeldRecord } from '@app/api/types';
import { heldRides, isNotOurs, mayJudge, raceText, reasonText, valuesText } from '@app/pages/status/held_back';

import { recordOf } from './telemetry_record';

const held = (id: string, racerId: number, raceId = 5): HeldRecord => ({
  id,
  arrivalTimestamp: 1_800_000_000_000,
  reasons: ['Slew'],
  record: { ...recordOf(Number(id.split('-')[1])), racerId, raceId, name: `Rider ${racerId}` },
});

describe('what is held back', () => {
  it('is told by ride: of one rider in one race and class', () => {
    const rides = heldRides([held('0-9', 7), held('1-8', 8), held('0-7', 7), held('0-6', 7, 4)]);
    expect(rides.map(({ filter: { racerId, raceId }, records }) => [racerId, raceId, records.map(({ id }) => id)])).toEqual([
      [7, 5, ['0-9', '0-7']],
      [8, 5, ['1-8']],
      [7, 4, ['0-6']],
    ]);
    expect(heldRides([])).toEqual([]);
  });
  it('has its reasons in plain words, and one that is new by its name', () => {
    for (const reason of ['Slew', 'Frozen', 'ClockSkew', 'RaceClock', 'TwoConnections']) {
      expect(reasonText(reason)).toMatch(/^[A-Z][a-z].* .* /);
    }
    expect(reasonText('Levitation')).toBe('Levitation');
  });
  it('has its values, with the output that they make', () => {
    expect(valuesText({ ...recordOf(1), cadence: 80, resistance: 35 })).toBe('cadence 80.0, resistance 35.0, output 115.0');
  });
  it('names a race by its start where that is known', () => {
    expect(raceText('Road', 3, null)).toBe('Road, race 3');
    expect(raceText('Road', 6_000_000, 300)).toMatch(/^Road, race of .*2027/);
    expect(raceText('Road', 9e15, 300)).toMatch(/^Road, race 9/);
  });
});

describe('judging what is held back', () => {
  it('is for administrators, and without tokens for whom the daemon lets', () => {
    expect(mayJudge(null)).toBe(false);
    expect(mayJudge(OPEN)).toBe(true);
    const token = { mode: 'token', openViewing: true, racerId: null } as const;
    expect(mayJudge({ ...token, role: 'administrator' })).toBe(true);
    for (const role of ['studio', 'viewer', 'bike', null] as const) expect(mayJudge({ ...token, role })).toBe(false);
  });
  it('is not offered where the daemon refuses, or has none; a daemon that is away is another matter', () => {
    for (const status of [401, 403, 404]) expect(isNotOurs(new RequestError(status, ''))).toBe(true);
    for (const status of [0, 500, 503]) expect(isNotOurs(new RequestError(status, ''))).toBe(false);
    expect(isNotOurs(new Error('abort'))).toBe(false);
  });
});
