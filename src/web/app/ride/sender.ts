import { signal } from '@preact/signals';

import { sendPass } from '../api/access';
import { Backoff } from '../api/backoff';
import { reachable, whenReachableAgain } from '../api/clock';
import { openSocket } from '../api/daemon_socket';
import type { TelemetryRecord } from '../api/types';
import { Outbox, type IngestFrame, type Refusal } from './outbox';
import { OutboxStore } from './outbox_store';

const TICK_MS = 1_000;
const FRAME_RECORDS = 200;
/** A tick, after the daemon has said that it was too fast: what was ridden meanwhile, and some of what is late. */
const SLOW_RECORDS = 10;
/** The daemon answers within a second; a connection that is dead without having ended does not. */
const SILENT_MS = 15_000;
/** Storage is slow; what a crash of the browser may cost is this much. */
const KEEP_MS = 5_000;
const KEEP_OLDER_THAN_MS = 3_000;
const IDLE_MS = 5_000;

/** Two races and ten minutes more. */
const roomFor = (raceLength: number) => 2 * raceLength + 600;
const USUAL_LENGTH = 300;

export type Connection = 'idle' | 'connecting' | 'open' | 'lost';

export interface Unsent {
  count: number;
  /** ms that the oldest waits. */
  age: number;
  /** Given up for want of room. */
  dropped: number;
  refusals: readonly Refusal[];
}

/** Brings records to the daemon: connects while there is something to send, and again after each loss. */
export class Sender {
  readonly connection = signal<Connection>('idle');
  readonly unsent = signal<Unsent>({ count: 0, age: 0, dropped: 0, refusals: [] });

  private readonly outbox = new Outbox(roomFor(USUAL_LENGTH));
  private readonly backoff = new Backoff();
  private socket: WebSocket | null = null;
  /** The daemon knows who we are, and listens. */
  private admitted = false;
  /** With which it connected last. */
  private pass: string | null = null;
  private slow = false;
  private again: ReturnType<typeof setTimeout> | undefined;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private heard = 0;
  private kept = 0;
  private idleSince = 0;
  private held = false;

  constructor(
    private readonly url: string,
    private readonly store = new OutboxStore(),
  ) {
    const adopted = this.store.adopt();
    this.outbox.capacity += adopted.length;
    for (const record of adopted) this.outbox.add(record, performance.now());
    addEventListener('pagehide', () => this.keep());
    document.addEventListener('visibilitychange', () => this.keep());
    addEventListener('online', () => this.socket || this.again === undefined || this.connect());
    // A network that went away leaves a socket that looks open, or one that goes on trying long after the network is
    // back: the clock's questions find out.
    reachable.subscribe((now) => now === false && this.socket && this.lose());
    whenReachableAgain(() => this.trying() && this.reconnect());
    sendPass.subscribe((now) => this.passed(now));
    if (this.outbox.size > 0) this.wake();
  }

  /** A ride begins. */
  prepare(raceLength: number): void {
    this.outbox.beginRide();
    this.tell();
    this.outbox.capacity = Math.max(this.outbox.capacity, roomFor(raceLength));
  }

  /** Stays connected though there is nothing to send: a race is about to start. */
  hold(held: boolean): void {
    this.held = held;
    if (held) this.wake();
  }

  send(record: TelemetryRecord): void {
    this.outbox.add(record, performance.now());
    this.wake();
    this.flush();
    this.tell();
  }

  private wake(): void {
    this.idleSince = performance.now();
    this.ticking ??= setInterval(() => this.tick(), TICK_MS);
    if (!this.socket && this.again === undefined) this.connect();
  }

  private connect(): void {
    clearTimeout(this.again);
    this.again = undefined;
    this.pass = sendPass.peek();
    if (this.pass === null) return; // whoever signs in goes on here
    const socket = openSocket(this.url, this.pass, {
      admitted: () => this.socket === socket && this.admit(),
      frame: (frame) => this.socket === socket && this.take(frame as IngestFrame),
      ended: () => this.socket === socket && this.lose(),
    });
    this.socket = socket;
    this.admitted = false;
    this.slow = false;
    this.heard = performance.now();
    this.connection.value = this.connection.peek() === 'lost' ? 'lost' : 'connecting';
  }

  private admit(): void {
    this.admitted = true;
    this.connection.value = 'open';
    this.flush();
  }

  /** Somebody signed in or out, or it is known at last that nobody has to. */
  private passed(now: string | null): void {
    if (now === this.pass) return;
    if (this.socket) this.lose();
    if (now !== null && this.ticking !== undefined) this.connect();
  }

  private trying(): boolean {
    return this.again !== undefined || this.socket?.readyState === WebSocket.CONNECTING;
  }

  private reconnect(): void {
    this.socket?.close();
    this.connect();
  }

  private flush(): void {
    if (this.slow) return;
    while (this.sendSome(FRAME_RECORDS));
  }

  private sendSome(most: number): boolean {
    const { socket } = this;
    if (!this.admitted || socket?.readyState !== WebSocket.OPEN || !this.outbox.hasUnsent) return false;
    const records = this.outbox.take(most);
    if (this.outbox.unanswered === records.length) this.heard = performance.now(); // the silence starts here
    socket.send(JSON.stringify(records.length === 1 ? records[0] : records));
    return true;
  }

  private take(frame: IngestFrame): void {
    this.heard = performance.now();
    this.backoff.reset();
    // Ours all have a uuid: this is about a first message that brought no token.
    if (frame.type === 'reject' && frame.code === 'Unauthorized' && frame.uuid === undefined) return;
    if (frame.type === 'reject' && frame.code === 'RateLimited') this.slow = true;
    this.outbox.answer(frame);
    if (this.outbox.size === 0) this.store.keep([]);
    this.tell();
  }

  private lose(): void {
    this.socket?.close(); // nobody waits for its end: if the network is gone, that takes a minute
    this.socket = null;
    this.admitted = false;
    this.outbox.lose();
    this.connection.value = 'lost';
    clearTimeout(this.again);
    this.again = setTimeout(() => this.connect(), this.backoff.pause());
    this.keep();
  }

  private tick(): void {
    const now = performance.now();
    const silent = !this.admitted || this.outbox.unanswered > 0;
    if (this.socket && silent && now - this.heard > SILENT_MS) this.lose();
    if (this.slow) this.slow = this.sendSome(SLOW_RECORDS) || this.outbox.unanswered > 0;
    if (now - this.kept >= KEEP_MS && this.outbox.age(now) > KEEP_OLDER_THAN_MS) this.keep();
    this.tell();
    if (this.held || this.outbox.size > 0) this.idleSince = now;
    else if (now - this.idleSince > IDLE_MS) this.rest();
  }

  /** Nothing to do: no connection, no timers. */
  private rest(): void {
    clearInterval(this.ticking);
    clearTimeout(this.again);
    this.ticking = undefined;
    this.again = undefined;
    this.socket?.close();
    this.socket = null;
    this.admitted = false;
    this.outbox.lose();
    this.connection.value = 'idle';
  }

  private keep(): void {
    this.kept = performance.now();
    this.store.keep(this.outbox.records);
  }

  private tell(): void {
    const { size: count, dropped, refusals } = this.outbox;
    const before = this.unsent.peek();
    const age = this.outbox.age(performance.now());
    if (count === 0 && before.count === 0 && dropped === before.dropped && refusals === before.refusals) return;
    this.unsent.value = { count, age, dropped, refusals };
  }
}
