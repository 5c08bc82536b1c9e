import { useEffect, useState } from 'preact/hooks';

import { useLiveFeed } from '../../api/live_feed';
import type { Entry, RecordFrame } from '../../api/types';
import type { Session } from '../../ride/session';

const TROPHY_MS = 5_000;

export interface OwnRow {
  row: Entry | null;
  total: number;
  /** A record worth a trophy fell a moment ago. */
  trophy: boolean;
}

/** The rider's place in the race they ride, as the daemon tells it. */
export function useOwnRow(session: Session): OwnRow {
  const { classId, raceId, rider } = session.plan;
  const { racerId } = rider;
  const [fell, setFell] = useState(0);
  const take = (frame: RecordFrame) => {
    if (session.heard(frame)) setFell((count) => count + 1);
  };
  const feed = useLiveFeed({ classId, board: 'now', raceId, racerId, top: 1 }, take);
  const [trophy, setTrophy] = useState(false);
  useEffect(() => {
    if (fell === 0) return;
    setTrophy(true);
    const timer = setTimeout(() => setTrophy(false), TROPHY_MS);
    return () => clearTimeout(timer);
  }, [fell]);
  const view = feed.view.value;
  return { row: view?.me ?? null, total: view?.total ?? 0, trophy };
}
