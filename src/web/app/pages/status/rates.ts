// How fast counters grow, from what they were at the last few looks.

export interface Point {
  /** ms */
  at: number;
  /** A second; null: not known. */
  rate: number | null;
}

export type Counters = ReadonlyMap<string, number>;

interface Look {
  at: number;
  counters: Counters;
}

/** Rates of counters over the last minutes; older looks are forgotten. */
export class Rates {
  private looks: Look[] = [];

  constructor(
    private readonly keepMs = 300_000,
    private readonly most = 300,
  ) {}

  /** Counters as they are at `at`, in ms of a clock that does not go back; a look that is not later is passed over. */
  add(at: number, counters: Counters): void {
    const last = this.looks.at(-1);
    if (last && at <= last.at) return;
    this.looks.push({ at, counters });
    this.looks = this.looks.filter((look) => look.at >= at - this.keepMs).slice(-this.most);
  }

  /** A second, over the last `overMs`, or over less while there is no more. Null before two looks hold the counter. */
  rate(counter: string, overMs = 10_000): number | null {
    return perSecond(growth(this.last(overMs), counter));
  }

  /** By how much the counter grew over the last `overMs`, or over less while there is no more. */
  growth(counter: string, overMs: number): number | null {
    const { grown, ms } = growth(this.last(overMs), counter);
    return ms > 0 ? grown : null;
  }

  /** The rate between each two looks, the oldest first. */
  points(counter: string): Point[] {
    return this.looks
      .slice(1)
      .map((look, before) => ({ at: look.at, rate: perSecond(growth(this.looks.slice(before, before + 2), counter)) }));
  }

  /** The looks of the last `overMs`, with the one before them, at which the first growth within it begins. */
  private last(overMs: number): readonly Look[] {
    const since = (this.looks.at(-1)?.at ?? 0) - overMs;
    const within = this.looks.findIndex((look) => look.at > since);
    return this.looks.slice(Math.max(0, within - 1));
  }
}

/** A counter that fell was started anew, from 0. */
function growth(looks: readonly Look[], counter: string): { grown: number; ms: number } {
  let grown = 0;
  let ms = 0;
  let before: Look | undefined;
  for (const look of looks) {
    const was = before?.counters.get(counter);
    const is = look.counters.get(counter);
    if (before && was !== undefined && is !== undefined) {
      grown += is >= was ? is - was : is;
      ms += look.at - before.at;
    }
    before = look;
  }
  return { grown, ms };
}

function perSecond({ grown, ms }: { grown: number; ms: number }): number | null {
  return ms > 0 ? (grown * 1000) / ms : null;
}
