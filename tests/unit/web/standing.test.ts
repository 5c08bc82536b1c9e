import { rideAgainMs, standing } from '@app/pages/results/standing';

describe('how far a racer is', () => {
  it('is to the end, for who rode the last second', () => {
    expect(standing({ second: 60, finished: true }, 'closed', 60)).toBeNull();
    expect(standing({ second: 60, finished: false }, 'running', 60)).toBeNull();
  });

  it('is riding, while the race runs', () => {
    expect(standing({ second: 42, finished: false }, 'running', 60)).toBe('riding');
  });

  it('is unfinished for who stopped before the end, or fell silent before it', () => {
    expect(standing({ second: 42, finished: true }, 'running', 60)).toBe('unfinished');
    expect(standing({ second: 42, finished: true }, 'closed', 60)).toBe('unfinished');
    expect(standing({ second: 42, finished: false }, 'finished', 60)).toBe('unfinished');
  });

  it('is not guessed of a class that is not known', () => {
    expect(standing({ second: 42, finished: true }, 'closed', 0)).toBeNull();
  });
});

describe('a ride', () => {
  const race = { start: 0, end: 300_000 };

  it('is asked for again often while it is ridden', () => {
    expect(rideAgainMs({ ...race, end: null, state: 'running' }, 10_000)).toBe(4_000);
  });

  it('is asked for again for a while after the race, since its last seconds are stored later', () => {
    expect(rideAgainMs({ ...race, state: 'finished' }, 310_000)).toBe(10_000);
    expect(rideAgainMs({ ...race, state: 'closed' }, 400_000)).toBe(10_000);
  });

  it('is left alone after that', () => {
    expect(rideAgainMs({ ...race, state: 'closed' }, 600_000)).toBeUndefined();
    expect(rideAgainMs({ ...race, end: null, state: 'closed' }, 600_000)).toBeUndefined();
  });
});
