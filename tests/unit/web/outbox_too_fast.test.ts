import { Outbox } from '@app/ride/outbox';

import { recordOf } from './telemetry_record';

const tooFast = (index: number, uuid?: string) => ({
  type: 'reject' as const,
  index,
  ...(uuid !== undefined && { uuid }),
  code: 'RateLimited',
  message: 'too many records a second',
});
const ack = (accepted: number, rejected: number) => ({ type: 'ack' as const, accepted, rejected });

/** An outbox whose records 1 … `count` are sent. */
function sent(count: number) {
  const outbox = new Outbox(100);
  for (let second = 1; second <= count; ++second) outbox.add(recordOf(second), 0);
  outbox.take(count);
  return outbox;
}
const seconds = (outbox: Outbox) => outbox.take(100).map(({ second }) => second);

describe('records that the daemon found too fast', () => {
  it('wait on, and are no refusals', () => {
    const outbox = sent(5);
    outbox.answer(tooFast(3, recordOf(4).uuid));
    outbox.answer(tooFast(4));
    expect(outbox.hasUnsent).toBe(false); // not twice on the way
    outbox.answer(ack(3, 2));
    expect(outbox.size).toBe(2);
    expect(outbox.refusals).toEqual([]);
    expect(seconds(outbox)).toEqual([4, 5]);
    outbox.answer(ack(5, 2));
    expect(outbox.size).toBe(0);
  });
  it('go before what was ridden since: the last record may end the ride', () => {
    const outbox = sent(3);
    outbox.add(recordOf(4), 0);
    outbox.answer(tooFast(1, recordOf(2).uuid));
    outbox.answer(ack(2, 1));
    expect(seconds(outbox)).toEqual([2, 4]);
  });
  it('are sent once on the next connection, where this one ends before they are counted', () => {
    const outbox = sent(3);
    outbox.answer(tooFast(1, recordOf(2).uuid));
    outbox.lose();
    expect(seconds(outbox)).toEqual([1, 2, 3]);
    outbox.answer(ack(3, 0));
    expect(outbox.size).toBe(0);
  });
  it('are given up like others where there is no room for more', () => {
    const outbox = sent(2);
    outbox.answer(tooFast(0, recordOf(1).uuid));
    for (let second = 3; second <= 101; ++second) outbox.add(recordOf(second), 0);
    outbox.answer(ack(1, 1));
    expect(outbox.dropped).toBe(1);
    expect(seconds(outbox)[0]).toBe(3);
  });
});
