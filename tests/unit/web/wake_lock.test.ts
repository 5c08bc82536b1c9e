import { WakeLock } from '@app/wake_lock';

class Sentinel {
  released = false;
  release = vi.fn(async () => {
    this.released = true;
  });
}

/** A screen whose browser answers when it is told to, and lets go of all locks where the page is hidden. */
class Screen extends EventTarget {
  hidden = false;
  readonly made: Sentinel[] = [];
  readonly waiting: { resolve: (lock: Sentinel) => void; reject: (error: Error) => void }[] = [];
  request = vi.fn(() => new Promise<Sentinel>((resolve, reject) => this.waiting.push({ resolve, reject })));

  async answer(): Promise<void> {
    const lock = new Sentinel();
    this.made.push(lock);
    this.waiting.shift()?.resolve(lock);
    await settled();
  }
  async refuse(): Promise<void> {
    this.waiting.shift()?.reject(new DOMException('low battery', 'NotAllowedError'));
    await settled();
  }
  show(shown: boolean): void {
    this.hidden = !shown;
    if (!shown) for (const lock of this.made) lock.released = true;
    this.dispatchEvent(new Event('visibilitychange'));
  }
  get held(): number {
    return this.made.filter(({ released }) => !released).length;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
let screen: Screen;
let lock: WakeLock;

beforeEach(() => {
  screen = new Screen();
  vi.stubGlobal('document', screen);
  vi.stubGlobal('navigator', { wakeLock: { request: screen.request } });
  lock = new WakeLock();
});
afterEach(() => vi.unstubAllGlobals());

describe('the screen', () => {
  it('is kept on while that is wanted', async () => {
    lock.set(true);
    await screen.answer();
    expect(screen.held).toBe(1);
    lock.set(false);
    await settled();
    expect(screen.held).toBe(0);
  });
  it('is asked for again when the page comes back to the front', async () => {
    lock.set(true);
    await screen.answer();
    screen.show(false);
    expect(screen.held).toBe(0);
    screen.show(true);
    await screen.answer();
    expect(screen.held).toBe(1);
  });
  it('is asked for once, though the page comes and goes before the answer', async () => {
    lock.set(true);
    screen.show(false);
    screen.show(true);
    expect(screen.request).toHaveBeenCalledTimes(1);
    await screen.answer();
    expect(screen.request).toHaveBeenCalledTimes(1);
    lock.set(false);
    await settled();
    expect(screen.held).toBe(0);
  });
  it('is asked for once more where the page was hidden for the answer, and is back', async () => {
    lock.set(true);
    screen.show(false);
    screen.show(true);
    await screen.refuse();
    expect(screen.request).toHaveBeenCalledTimes(2);
    await screen.answer();
    expect(screen.held).toBe(1);
  });
  it('is let go where the answer comes when it is not wanted any more', async () => {
    lock.set(true);
    lock.set(false);
    await screen.answer();
    expect(screen.held).toBe(0);
  });
  it('is held once where it was given up and wanted again before the answer', async () => {
    lock.set(true);
    lock.set(false);
    lock.set(true);
    await screen.answer();
    expect(screen.request).toHaveBeenCalledTimes(1);
    expect(screen.held).toBe(1);
  });
  it('is not asked for by whoever does not want it', async () => {
    lock.set(true);
    await screen.answer();
    lock.set(false);
    screen.show(false);
    screen.show(true);
    expect(screen.request).toHaveBeenCalledTimes(1);
  });
  it('goes its own way where the browser refuses, or cannot', async () => {
    lock.set(true);
    await screen.refuse();
    expect(screen.held).toBe(0);
    vi.stubGlobal('navigator', {});
    const other = new WakeLock();
    other.set(true);
    await settled();
    other.set(false);
  });
});
