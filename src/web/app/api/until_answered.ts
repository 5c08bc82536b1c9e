import { mustSignIn } from './access';
import { Backoff } from './backoff';
import { whenReachableAgain } from './clock';
import { RequestError, needsSignIn } from './http';

/** A network that swallows packets would keep a question for minutes. */
const PATIENCE_MS = 20_000;

/** No answer at all; what a proxy says for a server that is away; or what a server says that is too busy. */
const NO_ANSWER = [0, 502, 503, 504];

/** Whether the server answered, though by an error: asking again would not help. Whoever signs in gets another answer. */
export function isAnswer(error: unknown): boolean {
  return error instanceof RequestError && !NO_ANSWER.includes(error.status) && !needsSignIn(error);
}

/** Calls `back` when somebody has signed in where that was missing. */
function whenSignedIn(back: () => void): () => void {
  const missing = mustSignIn.peek();
  return mustSignIn.subscribe((now) => missing && !now && back());
}

/** Ends after `ms`, or as soon as the server answers again, or somebody has signed in, or with `signal`. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    const unwatch = [whenReachableAgain(end), whenSignedIn(end)];
    signal.addEventListener('abort', end, { once: true });
    function end() {
      clearTimeout(timer);
      for (const each of unwatch) each();
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}

/** One try, which does not take for ever. */
async function tried<T>(load: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  const round = new AbortController();
  const abort = () => round.abort();
  const timer = setTimeout(abort, PATIENCE_MS);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await load(round.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Asks until there is an answer, be it an error; `failed` is told of each time that there was none. */
export async function untilAnswered<T>(
  load: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  failed: (error: Error) => void,
): Promise<T> {
  const backoff = new Backoff();
  for (;;) {
    try {
      return await tried(load, signal);
    } catch (error) {
      if (signal.aborted || isAnswer(error)) throw error;
      failed(error as Error);
      await pause(backoff.pause(), signal);
      if (signal.aborted) throw error;
    }
  }
}
