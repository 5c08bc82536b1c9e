import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { allowedTop } from '../../api/clock';
import type { Board, RecordFrame } from '../../api/types';
import { WakeLock } from '../../wake_lock';
import { Ticker, type News } from './ticker';
import { WallFeeds } from './wall_feeds';
import { MOST_ROWS } from './wall_layout';
import { nextClass, shownClass, type Turn } from './wall_rotation';

/** Keeps the screen on while the wall is shown, where the browser can. */
export function useWakeLock(): void {
  useEffect(() => {
    const lock = new WakeLock();
    lock.set(true);
    return () => lock.set(false);
  }, []);
}

const POINTER_MS = 3_000;

/** Whether the pointer has lain still for a while. */
export function useStillPointer(): boolean {
  const [still, setStill] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const moved = () => {
      setStill(false);
      clearTimeout(timer);
      timer = setTimeout(() => setStill(true), POINTER_MS);
    };
    moved();
    addEventListener('pointermove', moved);
    return () => {
      clearTimeout(timer);
      removeEventListener('pointermove', moved);
    };
  }, []);
  return still;
}

/** How many minutes the wall has been up. */
export function useMinutes(): number {
  const [minutes, setMinutes] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setMinutes((count) => count + 1), 60_000);
    return () => clearInterval(timer);
  }, []);
  return minutes;
}

/** Feeds of a board, whose records go to `onRecord`; closed with the wall. */
export function useWallFeeds(board: Board, onRecord: (record: RecordFrame) => void): WallFeeds {
  const top = allowedTop(MOST_ROWS);
  const feeds = useMemo(() => new WallFeeds(board, top, onRecord), [board, top]);
  useEffect(() => () => feeds.close(), [feeds]);
  return feeds;
}

/** The news of the moment, and where to bring more. */
export function useTicker(): [News | null, (record: RecordFrame) => void] {
  const [ticker] = useState(() => new Ticker());
  const [news, setNews] = useState<News | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setNews(ticker.at(performance.now())), 500);
    return () => clearInterval(timer);
  }, []);
  return [news, (record) => ticker.push(record, performance.now())];
}

/** The class whose turn it is, and the how manyth turn that is. */
export function useTurn(turns: readonly Turn[], seconds: number): { classId: number | undefined; turn: number } {
  const [current, setCurrent] = useState<number | undefined>(undefined);
  const [turn, setTurn] = useState(0);
  const classId = shownClass(turns, current);
  const latest = useRef({ turns, classId });
  latest.current = { turns, classId };
  useEffect(() => {
    const timer = setInterval(() => {
      setCurrent(nextClass(latest.current.turns, latest.current.classId));
      setTurn((count) => count + 1);
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  // Who is shown first stays until the turn is over, though others come in before.
  useEffect(() => setCurrent(classId), [classId]);
  return { classId, turn };
}
