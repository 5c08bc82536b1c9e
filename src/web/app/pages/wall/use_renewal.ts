import { useEffect, useRef } from 'preact/hooks';

import { getText } from '../../api/http';
import type { FeedState } from '../../api/live_feed';
import { isOtherPage, Renewal } from './wall_renewal';

const RENEWED_KEY = 'alleycat.wall.renewed';
const ASK_EVERY_MS = 600_000;
/** The walls of a house do not all ask at once. */
const ASK_WITHIN_MS = 5_000;

function loadedFiles(): Set<string> {
  const named = document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>('script[src], link[href]');
  return new Set([...named].map((element) => new URL('src' in element ? element.src : element.href).pathname));
}

function renewedAt(): number | null {
  try {
    return Number(sessionStorage.getItem(RENEWED_KEY)) || null;
  } catch {
    return null;
  }
}

function renew(): void {
  try {
    sessionStorage.setItem(RENEWED_KEY, String(Date.now()));
  } catch {
    return; // without a memory it could go round for ever
  }
  location.reload();
}

/** Loads the page again when the daemon, back from a restart, has another one. `quiet`: nothing is being told. */
export function useRenewal(state: FeedState | undefined, quiet: boolean): void {
  const renewal = useRef<Renewal>();
  renewal.current ??= new Renewal(renewedAt());
  const isQuiet = useRef(quiet);
  isQuiet.current = quiet;
  useEffect(() => {
    if (state !== 'live') return;
    const look = async () => {
      try {
        const other = isOtherPage(await getText('/', AbortSignal.timeout(ASK_WITHIN_MS)), loadedFiles());
        renewal.current?.asked(other, Date.now());
      } catch {
        renewal.current?.asked(false, Date.now()); // not now
      }
    };
    const first = setTimeout(look, Math.random() * ASK_WITHIN_MS);
    const again = setInterval(look, ASK_EVERY_MS);
    const due = setInterval(() => renewal.current?.due(isQuiet.current, Date.now()) && renew(), 1_000);
    return () => {
      clearTimeout(first);
      clearInterval(again);
      clearInterval(due);
    };
  }, [state]);
}
