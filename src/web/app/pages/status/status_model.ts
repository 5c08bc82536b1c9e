// What the status page shows, from what /metrics says. Null wherever it does not say.

import { doorTitle } from './figures';
import type { Metrics } from './prometheus_text';
import type { Counters, Point, Rates } from './rates';

export type Level = 'good' | 'warn' | 'bad';

/** From which value on something is to be looked at, and is bad. */
const limits = {
  ringFill: { warn: 0.5, bad: 0.9 },
  /** Seconds that a record waits in its shard: usually milliseconds. */
  shardOldest: { warn: 2, bad: 10 },
  /** Seconds until a record is in the history: 60 of them pass before its window closes. */
  deliveryOldest: { warn: 120, bad: 600 },
  diskUsed: { warn: 0.85, bad: 0.95 },
  /** Of all records of the last minute. */
  rejected: { warn: 0.01, bad: 0.1 },
};
/** A shard with this many times the mean rate of all is hot, above a rate that means anything. */
const HOT = { times: 1.5, rate: 50 };
/** With this much left no disk is full, however large it is. */
const PLENTY_BYTES = 64 * 2 ** 30;
const MINUTE_MS = 60_000;

export function levelOf(value: number | null, limit: keyof typeof limits): Level {
  if (value === null) return 'good';
  return value >= limits[limit].bad ? 'bad' : value >= limits[limit].warn ? 'warn' : 'good';
}

export function worst(levels: readonly Level[]): Level {
  return levels.includes('bad') ? 'bad' : levels.includes('warn') ? 'warn' : 'good';
}

const ACCEPTED = 'alleycat_records_accepted_total';
const REJECTED = 'alleycat_records_rejected_total';
const CONSUMED = 'alleycat_shard_consumed_records_total';
const STALLS = 'alleycat_door_stalls_total';
const LOST = 'alleycat_rule_lost_failures_total';
// Commits of the log: a histogram, or else two counters.
const COMMIT_SECONDS = ['alleycat_log_commit_duration_seconds_sum', 'alleycat_log_commit_seconds_total'];
const COMMITS = ['alleycat_log_commit_duration_seconds_count', 'alleycat_log_commits_total'];

const REPLAY = 'replay';

/** The counters whose rates are shown. */
export function countersOf(metrics: Metrics): Counters {
  const counters = new Map<string, number>();
  const keep = (key: string, value: number | null) => value !== null && counters.set(key, value);
  for (const door of metrics.labelled(ACCEPTED, 'door')) {
    keep(`accepted ${door}`, metrics.value(ACCEPTED, { door }));
    keep(`rejected ${door}`, metrics.sum(REJECTED, { door }));
    keep(`stalls ${door}`, metrics.value(STALLS, { door }));
  }
  for (const shard of metrics.labelled(CONSUMED, 'shard')) {
    keep(`shard ${shard}`, metrics.value(CONSUMED, { shard }));
  }
  keep('flushes', metrics.value('alleycat_history_flush_seconds_count'));
  keep('flush seconds', metrics.value('alleycat_history_flush_seconds_sum'));
  keep('cpu', metrics.value('process_cpu_seconds_total'));
  keep('commits', firstSum(metrics, COMMITS));
  keep('commit seconds', firstSum(metrics, COMMIT_SECONDS));
  return counters;
}

function firstSum(metrics: Metrics, names: readonly string[]): number | null {
  return names.map((name) => metrics.sum(name)).find((sum) => sum !== null) ?? null;
}

export interface Door {
  name: string;
  title: string;
  /** Records a second. */
  rate: number | null;
  points: readonly Point[];
  accepted: number | null;
  rejected: number | null;
  /** Messages that failed, and could not be kept either. */
  lost: number | null;
  /** It stopped reading in the last minute, since a shard's ring was full. */
  stalled: boolean;
  /** The part of the last minute's records that was refused, 0 … 1. */
  refused: number;
  level: Level;
}

// MQTT, with a door for each further rule, comes first: most bikes are there.
const doorOrder = (name: string) => ['mqtt', 'websocket', 'stream', REPLAY].indexOf(name.replace(/-.*/, ''));

/** Where records come in. Records that a start reads back from the log count as a door, too, if there were any. */
export function doorsOf(metrics: Metrics, rates: Rates): Door[] {
  return metrics
    .labelled(ACCEPTED, 'door')
    .filter((name) => name !== REPLAY || metrics.value(ACCEPTED, { door: name }) !== 0)
    .sort((a, b) => doorOrder(a) - doorOrder(b) || a.localeCompare(b))
    .map((name) => {
      const taken = rates.growth(`accepted ${name}`, MINUTE_MS) ?? 0;
      const rejected = rates.growth(`rejected ${name}`, MINUTE_MS) ?? 0;
      const lost = metrics.value(LOST, { door: name });
      const stalled = (rates.growth(`stalls ${name}`, MINUTE_MS) ?? 0) > 0;
      const refused = rejected > 0 ? rejected / (taken + rejected) : 0;
      return {
        name,
        title: doorTitle(name),
        rate: rates.rate(`accepted ${name}`),
        points: rates.points(`accepted ${name}`),
        accepted: metrics.value(ACCEPTED, { door: name }),
        rejected: name === REPLAY ? null : metrics.sum(REJECTED, { door: name }),
        lost,
        stalled,
        refused,
        level: worst([levelOf(refused, 'rejected'), lost || stalled ? 'warn' : 'good']),
      };
    });
}

/** Of all doors; what a start reads back is not new. */
export function recordsASecond(doors: readonly Door[]): number | null {
  const rates = doors.flatMap(({ name, rate }) => (name === REPLAY || rate === null ? [] : rate));
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
}

export interface Shard {
  shard: string;
  rate: number | null;
  /** Part of the ring that is in use, 0 … 1. */
  fill: number | null;
  /** Seconds. */
  oldest: number | null;
  logBytes: number | null;
  failing: boolean | null;
  /** Takes much more than its part. */
  hot: boolean;
  level: Level;
}

export function shardsOf(metrics: Metrics, rates: Rates): Shard[] {
  const names = metrics.labelled(CONSUMED, 'shard');
  const rateOf = (shard: string) => rates.rate(`shard ${shard}`);
  const mean = names.reduce((sum, shard) => sum + (rateOf(shard) ?? 0), 0) / names.length;
  return names.map((shard) => {
    const rate = rateOf(shard);
    const used = metrics.value('alleycat_shard_ring_bytes', { shard });
    const capacity = metrics.value('alleycat_shard_ring_capacity_bytes', { shard });
    const fill = used === null || !capacity ? null : used / capacity;
    const oldest = metrics.value('alleycat_shard_oldest_seconds', { shard });
    const failing = flag(metrics, 'alleycat_log_failing', { shard });
    return {
      shard,
      rate,
      fill,
      oldest,
      logBytes: metrics.value('alleycat_log_bytes', { shard }),
      failing,
      hot: rate !== null && rate >= HOT.rate && rate >= mean * HOT.times,
      level: worst([levelOf(fill, 'ringFill'), levelOf(oldest, 'shardOldest'), failing ? 'bad' : 'good']),
    };
  });
}

export interface Delivery {
  waiting: number | null;
  inWork: number | null;
  oldest: number | null;
  objects: number | null;
  objectBytes: number | null;
  failed: readonly { code: string; count: number }[] | null;
  diskFailing: boolean | null;
  /** How long it takes to bring the history files up to date: mean of the last minute, in s. */
  flushSeconds: number | null;
  level: Level;
}

export function deliveryOf(metrics: Metrics, rates: Rates): Delivery {
  const failed = metrics.sum('alleycat_delivery_failed_records_total');
  const oldest = metrics.value('alleycat_delivery_oldest_seconds');
  const diskFailing = flag(metrics, 'alleycat_delivery_disk_failing');
  return {
    waiting: metrics.value('alleycat_delivery_windows', { state: 'waiting' }),
    inWork: metrics.value('alleycat_delivery_windows', { state: 'in_work' }),
    oldest,
    objects: metrics.value('alleycat_delivery_objects_total'),
    objectBytes: metrics.value('alleycat_delivery_object_bytes_total'),
    failed:
      failed === null
        ? null
        : metrics
            .all('alleycat_delivery_failed_records_total')
            .map(({ labels, value }) => ({ code: labels.code ?? '', count: value })),
    diskFailing,
    flushSeconds: mean(rates, 'flush seconds', 'flushes'),
    level: worst([levelOf(oldest, 'deliveryOldest'), diskFailing ? 'bad' : 'good']),
  };
}

/** Records refused since the start, by code, the most frequent first. */
export function rejectedByCode(metrics: Metrics): { code: string; count: number }[] | null {
  if (metrics.sum(REJECTED) === null) return null;
  return metrics
    .labelled(REJECTED, 'code')
    .map((code) => ({ code, count: metrics.sum(REJECTED, { code }) ?? 0 }))
    .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
}

export interface Broker {
  /** Null: no broker is configured, or nothing is said of it. */
  connected: boolean | null;
  level: Level;
}

export function brokerOf(metrics: Metrics): Broker {
  const doors = metrics.all('alleycat_mqtt_connected');
  const connected = doors.length === 0 ? null : doors.every(({ value }) => value === 1);
  return { connected, level: connected === false ? 'bad' : 'good' };
}

export interface Disk {
  free: number | null;
  size: number | null;
  /** 0 … 1. */
  used: number | null;
  full: Level;
  logBytes: number | null;
  databaseBytes: number | null;
  /** Mean of the last minute. */
  commitSeconds: number | null;
  resultsFailing: boolean | null;
  level: Level;
}

export function diskOf(metrics: Metrics, rates: Rates): Disk {
  const free = metrics.value('alleycat_storage_free_bytes');
  const size = metrics.value('alleycat_storage_size_bytes');
  const used = free === null || !size ? null : 1 - free / size;
  const full = free !== null && free >= PLENTY_BYTES ? 'good' : levelOf(used, 'diskUsed');
  const resultsFailing = flag(metrics, 'alleycat_results_failing');
  return {
    free,
    size,
    used,
    full,
    logBytes: metrics.sum('alleycat_log_bytes'),
    databaseBytes: metrics.value('alleycat_database_bytes'),
    commitSeconds: mean(rates, 'commit seconds', 'commits'),
    resultsFailing,
    level: worst([full, resultsFailing ? 'bad' : 'good']),
  };
}

/** Of the last minute; null where nothing was counted. */
function mean(rates: Rates, sum: string, count: string): number | null {
  const [total, times] = [rates.growth(sum, MINUTE_MS), rates.growth(count, MINUTE_MS)];
  return total !== null && times ? total / times : null;
}

function flag(metrics: Metrics, name: string, labels = {}): boolean | null {
  const value = metrics.value(name, labels);
  return value === null ? null : value !== 0;
}
