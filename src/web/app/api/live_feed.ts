import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

import { lookPass } from './access';
import { Backoff } from './backoff';
import { reachable } from './clock';
import { openSocket } from './daemon_socket';
import { address } from './http';
import { applied, type BoardView } from './live_board';
import type { Board, BoardFrame, RecordFrame } from './types';

export interface LiveQuery {
  classId: number;
  board: Board;
  /** Undefined: the class's newest race, whichever that is. */
  raceId?: number | undefined;
  racerId?: number | undefined;
  top: number;
}

export type FeedState = 'connecting' | 'live' | 'lost';

/** One board, kept up to date: it connects again by itself, for as long as it is not closed. */
export class LiveFeed {
  private readonly view_ = signal<BoardView | null>(null);
  private readonly state_ = signal<FeedState>('connecting');
  private readonly backoff = new Backoff();
  private readonly ends: (() => void)[] = [];
  private socket: WebSocket | null = null;
  /** With which it connected last. */
  private pass: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly query: LiveQuery,
    private readonly onRecord?: (record: RecordFrame) => void,
  ) {
    // A network that went away leaves a socket that looks open, or one that goes on trying long after the network is back:
    // the clock's questions find out.
    let wasReachable = reachable.peek();
    const unwatch = reachable.subscribe((now) => {
      const before = wasReachable;
      wasReachable = now;
      if (now === false && before !== false && this.socket) this.lose();
      else if (now && before === false && this.state_.peek() !== 'live') this.reconnect();
    });
    this.connect();
    const part = lookPass.subscribe((now) => now !== this.pass && (now === null ? this.lose() : this.reconnect()));
    this.ends.push(unwatch, part);
  }

  /** The last board stays while the connection is lost. */
  get view(): ReadonlySignal<BoardView | null> {
    return this.view_;
  }
  get state(): ReadonlySignal<FeedState> {
    return this.state_;
  }

  close(): void {
    for (const end of this.ends) end();
    clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
  }

  private connect(): void {
    this.pass = lookPass.peek();
    if (this.pass === null) return; // whoever signs in goes on here
    const socket = openSocket(address('/live', { ...this.query }), this.pass, {
      frame: (frame) => this.socket === socket && this.take(frame as BoardFrame | RecordFrame),
      ended: () => this.socket === socket && this.lose(),
    });
    this.socket = socket;
  }

  private reconnect(): void {
    clearTimeout(this.timer);
    this.socket?.close();
    this.connect();
  }

  private lose(): void {
    this.socket?.close(); // nobody waits for its end: if the network is gone, that takes a minute
    this.socket = null;
    this.state_.value = 'lost';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), this.backoff.pause());
  }

  private take(frame: BoardFrame | RecordFrame): void {
    if (frame.type === 'record') {
      this.onRecord?.(frame);
    } else if (frame.type === 'snapshot' || frame.type === 'delta') {
      this.view_.value = applied(this.view_.peek(), frame);
      this.state_.value = 'live';
      this.backoff.reset();
    }
  }
}

/** The feed of `query` while the component is shown. `onRecord` is taken from the first call. */
export function useLiveFeed(query: LiveQuery, onRecord?: (record: RecordFrame) => void): LiveFeed {
  const { classId, board, raceId, racerId, top } = query;
  const feed = useMemo(() => new LiveFeed(query, onRecord), [classId, board, raceId, racerId, top]);
  useEffect(() => () => feed.close(), [feed]);
  return feed;
}
