// Who this browser is to the daemon. Its token goes out in headers and in the first messages of sockets: never in an
// address, and never to the screen.

import { batch, computed, effect, signal } from '@preact/signals';

import { Backoff } from './backoff';

export type Role = 'bike' | 'studio' | 'viewer' | 'administrator';

/** What /api/v1/access tells, of the daemon and of the token that was brought. */
export interface Access {
  mode: 'none' | 'token';
  /** Those who only look need no token. */
  openViewing: boolean;
  /** Null: no token, or none that is good. */
  role: Role | null;
  /** Of a bike. */
  racerId: number | null;
}

/** Where nobody needs a token; so is a daemon that is older than tokens. */
export const OPEN: Access = { mode: 'none', openViewing: false, role: null, racerId: null };

const KEY = 'alleycat-token';
const FORM = /^alleycat_[\w-]{8}_[\w-]{43}$/;
/** A network that swallows packets would keep a question for minutes. */
const PATIENCE_MS = 5_000;
/** While nothing can be looked at: the daemon may be opened for everybody meanwhile. */
const LOOK_AGAIN_MS = 15_000;

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage that is switched off
  }
}

const token = signal<string | null>(kept());
/** Null: not told yet. */
export const access = signal<Access | null>(null);
/** Why the panel for signing in is shown though one could go on without; null: it is not. */
export const panel = signal<'chosen' | 'invalid' | null>(null);

/** Nothing can be asked for before somebody signs in. */
export const mustSignIn = computed(() => {
  const told = access.value;
  return told?.mode === 'token' && told.role === null && !told.openViewing;
});
/** What a socket that looks has to say first; '': nothing; null: it is not to be opened now. */
export const lookPass = computed<string | null>(() => {
  const told = access.value;
  if (!told) return token.value === null ? '' : null; // most daemons need none, and then no time is lost
  if (told.mode === 'none' || told.openViewing) return '';
  return told.role === null ? null : token.value;
});
/** The same for one that sends. It waits until the answer is there: a record must not be taken for a token. */
export const sendPass = computed<string | null>(() => {
  const told = access.value;
  if (!told) return null;
  if (told.mode === 'none') return '';
  return told.role === null || told.role === 'viewer' ? null : token.value;
});
/** Who is here may only look. */
export const onlyLooks = computed(() => access.value !== null && sendPass.value === null);
/** The one racer whom this browser may send for; null: any. */
export const bikeRacer = computed(() =>
  access.value?.mode === 'token' && access.value.role === 'bike' ? access.value.racerId : null,
);
/** Whether there is a role to name: tokens are asked for, and this one is good. */
export const signedIn = computed(() => access.value?.mode === 'token' && access.value.role !== null);

/** The headers of a request for `path`: the token goes to this daemon only. */
export function headersFor(path: string, brought = token.peek()): Record<string, string> {
  const own = path.startsWith('/') && !path.startsWith('//');
  return own && brought !== null ? { Authorization: `Bearer ${brought}` } : {};
}

async function toldOf(brought: string | null): Promise<Access> {
  const path = '/api/v1/access';
  const headers = headersFor(path, brought);
  const response = await fetch(path, { headers, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
  if (response.status === 404) return OPEN;
  if (!response.ok) throw new Error(String(response.status));
  const told = (await response.json()) as Partial<Access>;
  const { mode = 'none', openViewing = false, role = null, racerId = null } = told;
  return { mode, openViewing, role, racerId };
}

function keep(brought: string | null): void {
  token.value = brought;
  try {
    if (brought === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, brought);
  } catch {
    // as above: then it lasts as long as the page
  }
}

function take(told: Access): void {
  batch(() => {
    if (told.mode === 'token' && told.role === null && token.peek() !== null) {
      // Another window may have signed in afresh; its token is not this one.
      if (kept() === token.peek()) keep(null);
      else token.value = null;
      panel.value = 'invalid';
    }
    if (JSON.stringify(access.peek()) !== JSON.stringify(told)) access.value = told;
  });
}

const backoff = new Backoff();
let again: ReturnType<typeof setTimeout> | undefined;
let asking: Promise<void> | null = null;

/** Asks what one may do here, and until the daemon answers. */
export function askAccess(): Promise<void> {
  clearTimeout(again);
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

/** Ends when it is known what one may do here, or that the daemon does not answer. */
export async function accessTold(): Promise<void> {
  if (access.peek() === null && asking) await asking;
}

async function ask(): Promise<void> {
  try {
    for (;;) {
      const asked = token.peek();
      const told = await toldOf(asked);
      if (token.peek() !== asked) continue;
      take(told);
      backoff.reset();
      return;
    }
  } catch {
    clearTimeout(again);
    again = setTimeout(() => void askAccess(), backoff.pause());
  }
}

/** The daemon refused what was asked for want of a good token. */
export function denied(): void {
  void askAccess();
}

/** Why one is not signed in: that is no token; nobody knows it; no answer. */
export type NotSignedIn = 'malformed' | 'unknown' | 'silent';

/** Null: signed in. */
export async function signIn(text: string): Promise<NotSignedIn | null> {
  const brought = text.trim();
  if (!FORM.test(brought)) return 'malformed';
  let told: Access;
  try {
    told = await toldOf(brought);
  } catch {
    return 'silent';
  }
  if (told.mode === 'token' && told.role === null) return 'unknown';
  batch(() => {
    keep(brought);
    access.value = told;
    panel.value = null;
  });
  return null;
}

export function signOut(): void {
  batch(() => {
    keep(null);
    panel.value = null;
    const told = access.peek();
    if (told) access.value = { ...told, role: null, racerId: null };
  });
}

/** The token that a link brings behind its "#", which no server gets to see; null: it brings none. */
export function tokenOfFragment(fragment: string): string | null {
  const found = /^#token=(.*)$/.exec(fragment)?.[1];
  if (found === undefined) return null;
  try {
    return decodeURIComponent(found).trim();
  } catch {
    return found;
  }
}

/** A link brought it: a code on a handlebar. It is kept though the daemon may not be asked just now. */
export function signInByLink(brought: string): void {
  batch(() => {
    if (FORM.test(brought)) {
      access.value = null; // nothing goes out before it is known whose it is
      keep(brought);
      panel.value = null;
    } else {
      panel.value = 'invalid';
    }
  });
  void askAccess();
}

/** Follows what other windows do with the token, and looks again while nothing can be done here. */
export function startAccess(): void {
  addEventListener('storage', ({ key }) => {
    if (key !== KEY || kept() === token.peek()) return;
    batch(() => {
      token.value = kept();
      access.value = null;
    });
    void askAccess();
  });
  effect(() => {
    if (!mustSignIn.value) return;
    const timer = setInterval(() => void askAccess(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  });
  void askAccess();
}
