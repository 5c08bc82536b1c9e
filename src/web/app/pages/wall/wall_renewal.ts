// A wall that runs for weeks outlives the daemon it came from. When a newer one answers, whose page is made of other files,
// the wall loads itself again. No DOM here.

/** The hashed files that an index.html names. */
export function namedFiles(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
}

/** Whether the daemon's index.html is that of another page than the one whose files are `loaded`. */
export function isOtherPage(html: string, loaded: ReadonlySet<string>): boolean {
  return namedFiles(html).some((path) => !loaded.has(path));
}

/** What still moves behind a restart settles first. */
const SETTLE_MS = 10_000;
const LONGEST_WAIT_MS = 120_000;
/** An answer that is kept on the way and always names other files must not make a wall load itself all the time. */
const PAUSE_MS = 600_000;

/** When to load the page again. Times in ms on any one clock. */
export class Renewal {
  private foundAt: number | null = null;

  /** `renewedAt`: when this browser loaded the page again last, if it did. */
  constructor(private readonly renewedAt: number | null) {}

  /** The daemon was asked at `now`. */
  asked(other: boolean, now: number): void {
    this.foundAt = other ? (this.foundAt ?? now) : null;
  }

  /** Whether now is the time. `quiet`: nothing is being told. */
  due(quiet: boolean, now: number): boolean {
    if (this.foundAt === null || (this.renewedAt !== null && now - this.renewedAt < PAUSE_MS)) return false;
    const waited = now - this.foundAt;
    return waited >= LONGEST_WAIT_MS || (quiet && waited >= SETTLE_MS);
  }
}
