// One rider's way through one race: which second it is, and which records are due. No timers here.

import type { TelemetryRecord } from '../api/types';
import type { Rider } from '../preferences';
import { outputOf } from './output';
import type { SampleLog } from './samples';

export interface RidePlan {
  rider: Rider;
  classId: number;
  raceId: number;
  /** Of the race: ms since the epoch, of the daemon's clock. */
  start: number;
  /** Seconds. */
  length: number;
  /** When the rider set out, of the daemon's clock: what was before is nobody's. */
  from: number;
  /** The rider wanted the race that runs, which takes no more records; so this is the next one. */
  instead?: boolean;
}

export type RidePhase = 'waiting' | 'racing' | 'over';

/** One moment on two clocks: samples bear this computer's time, races the daemon's. */
export interface Moment {
  race: number;
  local: number;
}

export type Ridden = TelemetryRecord & { output: number };

/**
 * The record of a second is made of what the bike says at the middle of it: the clocks agree to within half a round
 * trip and are corrected while one rides, and there a correction does not push a record into the second beside it.
 * Also, the last one leaves half a second before the race ends and not after.
 */
const MIDDLE_MS = 500;

export class Ride {
  /** Of second 1, 2, …; null where nothing was recorded. */
  readonly outputs: readonly (number | null)[];
  private next: number;
  private last: Ridden | null = null;
  private missed_ = 0;
  private stopped = false;

  constructor(
    readonly plan: RidePlan,
    private readonly log: SampleLog,
    private readonly newUuid: () => string,
  ) {
    this.outputs = Array.from({ length: plan.length }, () => null);
    this.next = Math.max(1, Math.ceil((plan.from - plan.start - MIDDLE_MS) / 1000) + 1);
  }

  phase({ race }: Moment): RidePhase {
    if (this.stopped || this.left(race) <= 0) return 'over';
    return race < this.plan.start ? 'waiting' : 'racing';
  }
  /** The second that runs: 1 … length; below before the start. */
  second(race: number): number {
    return Math.min(Math.floor((race - this.plan.start) / 1000) + 1, this.plan.length);
  }
  /** ms to the end. */
  left(race: number): number {
    return this.plan.start + this.plan.length * 1000 - race;
  }
  get lastRecord(): Ridden | null {
    return this.last;
  }
  /** Seconds of which there is no record, since the bike was silent. */
  get missed(): number {
    return this.missed_;
  }
  get wasStopped(): boolean {
    return this.stopped;
  }

  /** The records that are due, also of seconds that a late timer passed over. A clock set back repeats none. */
  tick(now: Moment): Ridden[] {
    if (this.stopped) return [];
    const due: Ridden[] = [];
    for (; this.next <= this.plan.length && this.middle(this.next) <= now.race; ++this.next) {
      const record = this.record(this.next, now);
      if (record) due.push(record);
      else ++this.missed_;
    }
    return due;
  }

  /**
   * The rider stops before the end. Nothing is final about that: where all have sent their final record, the daemon
   * closes the race, and a rider who thinks better of it could not come back into it.
   */
  stop(now: Moment): Ridden[] {
    if (this.phase(now) === 'over') return [];
    const due = this.tick(now);
    this.stopped = true;
    return due;
  }

  private middle(second: number): number {
    return this.plan.start + (second - 1) * 1000 + MIDDLE_MS;
  }

  private record(second: number, now: Moment): Ridden | null {
    const middle = this.middle(second);
    const sample = this.log.at(now.local - (now.race - middle));
    if (!sample) return null;
    const { rider, raceId, classId, length } = this.plan;
    const { cadence, resistance, power } = sample;
    this.last = {
      uuid: this.newUuid(),
      event: second === length ? 'final' : 'update',
      deviceTimestamp: Math.round(middle),
      second,
      raceId,
      name: rider.name,
      racerId: rider.racerId,
      classId,
      cadence,
      resistance,
      ...(power !== null && { watts: power }),
      output: outputOf(cadence, resistance),
    };
    (this.outputs as (number | null)[])[second - 1] = this.last.output;
    return this.last;
  }
}
