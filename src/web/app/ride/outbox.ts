// What was ridden and is not known to be safe with the daemon. No sockets here: events in, records out.

import type { TelemetryRecord } from '../api/types';

/** What `/ingest` answers. */
export type IngestFrame =
  | { type: 'ack'; accepted: number; rejected: number }
  | { type: 'reject'; index: number; uuid?: string; code: string; message: string };

export interface Refusal {
  uuid: string;
  code: string;
  message: string;
}

interface Waiting {
  record: TelemetryRecord;
  since: number;
}

/** Refusals are for display; the last few will do. */
const MOST_REFUSALS = 20;

export class Outbox {
  /** In order, by uuid: everything that is not acknowledged. */
  private readonly waiting = new Map<string, Waiting>();
  /** Sent on this connection and not answered by an acknowledgement, in order. */
  private sent: TelemetryRecord[] = [];
  /** How many were, on this connection. */
  private answered = 0;
  private unsent = new Set<string>();
  /** Those that came too fast, on this connection: they are sent again. */
  private readonly tooFast = new Set<string>();
  private refused: Refusal[] = [];
  /** Those that are waiting and were told as refused. */
  private readonly told = new Set<string>();
  private dropped_ = 0;

  constructor(public capacity: number) {}

  get size(): number {
    return this.waiting.size;
  }
  /** Records that were given up since there was no room for more. */
  get dropped(): number {
    return this.dropped_;
  }
  get refusals(): readonly Refusal[] {
    return this.refused;
  }
  get records(): TelemetryRecord[] {
    return Array.from(this.waiting.values(), ({ record }) => record);
  }
  /** Sent on this connection, and the daemon has not said what became of it. */
  get unanswered(): number {
    return this.sent.length;
  }
  /** Whether something is left to be sent on this connection. */
  get hasUnsent(): boolean {
    return this.unsent.size > 0;
  }
  /** Refusals and drops belong to one ride. What waits goes on waiting. */
  beginRide(): void {
    this.refused = [];
    this.dropped_ = 0;
  }
  /** ms that the oldest record waits. */
  age(now: number): number {
    const [oldest] = this.waiting.values();
    return oldest ? Math.max(0, now - oldest.since) : 0;
  }

  /** One that is known already is left where it is. */
  add(record: TelemetryRecord, now: number): void {
    if (this.waiting.has(record.uuid)) return;
    this.waiting.set(record.uuid, { record, since: now });
    this.unsent.add(record.uuid);
    for (const oldest of this.waiting.keys()) {
      if (this.waiting.size <= this.capacity) break;
      this.waiting.delete(oldest);
      this.unsent.delete(oldest);
      this.told.delete(oldest);
      this.tooFast.delete(oldest);
      ++this.dropped_;
    }
  }

  /** The next `most` records to send on this connection; from now on they count as sent. */
  take(most: number): TelemetryRecord[] {
    const taken: TelemetryRecord[] = [];
    for (const uuid of this.unsent) {
      if (taken.length === most) break;
      this.unsent.delete(uuid);
      taken.push(this.waiting.get(uuid)!.record);
    }
    this.sent.push(...taken);
    return taken;
  }

  /** What the daemon said on this connection. */
  answer(frame: IngestFrame): void {
    if (frame.type === 'ack') this.acknowledge(frame.accepted + frame.rejected);
    else if (frame.type === 'reject') this.refuse(frame);
  }

  /** The connection is gone: all that was not acknowledged is sent again on the next one, in order. */
  lose(): void {
    this.sent = [];
    this.answered = 0;
    this.tooFast.clear();
    this.unsent = new Set(this.waiting.keys());
  }

  private acknowledge(total: number): void {
    const done = this.sent.splice(0, Math.max(0, total - this.answered));
    this.answered += done.length;
    const again = done.filter(({ uuid }) => this.tooFast.delete(uuid));
    for (const { uuid } of again) this.unsent.add(uuid);
    for (const { uuid } of done) {
      if (this.unsent.has(uuid)) continue;
      this.waiting.delete(uuid);
      this.told.delete(uuid);
    }
    // In the order of the ride: what comes last may end it.
    if (again.length > 0) this.unsent = new Set([...this.waiting.keys()].filter((uuid) => this.unsent.has(uuid)));
  }

  private refuse(frame: IngestFrame & { type: 'reject' }): void {
    const { index, uuid = this.sent[index - this.answered]?.uuid, code, message } = frame;
    if (uuid !== undefined && code === 'RateLimited') {
      this.tooFast.add(uuid);
      return;
    }
    // Sent again on another connection, it is refused again.
    if (uuid === undefined || this.told.has(uuid)) return;
    if (this.waiting.has(uuid)) this.told.add(uuid);
    this.refused = [...this.refused, { uuid, code, message }].slice(-MOST_REFUSALS);
  }
}
