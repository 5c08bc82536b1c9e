import { useEffect, useState } from 'preact/hooks';

import { api } from './api/http';
import type { FoundRacer } from './api/types';
import { untilAnswered } from './api/until_answered';

const TYPING_MS = 150;

export interface Found {
  /** What they were found by; null: nothing was asked yet. */
  text: string | null;
  racers: readonly FoundRacer[];
  /** Why there are none; null: the server said so. */
  error: Error | null;
}

/** Racers by name or number, while `wanted`. The last ones stay until the next answer; so `text` may be an older one. */
export function useFoundRacers(text: string, wanted: boolean): Found {
  const [found, setFound] = useState<Found>({ text: null, racers: [], error: null });
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const failed = (error: Error) => abort.signal.aborted || setFound({ text, racers: [], error });
    const timer = setTimeout(() => {
      untilAnswered((signal) => api.racers(text, signal), abort.signal, failed).then(
        (racers) => abort.signal.aborted || setFound({ text, racers, error: null }),
        failed,
      );
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, wanted]);
  return found;
}
