const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** Pauses before the next try: growing, and a little uneven, so that all pages of a room do not come back at once. */
export class Backoff {
  private next = FIRST_MS;

  pause(random = Math.random): number {
    const ms = this.next * (0.75 + random() / 2);
    this.next = Math.min(this.next * 2, LONGEST_MS);
    return ms;
  }

  reset(): void {
    this.next = FIRST_MS;
  }
}
