import type { RecordFrame } from '../api/types';

/** A racer who is ahead of their best breaks a record each second. That is news once, and again after a while. */
const SILENCE_MS = 30_000;
/** A record after this long without one begins something new. */
const BREAK_MS = 5_000;
const NEWS_AGAIN_MS = 12_000;

/** Decides which of the records of one race the rider is told of. */
export class Trophies {
  private told = -Infinity;
  private last = -Infinity;

  constructor(
    private readonly racerId: number,
    private readonly raceId: number,
  ) {}

  /** Whether `frame` is worth a trophy at `now` (ms). */
  take(frame: RecordFrame, now: number): boolean {
    if (frame.racerId !== this.racerId || frame.raceId !== this.raceId) return false;
    const begins = now - this.last > BREAK_MS;
    this.last = now;
    const wait = frame.kind !== 'second' ? 0 : begins ? NEWS_AGAIN_MS : SILENCE_MS;
    if (now - this.told < wait) return false;
    this.told = now;
    return true;
  }
}
