import { Poller, pollWhileVisible } from '@app/poller';

describe('a poller', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const times = { everyMs: 2000, limitMs: 8000 };

  /** Rounds that end when they are told to, or given up. */
  function made() {
    const rounds: { signal: AbortSignal; end: () => void; fail: () => void }[] = [];
    const failed = vi.fn();
    const poller = new Poller(
      (signal) =>
        new Promise<void>((resolve, reject) => {
          const fail = () => reject(new Error('no answer'));
          signal.addEventListener('abort', fail);
          rounds.push({ signal, end: resolve, fail });
        }),
      failed,
      times,
    );
    return { poller, rounds, failed };
  }

  it('begins at once, and the next round some time after the end of the one before', async () => {
    const { poller, rounds } = made();
    poller.start();
    poller.start();
    expect(rounds).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5000);
    expect(rounds).toHaveLength(1);
    rounds[0]?.end();
    await vi.advanceTimersByTimeAsync(1999);
    expect(rounds).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(rounds).toHaveLength(2);
    poller.stop();
  });

  it('tells of a round that failed, or took too long, and goes on', async () => {
    const { poller, rounds, failed } = made();
    poller.start();
    rounds[0]?.fail();
    await vi.advanceTimersByTimeAsync(2000);
    expect(failed).toHaveBeenCalledTimes(1);
    expect(rounds).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(8000);
    expect(failed).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(2000);
    expect(rounds).toHaveLength(3);
    poller.stop();
  });

  it('does nothing while it is stopped, and what was given up is no failure', async () => {
    const { poller, rounds, failed } = made();
    poller.start();
    poller.stop();
    expect(rounds[0]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rounds).toHaveLength(1);
    poller.start();
    expect(rounds).toHaveLength(2);
    rounds[1]?.end();
    await vi.advanceTimersByTimeAsync(0);
    poller.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rounds).toHaveLength(2);
    expect(failed).not.toHaveBeenCalled();
  });

  it('may begin later, and not at all where it is stopped before', async () => {
    const { poller, rounds } = made();
    poller.start(3000);
    await vi.advanceTimersByTimeAsync(2999);
    expect(rounds).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(rounds).toHaveLength(1);
    poller.stop();
    poller.start(3000);
    poller.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rounds).toHaveLength(1);
  });

  it('runs while the window is looked at, and at once when somebody looks again', async () => {
    const page = Object.assign(new EventTarget(), { hidden: false });
    vi.stubGlobal('document', page);
    const turn = (hidden: boolean) => {
      page.hidden = hidden;
      page.dispatchEvent(new Event('visibilitychange'));
    };
    const { poller, rounds, failed } = made();
    const end = pollWhileVisible(poller, 3000);
    turn(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rounds).toHaveLength(0);
    turn(false);
    expect(rounds).toHaveLength(1);
    turn(true);
    expect(rounds[0]?.signal.aborted).toBe(true);
    turn(false);
    end();
    turn(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rounds).toHaveLength(2);
    expect(failed).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});
