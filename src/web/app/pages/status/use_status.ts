import { useEffect, useRef, useState } from 'preact/hooks';

import { api, getText } from '../../api/http';
import type { Reject } from '../../api/types';
import { Poller, pollWhileVisible } from '../../poller';
import { Metrics } from './prometheus_text';
import { Rates } from './rates';
import { countersOf } from './status_model';

const TIMES = { everyMs: 2_000, limitMs: 8_000 };
const REJECTS = 20;

/** What the daemon said last. */
export interface Heard {
  metrics: Metrics;
  ready: { yes: boolean; why: string };
  /** Null: this daemon does not tell. */
  rejects: readonly Reject[] | null;
  /** ms of a clock that does not go back. */
  at: number;
}

export interface Status {
  heard: Heard | null;
  /** The daemon did not answer the last time; what was heard before is old. */
  silent: boolean;
  rates: Rates;
}

async function askReady(signal: AbortSignal): Promise<Heard['ready']> {
  const response = await fetch('/readyz', { signal });
  return { yes: response.ok, why: (await response.text()).trim() };
}

async function listen(signal: AbortSignal): Promise<Heard> {
  const [text, ready, rejects] = await Promise.all([
    getText('/metrics', signal),
    askReady(signal),
    api.rejects(REJECTS, signal).catch(() => null),
  ]);
  return { metrics: new Metrics(text), ready, rejects, at: performance.now() };
}

/** Asks the daemon every two seconds, but not while nobody looks. */
export function useStatus(): Status {
  const rates = useRef(new Rates()).current;
  const [status, setStatus] = useState<Status>({ heard: null, silent: false, rates });
  useEffect(() => {
    const poller = new Poller(
      async (signal) => {
        const heard = await listen(signal);
        rates.add(heard.at, countersOf(heard.metrics));
        setStatus({ heard, silent: false, rates });
      },
      () => setStatus((before) => ({ ...before, silent: true })),
      TIMES,
    );
    return pollWhileVisible(poller);
  }, []);
  return status;
}
