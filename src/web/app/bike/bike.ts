// What the race knows of a bike, whatever kind it is.

import type { ReadonlySignal } from '@preact/signals';

export type BikeState = 'idle' | 'connecting' | 'connected' | 'lost';

export interface Sample {
  /** rpm */
  cadence: number;
  /** % */
  resistance: number;
  /** W, of bikes that tell it. */
  power: number | null;
  /** When the cadence was told: ms since the epoch, of this computer's clock. */
  at: number;
}

export type TakeSamples = (samples: readonly Sample[]) => void;

export interface Bike {
  /** For the rider. */
  readonly name: ReadonlySignal<string>;
  readonly state: ReadonlySignal<BikeState>;
  readonly latest: ReadonlySignal<Sample | null>;
  /** `take` is told every sample in order of time; several at once where some come late. Returns what ends that. */
  listen(take: TakeSamples): () => void;
  /** Tells now what a late timer has kept back. */
  catchUp(): void;
  connect(): Promise<void>;
  disconnect(): void;
}

/** Older than this, the page warns: old consoles tell every 2 s, newer ones every 0.3 s. */
export const STALE_MS = 3_000;
/** Older than this, a sample says nothing any more of what the rider does, and no record is made of it. */
export const GRACE_MS = 5_000;
