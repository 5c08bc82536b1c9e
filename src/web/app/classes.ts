import { computed, signal } from '@preact/signals';

import { Backoff } from './api/backoff';
import { api } from './api/http';
import type { RaceClass } from './api/types';
import { classId } from './preferences';

const AGAIN_MS = 15_000;
/** A network that swallows packets would keep a question for minutes. */
const PATIENCE_MS = 10_000;

/** The classes, as the daemon told last; empty before. */
export const classes = signal<readonly RaceClass[]>([]);

/** The class that was chosen, or else the first one. Undefined before the classes are known. */
export const chosenClass = computed(
  () => classes.value.find(({ id }) => id === classId.value) ?? classes.value[0],
);

export function className(id: number): string {
  return classes.value.find((known) => known.id === id)?.name ?? String(id);
}

/** Seconds; 0 if the class is not known. */
export function raceLengthOf(id: number): number {
  return classes.value.find((known) => known.id === id)?.raceLength ?? 0;
}

const backoff = new Backoff();
let timer: ReturnType<typeof setTimeout> | undefined;
let asking = false;

/** Asks now, and then again and again: classes may be added to a running daemon. */
export async function askClasses(): Promise<void> {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  let pause = AGAIN_MS;
  try {
    const told = await api.classes(AbortSignal.timeout(PATIENCE_MS));
    if (JSON.stringify(told) !== JSON.stringify(classes.peek())) classes.value = told;
    backoff.reset();
  } catch {
    pause = backoff.pause();
  }
  asking = false;
  timer = setTimeout(() => void askClasses(), pause);
}
