// Numbers: CPU time, medians, and the one line that a figure is.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const TICKS_PER_SECOND = 100; // of /proc, on every Linux
export const ROUNDS = Number(process.env.ALLEYCAT_BENCH_ROUNDS ?? 5);

/// CPU time that a process and its threads have used, in seconds; counted in steps of 10 ms.
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // behind the name: the third field and so on
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/// Waits until a process has used no CPU time for 100 ms: what it was given is done.
export async function idle(pid) {
  for (let quiet = 0, before = cpuSeconds(pid), waits = 0; quiet < 5 && waits < 500; ++waits) {
    await pause(20);
    const now = cpuSeconds(pid);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/// Of sorted values, the one that `share` of them do not exceed.
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/// Runs all sides in turn, round after round, so that a slow moment of the machine meets each. `sides`: name → async
/// function that returns numbers by name. The first round warms up and does not count. Returns name → list of numbers.
export async function interleaved(sides, rounds = ROUNDS) {
  const results = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round <= rounds; ++round) {
    for (const [name, side] of Object.entries(sides)) {
      const result = await side(round);
      if (round > 0) {
        results[name].push(result);
      }
    }
  }
  return results;
}

/// The median of one number, as one side had it.
export function middle(results, number) {
  return median(results.map((result) => result[number]));
}

/// Of each round, one side's number divided by another's: their median and their extremes.
export function ratios(over, under, number) {
  const all = over.map((result, round) => result[number] / under[round][number]);
  return { median: median(all), spread: [Math.min(...all), Math.max(...all)] };
}

function rounded(value) {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    return Number(value.toPrecision(4));
  }
  return Array.isArray(value) ? value.map(rounded) : value;
}

/// Prints a figure. `target`: { atLeast } or { atMost }, or nothing where the figure only informs.
export function report(bench, figure, value, target, details = {}) {
  const line = { bench, figure, value };
  if (target?.atLeast !== undefined) {
    Object.assign(line, { target: `>= ${target.atLeast}`, met: value >= target.atLeast });
  } else if (target?.atMost !== undefined) {
    Object.assign(line, { target: `<= ${target.atMost}`, met: value <= target.atMost });
  }
  const entries = Object.entries({ ...line, ...details }).map(([name, each]) => [name, rounded(each)]);
  console.log(JSON.stringify(Object.fromEntries(entries)));
}

/// What is not right does not count.
export function require(good, what) {
  if (!good) {
    throw new Error(`wrong answer: ${what}`);
  }
}
