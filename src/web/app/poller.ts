interface Options {
  everyMs: number;
  /** A round that takes longer has failed. */
  limitMs: number;
}

/** Does `task` again and again, one at a time, and not while it is stopped. */
export class Poller {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the round under way, or before the next one; null while stopped. */
  private round: AbortController | null = null;

  constructor(
    private readonly task: (signal: AbortSignal) => Promise<void>,
    private readonly failed: () => void,
    private readonly options: Options,
  ) {}

  /** Begins at once, or after `afterMs`. */
  start(afterMs = 0): void {
    if (this.round) return;
    if (afterMs === 0) {
      void this.run();
    } else {
      this.round = new AbortController();
      this.timer = setTimeout(() => void this.run(), afterMs);
    }
  }

  /** What is under way is given up, and is no failure. */
  stop(): void {
    clearTimeout(this.timer);
    const round = this.round;
    this.round = null;
    round?.abort();
  }

  private async run(): Promise<void> {
    const round = new AbortController();
    this.round = round;
    this.timer = setTimeout(() => round.abort(), this.options.limitMs);
    try {
      await this.task(round.signal);
    } catch {
      if (this.round === round) this.failed();
    }
    if (this.round !== round) return; // stopped, and maybe started again
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), this.options.everyMs);
  }
}

/** Lets it run while the window is looked at: the first round after `afterMs`, or as soon as somebody looks again. */
export function pollWhileVisible(poller: Poller, afterMs = 0): () => void {
  const look = () => (document.hidden ? poller.stop() : poller.start());
  if (!document.hidden) poller.start(afterMs);
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    poller.stop();
  };
}
