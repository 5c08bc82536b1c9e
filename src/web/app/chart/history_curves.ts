import type { History } from '../api/types';

function curve(history: History, length: number, pick: (outputs: Record<string, number>) => number | undefined) {
  return Array.from({ length }, (_, index) => {
    const outputs = history[String(index + 1)];
    return (outputs && pick(outputs)) ?? null;
  });
}

/** A racer's best output at each second; null where there is none. */
export function racerCurve(history: History, racerId: number, length: number): (number | null)[] {
  return curve(history, length, (outputs) => outputs[String(racerId)]);
}

/** The best output of anybody at each second; null where there is none. */
export function bestCurve(history: History, length: number): (number | null)[] {
  return curve(history, length, (outputs) => {
    const all = Object.values(outputs);
    return all.length > 0 ? Math.max(...all) : undefined;
  });
}
