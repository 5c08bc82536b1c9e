/** Keeps the screen on while it is set. Browsers let go of it whenever the page is hidden: then it is asked for again. */
export class WakeLock {
  private wanted = false;
  private lock: WakeLockSentinel | null = null;
  private asking = false;
  /** It was asked for while an answer was awaited. */
  private again = false;
  private readonly onVisibility = () => void this.ask();

  set(wanted: boolean): void {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (wanted) {
      document.addEventListener('visibilitychange', this.onVisibility);
      void this.ask();
    } else {
      document.removeEventListener('visibilitychange', this.onVisibility);
      void this.release();
    }
  }

  private async ask(): Promise<void> {
    if (!this.wanted || document.hidden || (this.lock && !this.lock.released)) return;
    this.again = this.asking; // two answers at once: one of them would be kept for ever
    if (this.asking) return;
    this.asking = true;
    try {
      this.lock = (await (navigator as Partial<Navigator>).wakeLock?.request('screen')) ?? null;
    } catch {
      // not allowed, or too little battery: the screen goes its own way
    }
    this.asking = false;
    if (!this.wanted) await this.release();
    else if (this.again) await this.ask();
  }

  private async release(): Promise<void> {
    const { lock } = this;
    this.lock = null;
    await lock?.release().catch(() => undefined);
  }
}
