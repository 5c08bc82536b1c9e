import { signal } from '@preact/signals';

import { t } from '../strings';
import type { Bike, BikeState, Sample, TakeSamples } from './bike';
import { Listeners } from './listeners';
import { pedalling } from './simulated_rider';

const EVERY_MS = 500;
/** Browsers slow the timers of hidden pages down to one a minute, and the rider does not stop for that. */
const LONGEST_GAP_MS = 120_000;
/** The legs follow the slider at this many points a second. */
const EFFORT_A_SECOND = 12;

/** A rider that nobody has to be. */
export class SimulatedBike implements Bike {
  readonly name = signal(t.bike.simulated);
  readonly state = signal<BikeState>('idle');
  readonly latest = signal<Sample | null>(null);
  /** 0 … 100, as the slider says. */
  readonly effort = signal(50);
  private readonly listeners = new Listeners();
  private timer: ReturnType<typeof setInterval> | undefined;
  private legs = 50;
  private last = 0;

  constructor(public seed: number) {}

  listen(take: TakeSamples): () => void {
    return this.listeners.add(take);
  }

  async connect(): Promise<void> {
    if (this.state.peek() === 'connected') return;
    this.legs = this.effort.peek();
    this.last = Date.now() - EVERY_MS;
    this.state.value = 'connected';
    this.timer = setInterval(() => this.catchUp(), EVERY_MS);
    this.catchUp();
  }

  disconnect(): void {
    clearInterval(this.timer);
    this.state.value = 'idle';
    this.latest.value = null;
  }

  catchUp(): void {
    if (this.state.peek() !== 'connected') return;
    const now = Date.now();
    if (now < this.last || now - this.last > LONGEST_GAP_MS) this.last = now - EVERY_MS; // the clock was set
    const samples: Sample[] = [];
    while (this.last + EVERY_MS <= now) samples.push(this.pedal());
    const latest = samples.at(-1);
    if (!latest) return;
    this.latest.value = latest;
    this.listeners.tell(samples);
  }

  /** Goes on by one sample. */
  private pedal(): Sample {
    this.last += EVERY_MS;
    const step = (EFFORT_A_SECOND * EVERY_MS) / 1000;
    this.legs += Math.min(Math.max(this.effort.peek() - this.legs, -step), step);
    return { ...pedalling(this.seed, this.last / 1000, this.legs), power: null, at: this.last };
  }
}
