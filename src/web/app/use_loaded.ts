import { useEffect, useState } from 'preact/hooks';

import { isAnswer, untilAnswered } from './api/until_answered';
import { Poller, pollWhileVisible } from './poller';

export type Loaded<T> = { state: 'loading' } | { state: 'failed'; error: Error } | { state: 'there'; value: T };

/** A look for news that takes longer is given up. */
const LIMIT_MS = 20_000;

/**
 * What `load` answers, asked again when one of `inputs` changes, and until the server answers at all. `refreshMs`: looks
 * for news after each such pause; what was there stays meanwhile. An answer that came too late is dropped.
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
  refreshMs?: number,
): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  useEffect(() => {
    const abort = new AbortController();
    const failed = (error: Error) => setLoaded({ state: 'failed', error });
    setLoaded({ state: 'loading' });
    untilAnswered(load, abort.signal, failed).then(
      (value) => abort.signal.aborted || setLoaded({ state: 'there', value }),
      (error: Error) => abort.signal.aborted || failed(error),
    );
    return () => abort.abort();
  }, inputs);

  // Until there is an answer, that is asked for anyway.
  const answered = loaded.state === 'there' || (loaded.state === 'failed' && isAnswer(loaded.error));
  const pause = answered ? refreshMs : undefined;
  useEffect(() => {
    if (pause === undefined) return;
    const look = async (signal: AbortSignal) => {
      const value = await load(signal);
      if (!signal.aborted) setLoaded({ state: 'there', value });
    };
    // The next look may succeed.
    return pollWhileVisible(new Poller(look, () => undefined, { everyMs: pause, limitMs: LIMIT_MS }), pause);
  }, [pause, ...inputs]);
  return loaded;
}
