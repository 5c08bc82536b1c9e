import { effect, signal, type Signal } from '@preact/signals';

/** What this browser remembers. A browser that keeps nothing forgets it with the page. */
export function remembered<T>(name: string, initial: T): Signal<T> {
  const key = `alleycat.${name}`;
  let value = initial;
  try {
    const text = localStorage.getItem(key);
    if (text !== null) value = JSON.parse(text) as T;
  } catch {
    // storage that is switched off, or holds something else
  }
  const kept = signal(value);
  effect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(kept.value));
    } catch {
      // as above
    }
  });
  return kept;
}

export interface Rider {
  racerId: number;
  name: string;
}

/** Who rides here. */
export const rider = remembered<Rider | null>('rider', null);
/** The class that was looked at last. */
export const classId = remembered<number | null>('class', null);
