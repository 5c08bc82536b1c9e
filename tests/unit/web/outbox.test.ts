import type { TelemetryRecord } from '@app/api/types';
import { Outbox } from '@app/ride/outbox';

import { recordOf } from './telemetry_record';

let made = 0;
const record = () => recordOf(++made);
const ack = (accepted: number, rejected = 0) => ({ type: 'ack' as const, accepted, rejected });
const uuids = (records: readonly TelemetryRecord[]) => records.map(({ uuid }) => uuid);

function filled(count: number, capacity = 100) {
  const outbox = new Outbox(capacity);
  const records = Array.from({ length: count }, record);
  for (const each of records) outbox.add(each, 0);
  return { outbox, records };
}

describe('the outbox', () => {
  it('gives each record once a connection, in order', () => {
    const { outbox, records } = filled(5);
    expect(outbox.take(2)).toEqual(records.slice(0, 2));
    expect(outbox.take(9)).toEqual(records.slice(2));
    expect(outbox.take(9)).toEqual([]);
  });
  it('frees what an acknowledgement counts, accepted and rejected alike', () => {
    const { outbox, records } = filled(5);
    outbox.take(5);
    outbox.answer(ack(2, 1));
    expect(outbox.records).toEqual(records.slice(3));
  });
  it('reads totals of the connection, not of one frame', () => {
    const { outbox } = filled(4);
    outbox.take(4);
    outbox.answer(ack(2));
    outbox.answer(ack(3));
    expect(outbox.size).toBe(1);
    outbox.answer(ack(3));
    outbox.answer(ack(1));
    expect(outbox.size).toBe(1);
  });
  it('frees nothing that was not sent, whatever the totals say', () => {
    const { outbox, records } = filled(4);
    outbox.take(2);
    outbox.answer(ack(100));
    expect(outbox.records).toEqual(records.slice(2));
    outbox.take(2);
    outbox.answer(ack(2));
    expect(outbox.size).toBe(2);
  });
  it('sends all that is unacknowledged again after a loss, before what came since', () => {
    const { outbox, records } = filled(4);
    outbox.take(3);
    outbox.answer(ack(1));
    outbox.lose();
    const late = record();
    outbox.add(late, 0);
    expect(outbox.take(9)).toEqual([...records.slice(1), late]);
    outbox.answer(ack(2));
    expect(outbox.records).toEqual([records[3], late]);
  });
  it('remembers what was refused, by the place in the connection where there is no uuid', () => {
    const { outbox, records } = filled(4);
    outbox.take(4);
    outbox.answer(ack(1));
    outbox.answer({ type: 'reject', index: 2, code: 'OutOfRange', message: 'cadence' });
    expect(outbox.refusals).toEqual([{ uuid: records[2]!.uuid, code: 'OutOfRange', message: 'cadence' }]);
    expect(outbox.size).toBe(3);
  });
  it('tells a refusal once, though it comes again on the next connection', () => {
    const { outbox, records } = filled(1);
    const reject = { type: 'reject' as const, index: 0, uuid: records[0]!.uuid, code: 'OutOfRange', message: '' };
    outbox.take(1);
    outbox.answer(reject);
    outbox.lose();
    outbox.take(1);
    outbox.answer(reject);
    expect(outbox.refusals).toHaveLength(1);
  });
  it('begins each ride without the refusals and drops of the one before, and keeps what waits', () => {
    const { outbox, records } = filled(4, 3);
    const reject = { type: 'reject' as const, index: 0, uuid: records[1]!.uuid, code: 'OutOfRange', message: '' };
    outbox.take(3);
    outbox.answer(reject);
    outbox.beginRide();
    expect(outbox.refusals).toEqual([]);
    expect(outbox.dropped).toBe(0);
    expect(outbox.records).toEqual(records.slice(1));
    outbox.lose();
    outbox.take(3);
    outbox.answer(reject); // of the ride before, and told there
    expect(outbox.refusals).toEqual([]);
  });
  it('drops the oldest, and only where there is no room, and tells', () => {
    const { outbox, records } = filled(5, 3);
    expect(outbox.records).toEqual(records.slice(2));
    expect(outbox.dropped).toBe(2);
  });
  it('keeps count of what it dropped after it was sent', () => {
    const { outbox, records } = filled(3, 3);
    outbox.take(3);
    const late = record();
    outbox.add(late, 0);
    outbox.take(1);
    outbox.answer(ack(2));
    expect(outbox.records).toEqual([records[2], late]);
  });
  it('knows how long the oldest waits', () => {
    const outbox = new Outbox(9);
    expect(outbox.age(5_000)).toBe(0);
    outbox.add(record(), 1_000);
    outbox.add(record(), 4_000);
    expect(outbox.age(5_000)).toBe(4_000);
  });
  it('takes a record once', () => {
    const { outbox, records } = filled(2);
    outbox.add(records[0]!, 9);
    expect(outbox.records).toEqual(records);
  });
});

/** A daemon that keeps what it reads and acknowledges what is durable, over connections that break anywhere. */
class Daemon {
  readonly durable: string[] = [];
  private readonly read: string[] = [];
  private acknowledged = 0;

  take(sent: readonly string[]): void {
    this.read.push(...sent);
  }
  /** Makes some more durable; returns the total of the connection. */
  sync(count: number): number {
    const more = this.read.slice(this.acknowledged, this.acknowledged + count);
    this.durable.push(...more);
    this.acknowledged += more.length;
    return this.acknowledged;
  }
  lose(): void {
    this.read.length = 0;
    this.acknowledged = 0;
  }
}

function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('the outbox over any sequence of adding, sending, losing and acknowledging', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('loses nothing and keeps the order (seed %i)', (seed) => {
    const pick = random(seed + 1);
    const outbox = new Outbox(10_000);
    const daemon = new Daemon();
    const added: string[] = [];
    let wire: string[] = []; // sent, not read by the daemon yet
    const steps = [
      () => {
        const one = record();
        added.push(one.uuid);
        outbox.add(one, 0);
      },
      () => wire.push(...uuids(outbox.take(1 + pick(5)))),
      () => daemon.take(wire.splice(0, pick(6))),
      () => outbox.answer(ack(daemon.sync(pick(4)))),
      () => void daemon.sync(pick(3)), // durable, but the acknowledgement is on its way, or lost
      () => {
        if (pick(4) > 0) return;
        wire = [];
        daemon.lose();
        outbox.lose();
      },
    ];
    for (let step = 0; step < 400; ++step) {
      steps[pick(steps.length)]!();
      // None is freed that is not durable, and the order is that of the ride.
      const waiting = new Set(uuids(outbox.records));
      expect(uuids(outbox.records)).toEqual(added.filter((uuid) => waiting.has(uuid)));
      const durable = new Set(daemon.durable);
      expect(added.filter((uuid) => !waiting.has(uuid) && !durable.has(uuid))).toEqual([]);
    }
    outbox.lose();
    daemon.lose();
    daemon.take(uuids(outbox.take(Infinity)));
    outbox.answer(ack(daemon.sync(Infinity)));
    expect(outbox.size).toBe(0);
    expect([...new Set(daemon.durable)]).toEqual(added);
  });
});
