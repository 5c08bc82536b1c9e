// Waiting for a condition, never for a time to pass. Deadlines are generous: they end a test that would hang.

import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 10;
export const DEADLINE_MS = 30_000;

/// Calls `condition` until it returns something truthy, and returns that. What it throws counts as "not yet", and is
/// told when the deadline has passed, as is what `describe` says of the state then.
export async function waitFor(what, condition, { deadlineMs = DEADLINE_MS, describe = () => '' } = {}) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    let failure;
    try {
      const value = await condition();
      if (value) {
        return value;
      }
    } catch (error) {
      failure = error;
    }
    if (Date.now() > end) {
      const state = [describe(), failure?.message].filter(Boolean).join('\n');
      throw new Error(`waited ${deadlineMs / 1000} s for ${what}${state ? `: ${state}` : ''}`);
    }
    await pause(POLL_MS);
  }
}

/// Waits for a promise, with a deadline.
export async function within(what, promise, deadlineMs = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${deadlineMs / 1000} s for ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/// A list that others append to and one waits on.
export class Signal {
  #waiting = new Set();

  notify() {
    for (const wake of this.#waiting) {
      wake();
    }
  }

  /// Waits until `condition()` is truthy; looked at again at each notify().
  async until(what, condition, deadlineMs = DEADLINE_MS) {
    const now = condition();
    if (now) {
      return now;
    }
    let wake;
    try {
      return await within(
        what,
        new Promise((resolve, reject) => {
          wake = () => {
            try {
              const value = condition();
              if (value) {
                this.#waiting.delete(wake); // a condition may take something away, so it holds only once
                resolve(value);
              }
            } catch (error) {
              this.#waiting.delete(wake);
              reject(error);
            }
          };
          this.#waiting.add(wake);
        }),
        deadlineMs,
      );
    } finally {
      this.#waiting.delete(wake);
    }
  }
}
