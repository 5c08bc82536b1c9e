// The ride of this page. It goes on while the rider looks at another part of the page.

import { signal } from '@preact/signals';

import { askClock, serverNow } from '../api/clock';
import type { RecordFrame } from '../api/types';
import { untilAnswered } from '../api/until_answered';
import type { Bike } from '../bike/bike';
import type { Values } from '../chart/curve_data';
import { WakeLock } from '../wake_lock';
import { better, loadGhosts, type Ghosts } from './ghosts';
import { Ride, type Moment, type Ridden, type RidePhase, type RidePlan } from './ride';
import { SampleLog } from './samples';
import type { Sender } from './sender';
import { Trophies } from './trophies';
import { randomUuid } from './uuid';

const TICK_MS = 200;
/** Clocks that ran apart by more than this: one was set, or the computer slept. */
const STEP_MS = 2_000;

const wakeLock = new WakeLock();
/** What was ridden on this page, which the history may not have yet. By class and racer. */
const riddenHere = new Map<string, Values>();

/** From the press of "Start" until the rider rides again. */
export class Session {
  readonly phase = signal<RidePhase>('waiting');
  readonly second = signal(0);
  /** ms to the end of the race. */
  readonly left = signal(0);
  readonly last = signal<Ridden | null>(null);
  readonly outputs = signal<Values>([]);
  /** Null until they are known. */
  readonly ghosts = signal<Ghosts | null>(null);
  /** The best record of a whole race that this one set. */
  readonly set = signal<'personal' | 'class' | null>(null);
  readonly ride: Ride;

  private readonly log = new SampleLog();
  private readonly trophies: Trophies;
  private readonly ends: (() => void)[] = [];
  private drift = Date.now() - performance.now();
  private asking = false;
  private celebrated = false;
  private closed = false;

  constructor(
    readonly plan: RidePlan,
    readonly bike: Bike,
    private readonly sender: Sender,
  ) {
    this.ride = new Ride(plan, this.log, randomUuid);
    this.trophies = new Trophies(plan.rider.racerId, plan.raceId);
    sender.prepare(plan.length);
    sender.hold(true);
    const tick = () => this.tick();
    // Timers of hidden pages are slow; what the bike tells wakes the page too.
    this.ends.push(
      bike.listen((samples) => {
        for (const sample of samples) this.log.add(sample);
        this.advance();
      }),
    );
    const timer = setInterval(tick, TICK_MS);
    document.addEventListener('visibilitychange', tick);
    this.ends.push(
      () => clearInterval(timer),
      () => document.removeEventListener('visibilitychange', tick),
    );
    const latest = bike.latest.peek();
    if (latest) this.log.add(latest);
    wakeLock.set(true);
    this.tick();
  }

  /** The rider has had enough. */
  stop(): void {
    this.bike.catchUp();
    this.send(this.ride.stop(this.now()));
    this.tell();
  }

  /** A record fell. Whether the rider is to be told of it. */
  heard(frame: RecordFrame): boolean {
    if (!this.trophies.take(frame, Date.now())) return false;
    if (frame.kind !== 'second' && this.set.peek() !== 'class') this.set.value = frame.kind;
    return true;
  }

  /** Whether the finish is to be celebrated: it is once, and not where the rider gave up. */
  celebrate(): boolean {
    if (this.celebrated || this.ride.wasStopped || !this.last.peek()) return false;
    this.celebrated = true;
    return true;
  }

  /** Ends all that runs; what was ridden is sent nevertheless. */
  close(): void {
    this.closed = true;
    this.rest();
  }

  private now(): Moment {
    return { race: serverNow(), local: Date.now() };
  }

  private tick(): void {
    this.bike.catchUp(); // its timer may be as late as this one
    this.advance();
  }

  private advance(): void {
    if (this.closed || this.asking || this.stepped()) return;
    this.send(this.ride.tick(this.now()));
    this.tell();
  }

  /** After a step of the clock it is better to ask than to believe that the race is over. */
  private stepped(): boolean {
    const drift = Date.now() - performance.now();
    const stepped = Math.abs(drift - this.drift) > STEP_MS;
    this.drift = drift;
    if (stepped) {
      this.asking = true;
      void askClock().finally(() => {
        this.asking = false;
      });
    }
    return stepped;
  }

  private send(records: readonly Ridden[]): void {
    for (const { output, ...record } of records) this.sender.send(record);
    const latest = records.at(-1);
    if (!latest) return;
    this.last.value = latest;
    this.outputs.value = [...this.ride.outputs];
  }

  private tell(): void {
    const now = this.now();
    const phase = this.ride.phase(now);
    this.second.value = this.ride.second(now.race);
    this.left.value = Math.max(0, this.ride.left(now.race));
    if (phase === this.phase.peek()) return;
    this.phase.value = phase;
    if (phase === 'racing') void this.fetchGhosts(); // not earlier: the race before may have bettered them
    if (phase === 'over') this.finish();
  }

  private finish(): void {
    const key = keyOf(this.plan);
    riddenHere.set(key, better(riddenHere.get(key) ?? [], this.ride.outputs));
    this.rest();
  }

  private rest(): void {
    for (const end of this.ends.splice(0)) end();
    this.sender.hold(false);
    wakeLock.set(false);
  }

  private async fetchGhosts(): Promise<void> {
    const { classId, rider, length } = this.plan;
    const before = riddenHere.get(keyOf(this.plan)) ?? [];
    const over = new AbortController();
    this.ends.push(() => over.abort());
    const load = (signal: AbortSignal) => loadGhosts(classId, rider.racerId, length, signal);
    try {
      const loaded = await untilAnswered(load, over.signal, () => undefined);
      this.ghosts.value = { mine: better(loaded.mine, before), class: better(loaded.class, before) };
    } catch {
      // over before they came, or the daemon has none to tell: one rides alone
    }
  }
}

function keyOf({ classId, rider }: RidePlan): string {
  return `${classId}/${rider.racerId}`;
}
