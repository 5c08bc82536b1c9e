import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { untilAnswered } from '../../api/until_answered';
import { Poller, pollWhileVisible } from '../../poller';
import { appended, refreshed, type Pages } from './pages';

type Asked<H, R> = (signal: AbortSignal, have: number) => Promise<Pages<H, R>>;

export type PagesState<H, R> =
  | { state: 'loading' }
  | { state: 'failed'; error: Error }
  | { state: 'there'; pages: Pages<H, R>; more: { asked: boolean; error: Error | null } };

const QUIET = { asked: false, error: null };
/** A look for news that takes longer is given up. */
const LIMIT_MS = 20_000;

interface Options<H, R> {
  /** Asks for the first page; `have`: how many rows are known already. */
  first: Asked<H, R>;
  key: (row: R) => unknown;
  /** Starts afresh when one of these changes. */
  inputs: readonly unknown[];
  /** Pause between two looks for news; undefined: it does not change. */
  refreshMs?: (head: H) => number | undefined;
}

/** A list that grows on demand, and keeps up with the daemon while the window is looked at. */
export function usePages<H, R>({ first, key, inputs, refreshMs }: Options<H, R>) {
  const [shown, setShown] = useState<PagesState<H, R>>({ state: 'loading' });
  const abort = useRef(new AbortController());
  const have = useRef(0);
  have.current = shown.state === 'there' ? shown.pages.rows.length : 0;
  useEffect(() => {
    const { signal } = (abort.current = new AbortController());
    const failed = (error: Error) => setShown({ state: 'failed', error });
    setShown({ state: 'loading' });
    untilAnswered((round) => first(round, 0), signal, failed).then(
      (pages) => signal.aborted || setShown({ state: 'there', pages, more: QUIET }),
      (error: Error) => signal.aborted || failed(error),
    );
    return () => abort.current.abort();
  }, inputs);

  const pause = shown.state === 'there' ? refreshMs?.(shown.pages.head) : undefined;
  useEffect(() => {
    if (pause === undefined) return;
    const look = async (signal: AbortSignal) => {
      const fresh = await first(signal, have.current);
      if (signal.aborted) return;
      setShown((now) => (now.state === 'there' ? { ...now, pages: refreshed(now.pages, fresh, key) } : now));
    };
    // The next look may succeed.
    return pollWhileVisible(new Poller(look, () => undefined, { everyMs: pause, limitMs: LIMIT_MS }), pause);
  }, [pause, ...inputs]);

  const more = useCallback(() => {
    if (shown.state !== 'there' || !shown.pages.next || shown.more.asked) return;
    const { signal } = abort.current;
    const tell = (state: { asked: boolean; error: Error | null }) =>
      setShown((now) => (now.state === 'there' ? { ...now, more: state } : now));
    tell({ asked: true, error: null });
    untilAnswered(shown.pages.next, signal, (error) => tell({ asked: true, error })).then(
      (page) =>
        signal.aborted ||
        setShown((now) =>
          now.state === 'there' ? { ...now, pages: appended(now.pages, page, key), more: QUIET } : now,
        ),
      (error: Error) => signal.aborted || tell({ asked: false, error }),
    );
  }, [shown]);
  return { shown, more };
}
