import { useEffect, useRef, useState } from 'preact/hooks';

import { access } from '../../api/access';
import { api } from '../../api/http';
import type { HeldBack } from '../../api/types';
import { Poller, pollWhileVisible } from '../../poller';
import { t } from '../../strings';
import { isNotOurs, mayJudge } from './held_back';

const TIMES = { everyMs: 4_000, limitMs: 8_000 };
const STEP = 50;
/** The daemon tells no more at once. */
const MOST = 1000;

export interface Held {
  /** Null: not for this browser, or not told yet. */
  held: HeldBack | null;
  /** Null: no more can be shown. */
  more: (() => void) | null;
  /** Releases or drops, tells what came of it, and looks again. */
  judge: (act: () => Promise<unknown>, done: string) => Promise<void>;
  busy: boolean;
  /** What came of it. */
  said: { text: string; bad: boolean } | null;
}

/** What is held back, asked for again and again while somebody looks who may judge it. */
export function useHeldBack(): Held {
  const may = mayJudge(access.value);
  const [held, setHeld] = useState<HeldBack | null>(null);
  const [limit, setLimit] = useState(STEP);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<Held['said']>(null);
  const again = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (!may) {
      setHeld(null);
      return;
    }
    const poller: Poller = new Poller(
      async (signal) => {
        try {
          setHeld(await api.held.list(limit, signal));
        } catch (error) {
          if (!isNotOurs(error)) throw error;
          setHeld(null);
          stop();
        }
      },
      () => undefined, // the page says itself that the daemon does not answer
      TIMES,
    );
    const stop = pollWhileVisible(poller);
    again.current = () => {
      poller.stop();
      poller.start();
    };
    return stop;
  }, [may, limit]);

  const judge = async (act: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await act();
      setSaid({ text: done, bad: false });
    } catch (error) {
      setSaid({ text: t.status.held.failed((error as Error).message), bad: true });
    }
    setBusy(false);
    again.current();
  };
  const isAll = held === null || held.entries.length >= held.total || limit >= MOST;
  return { held, more: isAll ? null : () => setLimit(limit + STEP), judge, busy, said };
}
