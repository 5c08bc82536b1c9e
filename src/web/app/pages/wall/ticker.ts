// The records that a wall tells, one at a time. Thousands may fall in a minute: what waits is bounded, many seconds of one
// rider are one piece of news, and what nobody has told for a while is news no more. No DOM here.

import type { RecordFrame } from '../../api/types';

export interface News {
  /** Another one for each piece of news. */
  id: number;
  kind: RecordFrame['kind'];
  classId: number;
  raceId: number;
  racerId: number;
  name: string;
  /** How many seconds, and the last of them. */
  seconds: number;
  second: number;
  output: number;
  previous: number | null;
}

const weights = { second: 0, personal: 1, class: 2 } as const;

const MOST_WAITING = 12;
const SHOWN_MS = 6_000;
/** As long as nothing else is to be told. */
const SHOWN_AT_MOST_MS = 20_000;
/** A class record is told later still. */
const STALE_MS = { second: 20_000, personal: 60_000, class: 300_000 } as const;

interface Waiting {
  news: News;
  since: number;
}

export class Ticker {
  private waiting: Waiting[] = [];
  private shown: Waiting | null = null;
  private told = 0;

  /** A record that fell at `now` (ms on any clock that does not go back). */
  push(record: RecordFrame, now: number): void {
    const before = this.waiting.find(
      ({ news }) =>
        news.racerId === record.racerId && news.classId === record.classId && news.raceId === record.raceId,
    );
    if (before) this.merge(before, record, now);
    else if (this.hasRoom(record.kind, now)) this.waiting.push({ news: this.newsOf(record), since: now });
  }

  /** What is to be shown at `now`. */
  at(now: number): News | null {
    const since = this.shown ? now - this.shown.since : Infinity;
    if (since < SHOWN_MS) return this.shown?.news ?? null;
    this.dropStale(now);
    const next = this.heaviest();
    if (next) {
      this.waiting.splice(this.waiting.indexOf(next), 1);
      this.shown = { news: next.news, since: now };
    } else if (since >= SHOWN_AT_MOST_MS) {
      this.shown = null;
    }
    return this.shown?.news ?? null;
  }

  get length(): number {
    return this.waiting.length;
  }

  private newsOf(record: RecordFrame): News {
    const { kind, classId, raceId, racerId, name, second, output, previous } = record;
    return { id: ++this.told, kind, classId, raceId, racerId, name, seconds: 1, second, output, previous };
  }

  private merge(before: Waiting, record: RecordFrame, now: number): void {
    const { news } = before;
    if (weights[record.kind] < weights[news.kind]) return; // the greater news stands
    const more = record.kind === 'second' && record.second !== news.second ? 1 : 0;
    before.news = { ...this.newsOf(record), id: news.id, seconds: news.kind === record.kind ? news.seconds + more : 1 };
    before.since = now;
  }

  /** Whether one more may wait; lesser news makes room for greater. */
  private hasRoom(kind: RecordFrame['kind'], now: number): boolean {
    if (this.waiting.length < MOST_WAITING) return true;
    this.dropStale(now);
    if (this.waiting.length < MOST_WAITING) return true;
    const least = this.waiting.reduce((a, b) => (weights[b.news.kind] <= weights[a.news.kind] ? b : a));
    if (weights[least.news.kind] >= weights[kind]) return false;
    this.waiting.splice(this.waiting.indexOf(least), 1);
    return true;
  }

  private dropStale(now: number): void {
    this.waiting = this.waiting.filter(({ news, since }) => now - since < STALE_MS[news.kind]);
  }

  /** The greatest news, of equals the one that has waited longest in the queue. */
  private heaviest(): Waiting | undefined {
    let found: Waiting | undefined;
    for (const waiting of this.waiting) {
      if (!found || weights[waiting.news.kind] > weights[found.news.kind]) found = waiting;
    }
    return found;
  }
}
