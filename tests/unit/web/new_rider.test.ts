import { checkedName, checkedNumber, firstGuess, randomNumber } from '@app/pages/race/new_rider_rules';

describe('a new rider', () => {
  it('begins with what was typed: digits are a number, all else is a name', () => {
    expect(firstGuess('4711')).toEqual({ name: '', number: '4711' });
    expect(firstGuess('Ada 2')).toEqual({ name: 'Ada 2', number: '' });
  });
  it('is proposed a number of six digits', () => {
    expect([randomNumber(() => 0), randomNumber(() => 0.999999999)]).toEqual([100_000, 999_999]);
  });
  it('has a name of 1 to 64 characters, whatever they are', () => {
    expect(checkedName('  Ada ')).toBe('Ada');
    expect(checkedName('🚲'.repeat(64))).toBe('🚲'.repeat(64));
    expect([checkedName('   '), checkedName('x'.repeat(65))]).toEqual([null, null]);
  });
  it('has a number of digits only', () => {
    expect(['0', ' 12 ', '-1', '1.5', '', '1'.repeat(16)].map(checkedNumber)).toEqual([0, 12, null, null, null, null]);
  });
});
