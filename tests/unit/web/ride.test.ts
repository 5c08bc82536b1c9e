import { GRACE_MS } from '@app/bike/bike';
import { outputOf } from '@app/ride/output';
import { Ride, type RidePlan, type Ridden } from '@app/ride/ride';
import { SampleLog } from '@app/ride/samples';

const START = 1_800_000_000_000;
const LENGTH = 20;

/** A ride with a bike that tells every 250 ms, on a computer whose clock is `offset` behind the daemon's. */
class Track {
  readonly log = new SampleLog();
  readonly ride: Ride;
  readonly records: Ridden[] = [];
  offset = 0;
  private uuids = 0;

  constructor(plan: Partial<RidePlan> = {}) {
    const rider = { racerId: 7, name: 'Ada' };
    const whole = { rider, classId: 2, raceId: 99, start: START, length: LENGTH, from: START - 5_000, ...plan };
    this.ride = new Ride(whole, this.log, () => `uuid-${++this.uuids}`);
  }
  /** The bike tells from `from` to `to`, in seconds of the race. Its cadence says when. */
  pedal(from: number, to: number, power: number | null = null): void {
    for (let at = from; at <= to; at += 0.25) {
      this.log.add({ cadence: 60 + at, resistance: 40, power, at: START + at * 1000 - this.offset });
    }
  }
  moment = (at: number) => ({ race: START + at * 1000, local: START + at * 1000 - this.offset });
  tick(at: number): void {
    this.records.push(...this.ride.tick(this.moment(at)));
  }
  stop(at: number): void {
    this.records.push(...this.ride.stop(this.moment(at)));
  }
  get seconds(): number[] {
    return this.records.map(({ second }) => second);
  }
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

describe('a ride', () => {
  it('records every second once, at its middle, and ends with the final one', () => {
    const track = new Track();
    for (let at = -3; at < LENGTH + 1; at += 0.25) {
      track.pedal(at, at);
      track.tick(at);
    }
    expect(track.seconds).toEqual(upTo(LENGTH));
    expect(track.records.map(({ event }) => event)).toEqual([...Array<string>(LENGTH - 1).fill('update'), 'final']);
    expect(track.records[4]).toEqual({
      uuid: 'uuid-5',
      event: 'update',
      deviceTimestamp: START + 4_500,
      second: 5,
      raceId: 99,
      name: 'Ada',
      racerId: 7,
      classId: 2,
      cadence: 64.5,
      resistance: 40,
      output: outputOf(64.5, 40),
    });
  });
  it('records nothing before the start', () => {
    const track = new Track();
    track.pedal(-3, 0.4);
    track.tick(0.4);
    expect(track.seconds).toEqual([]);
    expect(track.ride.phase(track.moment(-1))).toBe('waiting');
    expect(track.ride.phase(track.moment(0))).toBe('racing');
  });
  it('that joins a running race begins with the second whose middle is still to come', () => {
    const early = new Track({ from: START + 7_400 });
    early.pedal(0, 9);
    early.tick(8.9);
    expect(early.seconds).toEqual([8, 9]);
    const late = new Track({ from: START + 7_600 });
    late.pedal(0, 9);
    late.tick(8.9);
    expect(late.seconds).toEqual([9]);
  });
  it('makes up for the seconds that a late timer passed over, each with its own sample', () => {
    const track = new Track();
    track.pedal(0, 12);
    track.tick(2);
    track.tick(12);
    expect(track.seconds).toEqual(upTo(12));
    expect(track.records.map(({ cadence }) => cadence)).toEqual(upTo(12).map((second) => 60 + second - 0.5));
  });
  it('makes up for all the rest where the timer comes only after the race', () => {
    const track = new Track();
    track.pedal(0, LENGTH);
    track.tick(LENGTH + 60);
    expect(track.seconds).toEqual(upTo(LENGTH));
    expect(track.records.at(-1)?.event).toBe('final');
    expect(track.ride.phase(track.moment(LENGTH + 60))).toBe('over');
  });
  it('neither skips nor repeats a second when the clock is corrected, forward or back', () => {
    const track = new Track();
    const clock = [0.6, 1.6, 2.6, 2.1, 1.9, 3.4, 3.6, 6.2, 5.4, 6.6];
    track.pedal(0, 7);
    for (const at of clock) track.tick(at);
    expect(track.seconds).toEqual(upTo(7));
  });
  it('finds the sample of a second however far the computer’s clock is off', () => {
    const track = new Track();
    track.offset = 90_000;
    track.pedal(0, 5);
    track.tick(5);
    expect(track.records.map(({ cadence }) => cadence)).toEqual(upTo(5).map((second) => 60 + second - 0.5));
  });
  it('makes no records of a bike that has been silent for longer than the grace', () => {
    const track = new Track();
    track.pedal(0, 3);
    for (let at = 0; at <= 15; at += 0.5) track.tick(at);
    expect(track.seconds).toEqual(upTo(Math.floor(3 + GRACE_MS / 1000 + 0.5)));
    expect(track.ride.missed).toBe(7);
    track.pedal(15, 18);
    track.tick(18);
    expect(track.seconds.slice(-3)).toEqual([16, 17, 18]);
    expect(track.ride.outputs.slice(8, 15)).toEqual(Array(7).fill(null));
  });
  it('makes no records at all where the bike never told anything', () => {
    const track = new Track();
    track.tick(LENGTH + 1);
    expect(track.records).toEqual([]);
    expect(track.ride.missed).toBe(LENGTH);
  });
  it('that is stopped ends without a final record: that could close the race before its time', () => {
    const track = new Track();
    track.pedal(0, 6);
    track.tick(3);
    track.stop(5.2);
    expect(track.seconds).toEqual([1, 2, 3, 4, 5]);
    expect(track.records.map(({ event }) => event)).toEqual(Array<string>(5).fill('update'));
    track.pedal(6, LENGTH);
    track.tick(9);
    track.stop(9);
    track.tick(LENGTH + 1);
    expect(track.records).toHaveLength(5);
    expect(track.ride.phase(track.moment(5.3))).toBe('over');
  });
  it('that is stopped in its last half second has its final record already', () => {
    const track = new Track();
    track.pedal(0, LENGTH);
    track.tick(LENGTH - 0.4);
    track.stop(LENGTH - 0.2);
    expect(track.records.filter(({ event }) => event === 'final').map(({ second }) => second)).toEqual([LENGTH]);
  });
  it('that is stopped before its first second says nothing', () => {
    const track = new Track();
    track.pedal(-2, 0.2);
    track.stop(0.2);
    expect(track.records).toEqual([]);
  });
  it('whose bike fell silent before the end has no final record', () => {
    const track = new Track();
    track.pedal(0, 3);
    for (let at = 0; at <= LENGTH + 2; at += 0.5) track.tick(at);
    expect(track.records.at(-1)).toMatchObject({ event: 'update', second: 8 });
  });
  it('sends the power of a bike that tells it, zero too, and none of one that does not', () => {
    const track = new Track();
    track.pedal(0, 0.9, 210);
    track.pedal(1, 1.9, 0);
    track.pedal(2, 3);
    track.tick(3);
    expect(track.records.map((record) => record.watts)).toEqual([210, 0, undefined]);
    expect(track.records.map((record) => 'watts' in record)).toEqual([true, true, false]);
  });
});

describe('the samples of a bike', () => {
  const sample = (at: number, cadence = at) => ({ cadence, resistance: 0, power: null, at });

  it('are told by time: the last one by then, unless it is too old', () => {
    const log = new SampleLog();
    for (const at of [1_000, 2_000, 3_000]) log.add(sample(at));
    expect(log.at(2_500)?.at).toBe(2_000);
    expect(log.at(3_000 + GRACE_MS)?.at).toBe(3_000);
    expect(log.at(3_001 + GRACE_MS)).toBeNull();
    expect(log.at(999)).toBeNull();
  });
  it('go on after the clock was set back', () => {
    const log = new SampleLog();
    for (const at of [50_000, 60_000, 10_000, 11_000]) log.add(sample(at));
    expect(log.at(11_500)?.at).toBe(11_000);
    expect(log.at(60_000)).toBeNull();
  });
  it('do not grow without end', () => {
    const log = new SampleLog();
    for (let at = 1; at <= 20_000; ++at) log.add(sample(at));
    expect(log.at(1)).toBeNull();
    expect(log.at(20_000)?.at).toBe(20_000);
  });
});
