import type { RecordFrame } from '@app/api/types';
import { Ticker } from '@app/pages/wall/ticker';

import { randomNumbers } from './board_samples';

function record(racerId: number, other: Partial<RecordFrame> = {}): RecordFrame {
  return {
    type: 'record',
    kind: 'second',
    classId: 1,
    raceId: 9,
    racerId,
    name: `Rider ${racerId}`,
    second: 10,
    output: 100,
    previous: 90,
    ...other,
  };
}

/** All that is told from `now` on, without anything new. */
function toldFrom(ticker: Ticker, now: number): (number | undefined)[] {
  const told: (number | undefined)[] = [];
  for (let at = now; at < now + 200_000; at += 500) {
    const racer = ticker.at(at)?.racerId;
    if (racer !== told.at(-1)) told.push(racer);
  }
  return told;
}

describe('the ticker', () => {
  it('shows one record at a time, each for some seconds', () => {
    const ticker = new Ticker();
    ticker.push(record(1), 0);
    ticker.push(record(2), 0);
    expect(ticker.at(0)?.racerId).toBe(1);
    expect(ticker.at(5_900)?.racerId).toBe(1);
    expect(ticker.at(6_000)?.racerId).toBe(2);
  });

  it('goes quiet when there is nothing more', () => {
    const ticker = new Ticker();
    expect(ticker.at(0)).toBeNull();
    ticker.push(record(1), 0);
    expect(toldFrom(ticker, 0)).toEqual([1, undefined]);
  });

  it('makes one piece of news of many seconds of one rider', () => {
    const ticker = new Ticker();
    ticker.push(record(1), 0);
    ticker.at(0); // rider 1 is shown, the others wait
    for (let second = 11; second <= 15; ++second) ticker.push(record(2, { second, output: 100 + second }), 1_000);
    expect(ticker.length).toBe(1);
    expect(ticker.at(6_000)).toMatchObject({ racerId: 2, seconds: 5, second: 15, output: 115 });
  });

  it('does not count a second twice', () => {
    const ticker = new Ticker();
    ticker.push(record(2, { second: 11 }), 0);
    ticker.push(record(2, { second: 11, output: 101 }), 0);
    expect(ticker.at(0)).toMatchObject({ seconds: 1, output: 101 });
  });

  it('tells a class record before a personal one, and that before seconds', () => {
    const ticker = new Ticker();
    ticker.push(record(1), 0);
    ticker.push(record(2, { kind: 'personal' }), 0);
    ticker.push(record(3, { kind: 'class' }), 0);
    expect(toldFrom(ticker, 0)).toEqual([3, 2, 1, undefined]);
  });

  it('tells only the greatest of what one rider has done', () => {
    const ticker = new Ticker();
    ticker.push(record(1, { second: 299 }), 0);
    ticker.push(record(1, { kind: 'class', output: 120 }), 0);
    ticker.push(record(1, { kind: 'personal', output: 120 }), 0);
    ticker.push(record(1, { second: 300 }), 0);
    expect(ticker.length).toBe(1);
    expect(ticker.at(0)).toMatchObject({ kind: 'class', seconds: 1, output: 120 });
  });

  it('keeps the same rider of two classes apart', () => {
    const ticker = new Ticker();
    ticker.push(record(1), 0);
    ticker.push(record(1, { classId: 2 }), 0);
    expect(ticker.length).toBe(2);
  });

  it('does not tell what is long over, but a class record for longer', () => {
    const ticker = new Ticker();
    ticker.push(record(1), 0);
    ticker.push(record(2, { kind: 'class' }), 0);
    expect(toldFrom(ticker, 100_000)).toEqual([2, undefined]);
  });

  it('lets a class record in however many seconds wait', () => {
    const ticker = new Ticker();
    for (let racer = 0; racer < 1_000; ++racer) ticker.push(record(racer), 0);
    ticker.push(record(5_000, { kind: 'class' }), 0);
    expect(ticker.at(0)?.racerId).toBe(5_000);
  });

  it('lets nobody in who has no greater news when all places are taken', () => {
    const ticker = new Ticker();
    for (let racer = 0; racer < 1_000; ++racer) ticker.push(record(racer, { kind: 'class' }), 0);
    const waiting = ticker.length;
    ticker.push(record(5_000, { kind: 'class' }), 0);
    ticker.push(record(5_001), 0);
    expect(ticker.length).toBe(waiting);
    expect(ticker.at(0)?.racerId).toBe(0);
  });

  it('does not grow with 100,000 records', () => {
    const ticker = new Ticker();
    const random = randomNumbers(3);
    const kinds = ['second', 'personal', 'class'] as const;
    let longest = 0;
    let largest = 0;
    for (let count = 0; count < 100_000; ++count) {
      const now = count * 10;
      ticker.push(record(random(5_000), { classId: random(6), kind: kinds[random(3)]!, second: random(300) }), now);
      ticker.at(now);
      longest = Math.max(longest, ticker.length);
      if (count % 1_000 === 0) largest = Math.max(largest, JSON.stringify(ticker).length);
    }
    expect(longest).toBe(12);
    expect(largest).toBeLessThan(4_000);
  });
});
