import { reachable } from '@app/api/clock';
import { RequestError } from '@app/api/http';
import { isAnswer, untilAnswered } from '@app/api/until_answered';

const silence = () => new RequestError(0, 'no network');

describe('a question that is asked until it is answered', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    reachable.value = null;
  });

  /** `answers` one after the other; the last one again and again. */
  function asked(...answers: (string | Error)[]) {
    const load = vi.fn(async (_: AbortSignal) => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer;
    });
    const abort = new AbortController();
    const failed = vi.fn();
    const said = vi.fn();
    untilAnswered(load, abort.signal, failed).then(said, said);
    return { load, abort, failed, said };
  }

  it('is asked once where there is an answer', async () => {
    const { load, failed, said } = asked('yes');
    await vi.advanceTimersByTimeAsync(0);
    expect(said).toHaveBeenCalledWith('yes');
    expect(load).toHaveBeenCalledTimes(1);
    expect(failed).not.toHaveBeenCalled();
  });

  it('is asked again where there is none, and tells so each time', async () => {
    const { load, failed, said } = asked(silence(), new TypeError('broken'), 'yes');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(load).toHaveBeenCalledTimes(3);
    expect(failed).toHaveBeenCalledTimes(2);
    expect(said).toHaveBeenCalledWith('yes');
  });

  it('takes an error for an answer', async () => {
    const gone = new RequestError(404, 'nobody');
    const { load, failed, said } = asked(gone, 'yes');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(said).toHaveBeenCalledWith(gone);
    expect(load).toHaveBeenCalledTimes(1);
    expect(failed).not.toHaveBeenCalled();
    expect([gone, silence(), new Error()].map(isAnswer)).toEqual([true, false, false]);
  });

  it('takes the word of a proxy, or of a server that is too busy, for none', async () => {
    const { load, said } = asked(new RequestError(502, 'Bad Gateway'), new RequestError(503, 'too many wait'), 'yes');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(load).toHaveBeenCalledTimes(3);
    expect(said).toHaveBeenCalledWith('yes');
  });

  it('is asked at once when the server is back', async () => {
    reachable.value = false;
    const { load, said } = asked(silence(), silence(), silence(), silence(), silence(), silence(), 'yes');
    await vi.advanceTimersByTimeAsync(20_000);
    const before = load.mock.calls.length;
    expect(said).not.toHaveBeenCalled();
    reachable.value = true;
    await vi.advanceTimersByTimeAsync(0);
    expect(load).toHaveBeenCalledTimes(before + 1);
  });

  it('is given up with its signal', async () => {
    const { load, abort, said } = asked(silence());
    await vi.advanceTimersByTimeAsync(0);
    abort.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(load).toHaveBeenCalledTimes(1);
    expect(said).toHaveBeenCalledWith(expect.any(RequestError));
  });

  it('does not wait for an answer for ever', async () => {
    const failed = vi.fn();
    const load = vi.fn(
      (signal: AbortSignal) =>
        new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    const abort = new AbortController();
    const ended = untilAnswered(load, abort.signal, failed).catch(() => 'given up');
    await vi.advanceTimersByTimeAsync(21_000);
    expect(failed).toHaveBeenCalledTimes(1);
    expect(load).toHaveBeenCalledTimes(2);
    abort.abort();
    expect(await ended).toBe('given up');
  });
});
