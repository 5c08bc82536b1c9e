import { picked } from '@app/pages/race/picked';
import { safety } from '@app/pages/race/safety';

describe('Enter in the search of riders', () => {
  const racers = ['Ada', 'Adam'].map((name, index) => ({ racerId: index, name, firstSeen: null, lastSeen: null }));

  it('picks the first who was found by what is typed', () => {
    expect(picked(-1, 'ad', { text: 'ad', racers })).toBe(0);
  });
  it('picks nobody of a list that belongs to an older text: the first there is a stranger', () => {
    expect(picked(-1, 'bo', { text: 'ad', racers })).toBeNull();
    expect(picked(-1, 'a', { text: '', racers })).toBeNull();
    expect(picked(-1, 'a', { text: null, racers: [] })).toBeNull();
  });
  it('picks nobody where nothing is typed, or nobody found', () => {
    expect(picked(-1, '', { text: '', racers })).toBeNull();
    expect(picked(-1, 'zoë', { text: 'zoë', racers: [] })).toBeNull();
  });
  it('picks the one that is marked, of whatever list is seen', () => {
    expect(picked(1, 'bo', { text: 'ad', racers })).toBe(1);
    expect(picked(2, '', { text: '', racers })).toBe(2);
  });
});

describe('a ride that is over', () => {
  const none = { count: 0, age: 0, dropped: 0, refusals: [] };
  const refusals = [{ uuid: 'u', code: 'OutOfRange', message: 'cadence' }];

  it('is called saved where all of it is', () => {
    expect(safety(true, none)).toBe('safe');
  });
  it('is not where something is on its way, was refused or was given up', () => {
    expect(safety(true, { ...none, count: 3 })).toBe('sending');
    expect(safety(true, { ...none, count: 3, refusals })).toBe('sending');
    expect(safety(true, { ...none, refusals })).toBeNull();
    expect(safety(true, { ...none, dropped: 1 })).toBeNull();
  });
  it('is not where nothing was recorded', () => {
    expect(safety(false, none)).toBeNull();
  });
});
