import type { RaceMoment } from '../../api/clock';

interface WallTime {
  /** Whether a race runs; else `seconds` are those to the next start. */
  running: boolean;
  seconds: number;
  /** How much of the race is over, or of the pause: 0 to 1. */
  part: number;
}

/** What the race clock of a wall shows. A second that has begun counts: "0:01" is the last one shown. */
export function wallTime({ now, start, next, length, second }: RaceMoment): WallTime {
  const running = second !== null;
  const from = running ? start : start + length * 1000;
  const until = running ? start + length * 1000 : next;
  return {
    running,
    seconds: Math.ceil((until - now) / 1000),
    part: until > from ? (now - from) / (until - from) : 0,
  };
}
