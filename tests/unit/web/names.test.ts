import { nameOf } from '@app/names';

describe('a racer', () => {
  it('is called by the name', () => {
    expect(nameOf({ name: ' Mia ', racerId: 7 })).toBe('Mia');
  });

  it('who has none is called by the number', () => {
    expect(nameOf({ name: '', racerId: 7 })).toBe('Rider 7');
    expect(nameOf({ name: '  ', racerId: 0 })).toBe('Rider 0');
  });
});
