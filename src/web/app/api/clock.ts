// The race clock is the daemon's, not the browser's: a tablet may be minutes wrong.

import { signal } from '@preact/signals';

import { api, needsSignIn } from './http';
import type { ClockAnswer } from './types';

/** Where the races are at one moment. Times in ms since the epoch, lengths in seconds. */
export interface RaceMoment {
  now: number;
  /** The race that runs, and its second from 1 on; null between two races. */
  raceId: number | null;
  second: number | null;
  /** Of the running race, else of the one before. */
  start: number;
  /** The id and start of the next race. */
  nextRaceId: number;
  next: number;
  length: number;
  window: number;
}

export function raceMoment(now: number, length: number, window: number): RaceMoment {
  const windowMs = window * 1000;
  const number = Math.floor(now / windowMs);
  const start = number * windowMs;
  const second = Math.floor((now - start) / 1000) + 1;
  const running = second <= length;
  return {
    now,
    raceId: running ? number : null,
    second: running ? second : null,
    start,
    nextRaceId: number + 1,
    next: start + windowMs,
    length,
    window,
  };
}

const ASK_EVERY_MS = 30_000;
const RETRY_MS = 2_000;
/** A network that swallows packets would keep a question for minutes. */
const PATIENCE_MS = 5_000;

/** Whether the daemon answered when it was asked last; null before the first answer. */
export const reachable = signal<boolean | null>(null);
/** Seconds of a race and between two starts, as the daemon told last. */
export const raceTimes = signal<{ length: number; window: number } | null>(null);
/** The most rows of a board that may be asked for, as the daemon told last; null: not told. */
export const viewerTop = signal<number | null>(null);

/** As many rows of a board as are wanted, and allowed. */
export function allowedTop(wanted: number): number {
  return Math.min(wanted, viewerTop.value ?? wanted);
}

/** Calls `back` whenever the daemon answers again after it did not. Returns what ends that. */
export function whenReachableAgain(back: () => void): () => void {
  let before = reachable.peek();
  return reachable.subscribe((now) => {
    const isBack = now === true && before === false;
    before = now;
    if (isBack) back();
  });
}

let offsetMs = 0;
let bestRoundTripMs = Infinity;

/** The daemon's time, as near as half a round trip. ms since the epoch. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Null until the daemon has told how long races are. */
export function currentMoment(): RaceMoment | null {
  const times = raceTimes.value;
  return times && raceMoment(serverNow(), times.length, times.window);
}

/** Exported for tests: what an answer that was asked for at `sent` and came at `received` says of the offset. */
export function offsetOf(answer: Pick<ClockAnswer, 'now'>, sent: number, received: number): number {
  return answer.now + (received - sent) / 2 - received;
}

/** Asks the daemon what time it is; false where it does not answer. */
export async function askClock(): Promise<boolean> {
  const sent = Date.now();
  try {
    const answer = await api.clock(AbortSignal.timeout(PATIENCE_MS));
    const received = Date.now();
    const roundTrip = received - sent;
    // The quickest answer is the most exact one; an old one wears out, since clocks drift.
    bestRoundTripMs = bestRoundTripMs * 1.5 + 1;
    const offset = offsetOf(answer, sent, received);
    if (roundTrip <= bestRoundTripMs || Math.abs(offset - offsetMs) > roundTrip) {
      bestRoundTripMs = roundTrip;
      offsetMs = offset;
    }
    if (raceTimes.peek()?.length !== answer.length || raceTimes.peek()?.window !== answer.window) {
      raceTimes.value = { length: answer.length, window: answer.window };
    }
    viewerTop.value = answer.viewerTop ?? null;
    reachable.value = true;
  } catch (error) {
    reachable.value = needsSignIn(error); // that is an answer, too
    return false;
  }
  return true;
}

let started = false;

/** Asks the daemon now, and then again and again. */
export function startClock(): void {
  if (started) return;
  started = true;
  const again = async () => {
    const answered = await askClock();
    setTimeout(again, answered ? ASK_EVERY_MS : RETRY_MS);
  };
  void again();
}
