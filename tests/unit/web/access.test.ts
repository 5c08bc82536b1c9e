import type { Access } from '@app/api/access';

const TOKEN = `alleycat_0123abcd_${'A'.repeat(43)}`;
const OTHER = `alleycat_9999zzzz_${'B'.repeat(43)}`;

class FakeStorage {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

interface Asked {
  path: string;
  authorization: string | undefined;
}

let storage: FakeStorage;
let asked: Asked[];
/** What the daemon says to each token; a number is a status. */
let answers: (token: string | undefined) => Partial<Access> | number | 'silent';

/** Modules afresh, as in a page that was just opened. */
async function page() {
  vi.resetModules();
  return import('@app/api/access');
}

const roleOf =
  (roles: Record<string, Partial<Access>>, openViewing = false) =>
  (token: string | undefined): Partial<Access> => ({ mode: 'token', openViewing, role: null, ...roles[token ?? ''] });

beforeEach(() => {
  vi.useFakeTimers();
  storage = new FakeStorage();
  asked = [];
  vi.stubGlobal('localStorage', storage);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('fetch', async (path: string, { headers = {} }: { headers?: Record<string, string> } = {}) => {
    asked.push({ path, authorization: headers.Authorization });
    const answer = answers(headers.Authorization?.replace('Bearer ', ''));
    if (answer === 'silent') throw new TypeError('no network');
    if (typeof answer === 'number') return new Response('{}', { status: answer });
    return new Response(JSON.stringify(answer));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a daemon that asks for no tokens', () => {
  it('lets everybody look and send, without a word', async () => {
    answers = () => ({ mode: 'none', openViewing: false, role: null });
    const { askAccess, lookPass, sendPass, onlyLooks, mustSignIn, signedIn } = await page();
    expect(lookPass.value).toBe('');
    expect(sendPass.value).toBeNull(); // it is not known yet, and a record must not be taken for a token
    expect(onlyLooks.value).toBe(false);
    await askAccess();
    expect([lookPass.value, sendPass.value, mustSignIn.value, signedIn.value]).toEqual(['', '', false, false]);
  });
  it('may be one that is older than tokens', async () => {
    answers = () => 404;
    const { askAccess, access, OPEN, sendPass } = await page();
    await askAccess();
    expect(access.value).toEqual(OPEN);
    expect(sendPass.value).toBe('');
  });
  it('is told no token by a socket, though one is kept, but keeps it', async () => {
    storage.setItem('alleycat-token', TOKEN);
    answers = () => ({ mode: 'none', role: null });
    const { askAccess, lookPass, sendPass } = await page();
    expect(lookPass.value).toBeNull();
    await askAccess();
    expect([lookPass.value, sendPass.value]).toEqual(['', '']);
    expect(storage.getItem('alleycat-token')).toBe(TOKEN);
  });
});

describe('a daemon that asks for tokens', () => {
  it('is asked nothing more by who has none', async () => {
    answers = roleOf({});
    const { askAccess, lookPass, sendPass, mustSignIn, panel } = await page();
    await askAccess();
    expect([lookPass.value, sendPass.value, mustSignIn.value]).toEqual([null, null, true]);
    expect(panel.value).toBeNull();
    const { api, needsSignIn } = await import('@app/api/http');
    const before = asked.length;
    expect(needsSignIn(await api.classes().catch((error: unknown) => error))).toBe(true);
    expect(asked).toHaveLength(before);
  });
  it('may let everybody look, and then only sending needs one', async () => {
    answers = roleOf({}, true);
    const { askAccess, lookPass, sendPass, mustSignIn, onlyLooks } = await page();
    await askAccess();
    expect([lookPass.value, sendPass.value, mustSignIn.value, onlyLooks.value]).toEqual(['', null, false, true]);
  });
  it.each([
    ['bike', TOKEN, 7],
    ['studio', TOKEN, null],
    ['administrator', TOKEN, null],
    ['viewer', null, null],
  ] as const)('lets a %s do what is its own', async (role, send, bike) => {
    storage.setItem('alleycat-token', TOKEN);
    answers = roleOf({ [TOKEN]: { role, racerId: bike } });
    const { askAccess, lookPass, sendPass, onlyLooks, bikeRacer, signedIn } = await page();
    await askAccess();
    expect([lookPass.value, sendPass.value, onlyLooks.value]).toEqual([TOKEN, send, send === null]);
    expect([bikeRacer.value, signedIn.value]).toEqual([bike, true]);
  });
  it('gets the token in a header of each request, and nobody else gets it', async () => {
    storage.setItem('alleycat-token', TOKEN);
    answers = roleOf({ [TOKEN]: { role: 'studio' } });
    const { headersFor } = await page();
    const { api } = await import('@app/api/http');
    await api.classes();
    await api.held.dropAll({ racerId: 7 });
    expect(asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
    expect(asked.map(({ path }) => path).join()).not.toContain('alleycat_');
    expect(headersFor('https://elsewhere.example/x')).toEqual({});
    expect(headersFor('//elsewhere.example/x')).toEqual({});
  });
  it('has taken the token back: it is forgotten, and the panel says so', async () => {
    storage.setItem('alleycat-token', TOKEN);
    answers = roleOf({ [TOKEN]: { role: 'studio' } });
    const { askAccess, mustSignIn, panel, sendPass } = await page();
    await askAccess();
    answers = (token) => (asked.at(-1)?.path === '/api/v1/access' ? roleOf({})(token) : 401);
    const { api } = await import('@app/api/http');
    await api.classes().catch(() => undefined);
    await vi.waitFor(() => expect(mustSignIn.value).toBe(true));
    expect([panel.value, sendPass.value, storage.getItem('alleycat-token')]).toEqual(['invalid', null, null]);
  });
  it('is asked until it answers', async () => {
    answers = () => 'silent';
    const { askAccess, access } = await page();
    await askAccess();
    expect(access.value).toBeNull();
    answers = roleOf({});
    await vi.advanceTimersByTimeAsync(1_000);
    expect(access.value?.mode).toBe('token');
  });
  it('is not believed to know less of a token when it fails', async () => {
    storage.setItem('alleycat-token', TOKEN);
    answers = () => 503;
    const { askAccess, access } = await page();
    await askAccess();
    expect(access.value).toBeNull();
    expect(storage.getItem('alleycat-token')).toBe(TOKEN);
  });
});

describe('signing in', () => {
  it('keeps the token that the daemon knows, spaces around it or not', async () => {
    answers = roleOf({ [TOKEN]: { role: 'bike', racerId: 7 } });
    const { askAccess, signIn, sendPass, mustSignIn } = await page();
    await askAccess();
    expect(await signIn(` ${TOKEN}\n`)).toBeNull();
    expect([sendPass.value, mustSignIn.value]).toEqual([TOKEN, false]);
    expect(storage.getItem('alleycat-token')).toBe(TOKEN);
  });
  it('says what is wrong, and leaves all as it was', async () => {
    storage.setItem('alleycat-token', TOKEN);
    answers = (token) => (token === OTHER ? roleOf({})(token) : roleOf({ [TOKEN]: { role: 'viewer' } })(token));
    const { askAccess, signIn, access } = await page();
    await askAccess();
    const before = asked.length;
    for (const text of ['', 'alleycat_', 'hunter2', `${TOKEN}A`, `${TOKEN} ${TOKEN}`]) {
      expect(await signIn(text)).toBe('malformed');
    }
    expect(asked).toHaveLength(before);
    expect(await signIn(OTHER)).toBe('unknown');
    answers = () => 'silent';
    expect(await signIn(OTHER)).toBe('silent');
    expect(access.value?.role).toBe('viewer');
    expect(storage.getItem('alleycat-token')).toBe(TOKEN);
  });
  it('ends with signing out', async () => {
    storage.setItem('alleycat-token', TOKEN);
    answers = roleOf({ [TOKEN]: { role: 'studio' } });
    const { askAccess, signOut, mustSignIn, headersFor, panel } = await page();
    await askAccess();
    signOut();
    expect([mustSignIn.value, panel.value, storage.getItem('alleycat-token')]).toEqual([true, null, null]);
    expect(headersFor('/api/v1/classes')).toEqual({});
  });
  it('lasts as long as the page where the browser keeps nothing', async () => {
    vi.stubGlobal('localStorage', undefined);
    answers = roleOf({ [TOKEN]: { role: 'studio' } });
    const { askAccess, signIn, sendPass } = await page();
    await askAccess();
    expect(await signIn(TOKEN)).toBeNull();
    expect(sendPass.value).toBe(TOKEN);
  });
});

describe('a link that brings a token', () => {
  it('has it behind the "#", as the whole of that', async () => {
    const { tokenOfFragment } = await page();
    expect(tokenOfFragment(`#token=${TOKEN}`)).toBe(TOKEN);
    expect(tokenOfFragment('#token=a%2Db%20')).toBe('a-b');
    expect(tokenOfFragment('#token=%')).toBe('%');
    expect(tokenOfFragment('#token=')).toBe('');
    for (const other of ['', '#', '#main', '#x&token=1']) expect(tokenOfFragment(other)).toBeNull();
  });
  it('signs in, and nothing goes out before it is known whose it is', async () => {
    answers = roleOf({ [TOKEN]: { role: 'bike', racerId: 7 } });
    const { signInByLink, askAccess, lookPass, bikeRacer } = await page();
    signInByLink(TOKEN);
    expect(lookPass.value).toBeNull();
    await askAccess();
    expect([lookPass.value, bikeRacer.value]).toEqual([TOKEN, 7]);
  });
  it('keeps the token where the daemon does not answer yet', async () => {
    answers = () => 'silent';
    const { signInByLink, askAccess, sendPass } = await page();
    signInByLink(TOKEN);
    await askAccess();
    expect(storage.getItem('alleycat-token')).toBe(TOKEN);
    answers = roleOf({ [TOKEN]: { role: 'bike', racerId: 7 } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sendPass.value).toBe(TOKEN);
  });
  it('brings the panel where it is no good', async () => {
    answers = roleOf({});
    const { signInByLink, askAccess, panel } = await page();
    signInByLink(TOKEN);
    await askAccess();
    expect([panel.value, storage.getItem('alleycat-token')]).toEqual(['invalid', null]);
  });
  it('leaves who is signed in alone where it is no token at all', async () => {
    storage.setItem('alleycat-token', TOKEN);
    answers = roleOf({ [TOKEN]: { role: 'studio' } });
    const { signInByLink, askAccess, panel, sendPass } = await page();
    signInByLink('nonsense');
    await askAccess();
    expect([panel.value, sendPass.value]).toEqual(['invalid', TOKEN]);
  });
  it('asks afresh though an answer about another token is on its way', async () => {
    storage.setItem('alleycat-token', OTHER);
    answers = roleOf({ [OTHER]: { role: 'viewer' }, [TOKEN]: { role: 'bike', racerId: 7 } });
    const { signInByLink, askAccess, access } = await page();
    const first = askAccess();
    signInByLink(TOKEN);
    await first;
    expect(access.value).toMatchObject({ role: 'bike', racerId: 7 });
  });
});
