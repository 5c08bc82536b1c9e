import { LiveFeed, type LiveQuery } from '../../api/live_feed';
import type { Board, RecordFrame } from '../../api/types';

/** More classes than this are not all followed at once: each costs a connection. */
export const MOST_CLASSES = 24;

type OpenFeed = (query: LiveQuery, onRecord: (record: RecordFrame) => void) => LiveFeed;

/** One feed a class: records of all of them are told, and a class that gets its turn is there at once. */
export class WallFeeds {
  private readonly feeds = new Map<number, LiveFeed>();

  constructor(
    private readonly board: Board,
    /** Rows to ask for. */
    private readonly top: number,
    private readonly onRecord: (record: RecordFrame) => void,
    private readonly open: OpenFeed = (query, onRecord) => new LiveFeed(query, onRecord),
  ) {}

  get(classId: number): LiveFeed | undefined {
    return this.feeds.get(classId);
  }

  get size(): number {
    return this.feeds.size;
  }

  /** Follows these classes, the first ones if they are too many, and no others. */
  follow(classIds: readonly number[]): void {
    const wanted = new Set([...new Set(classIds)].slice(0, MOST_CLASSES));
    for (const [classId, feed] of this.feeds) {
      if (wanted.has(classId)) continue;
      feed.close();
      this.feeds.delete(classId);
    }
    for (const classId of wanted) {
      if (this.feeds.has(classId)) continue;
      this.feeds.set(classId, this.open({ classId, board: this.board, top: this.top }, this.onRecord));
    }
  }

  close(): void {
    this.follow([]);
  }
}
