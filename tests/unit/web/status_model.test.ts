import { concernsOf } from '@app/pages/status/concerns';
import { durationText, percentText, rateText } from '@app/pages/status/figures';
import { Metrics } from '@app/pages/status/prometheus_text';
import { Rates } from '@app/pages/status/rates';
import {
  brokerOf,
  countersOf,
  deliveryOf,
  diskOf,
  doorsOf,
  recordsASecond,
  rejectedByCode,
  shardsOf,
} from '@app/pages/status/status_model';

function scrape(fields: Record<string, number>): Metrics {
  return new Metrics(Object.entries(fields).map(([name, value]) => `${name} ${value}\n`).join(''));
}

/** What is shown after a first and, ten seconds later, a second look. */
function shown(before: Record<string, number>, after: Record<string, number>) {
  const rates = new Rates();
  rates.add(1000, countersOf(scrape(before)));
  const metrics = scrape(after);
  rates.add(11_000, countersOf(metrics));
  const doors = doorsOf(metrics, rates);
  const shards = shardsOf(metrics, rates);
  const parts = { doors, shards, delivery: deliveryOf(metrics, rates), broker: brokerOf(metrics), disk: diskOf(metrics, rates) };
  return { ...parts, metrics, concerns: concernsOf(parts).map(({ level, text }) => `${level}: ${text}`) };
}

const accepted = (door: string) => `alleycat_records_accepted_total{door="${door}"}`;
const rejected = (door: string, code: string) => `alleycat_records_rejected_total{door="${door}",code="${code}"}`;
const shard = (name: string, number: number) => `alleycat_${name}{shard="${number}"}`;

describe('doors', () => {
  it('stand MQTT first, rules by their names, and the replay only if there was one', () => {
    const doors = [accepted('replay'), accepted('websocket'), accepted('stream'), accepted('mqtt'), accepted('mqtt-gym')];
    const { doors: rows } = shown({}, Object.fromEntries(doors.map((door) => [door, 0])));
    expect(rows.map(({ title }) => title)).toEqual(['MQTT', 'MQTT, rule gym', 'WebSocket', 'Stream API']);
    const again = shown({}, { [accepted('replay')]: 5, [accepted('websocket')]: 0 });
    expect(again.doors.map(({ name }) => name)).toEqual(['websocket', 'replay']);
  });

  it('count a second; what a start reads back is not counted as new', () => {
    const before = { [accepted('mqtt')]: 0, [accepted('websocket')]: 10, [accepted('replay')]: 0 };
    const after = { [accepted('mqtt')]: 1000, [accepted('websocket')]: 30, [accepted('replay')]: 9999 };
    expect(recordsASecond(shown(before, after).doors)).toBe(102);
    expect(recordsASecond(doorsOf(scrape(before), new Rates()))).toBeNull();
  });

  it('with many refusals in the last minute are to be looked at', () => {
    const before = { [accepted('mqtt')]: 0, [rejected('mqtt', 'OutOfRange')]: 0, [rejected('mqtt', 'InvalidJson')]: 0 };
    const after = (refused: number) => ({
      [accepted('mqtt')]: 1000,
      [rejected('mqtt', 'OutOfRange')]: refused,
      [rejected('mqtt', 'InvalidJson')]: 1,
    });
    expect(shown(before, after(2)).concerns).toEqual([]);
    expect(shown(before, after(30)).concerns).toEqual(['warn: MQTT: 3 % of the records were refused in the last minute.']);
    expect(shown(before, after(300)).concerns).toEqual(['bad: MQTT: 23 % of the records were refused in the last minute.']);
    expect(rejectedByCode(shown(before, after(300)).metrics)).toEqual([
      { code: 'OutOfRange', count: 300 },
      { code: 'InvalidJson', count: 1 },
    ]);
  });
});

describe('a door that had to pause, or lost messages', () => {
  it('is to be looked at', () => {
    const at = (stalls: number) => ({ [accepted('mqtt')]: 0, 'alleycat_door_stalls_total{door="mqtt"}': stalls });
    expect(shown(at(3), at(3)).concerns).toEqual([]);
    expect(shown(at(3), at(4)).concerns).toEqual(['warn: MQTT: paused for a moment, since the queue of a shard was full.']);
    const lost = { ...at(0), 'alleycat_rule_lost_failures_total{door="mqtt"}': 2 };
    expect(shown(lost, lost).concerns).toEqual(['warn: MQTT: some messages that failed could not be stored, and are lost.']);
  });
});

describe('shards', () => {
  const consumed = (counts: number[]) =>
    Object.fromEntries(counts.map((count, number) => [shard('shard_consumed_records_total', number), count]));

  it('that take much more than their part are hot, unless next to nothing comes', () => {
    const hot = (counts: number[]) => shown(consumed([0, 0, 0, 0]), consumed(counts)).shards.map(({ hot }) => hot);
    expect(hot([10_000, 1000, 1200, 900])).toEqual([true, false, false, false]);
    expect(hot([1000, 1100, 1200, 900])).toEqual([false, false, false, false]);
    expect(hot([100, 0, 0, 0])).toEqual([false, false, false, false]);
  });

  it('warn by how full the queue is, how long records wait, and whether the log fails', () => {
    const at = (ring: number, oldest: number, failing: number) =>
      shown(consumed([0]), {
        ...consumed([0]),
        [shard('shard_ring_bytes', 0)]: ring,
        [shard('shard_ring_capacity_bytes', 0)]: 100,
        [shard('shard_oldest_seconds', 0)]: oldest,
        [shard('log_failing', 0)]: failing,
      });
    expect(at(10, 0.01, 0).shards[0]).toMatchObject({ fill: 0.1, oldest: 0.01, failing: false, level: 'good' });
    expect(at(60, 0, 0).concerns).toEqual(['warn: Shard 0: 60 % of its queue is full.']);
    expect(at(95, 3, 1).concerns).toEqual([
      'bad: Shard 0: its log cannot be used.',
      'bad: Shard 0: 95 % of its queue is full.',
      'warn: Shard 0: a record has waited for 3.0 s in its queue.',
    ]);
  });
});

describe('what the daemon does not tell', () => {
  it('is unknown, never 0, and no concern', () => {
    const nothing = shown({}, { [shard('shard_consumed_records_total', 0)]: 1 });
    expect(nothing.shards[0]).toMatchObject({ rate: null, fill: null, oldest: null, logBytes: null, failing: null });
    expect(nothing.delivery).toMatchObject({ waiting: null, oldest: null, objects: null, failed: null, diskFailing: null });
    expect(nothing.disk).toMatchObject({ free: null, used: null, databaseBytes: null, commitSeconds: null, resultsFailing: null });
    expect(nothing.broker.connected).toBeNull();
    expect(rejectedByCode(nothing.metrics)).toBeNull();
    expect(nothing.concerns).toEqual([]);
    expect([rateText(null), durationText(null), percentText(null), rateText(NaN)]).toEqual(['–', '–', '–', '–']);
  });
});

describe('the machine around', () => {
  it('warns of a lost broker, a full disk, late delivery and results that cannot be stored, the worst first', () => {
    const { concerns } = shown({}, {
      'alleycat_mqtt_connected{door="mqtt"}': 1,
      'alleycat_mqtt_connected{door="mqtt-gym"}': 0,
      alleycat_storage_free_bytes: 10,
      alleycat_storage_size_bytes: 100,
      alleycat_delivery_oldest_seconds: 130,
      alleycat_delivery_disk_failing: 1,
      alleycat_results_failing: 1,
    });
    expect(concerns).toEqual([
      'bad: No connection to the MQTT broker: what bikes send by MQTT does not arrive until it is back.',
      'bad: Delivery cannot write to the disk, and keeps trying.',
      'bad: Race results cannot be stored.',
      'warn: Delivery is late: a record has waited for 2 min 10 s.',
      'warn: 90 % of the disk is full.',
    ]);
  });

  it('takes no disk for full that has plenty left', () => {
    const left = (bytes: number) => shown({}, { alleycat_storage_free_bytes: bytes, alleycat_storage_size_bytes: 1e13 });
    expect(left(1e11).concerns).toEqual([]);
    expect(left(1e10).concerns).toEqual(['bad: 100 % of the disk is full.']);
  });

  it('tells how long the history files take', () => {
    const flushed = (seconds: number, count: number) => ({
      alleycat_history_flush_seconds_sum: seconds,
      alleycat_history_flush_seconds_count: count,
    });
    expect(shown(flushed(1, 10), flushed(1.5, 20)).delivery.flushSeconds).toBeCloseTo(0.05);
  });

  it('tells how long a commit takes from counters or from a histogram', () => {
    const counters = (seconds: number, commits: number) => ({
      [shard('log_commit_seconds_total', 0)]: seconds,
      [shard('log_commits_total', 0)]: commits,
    });
    expect(shown(counters(1, 100), counters(1.5, 200)).disk.commitSeconds).toBeCloseTo(0.005);
    const histogram = (seconds: number, commits: number) => ({
      [shard('log_commit_duration_seconds_sum', 0)]: seconds,
      [shard('log_commit_duration_seconds_count', 0)]: commits,
    });
    expect(shown(histogram(1, 100), histogram(3, 200)).disk.commitSeconds).toBeCloseTo(0.02);
    expect(shown(counters(1, 100), counters(1, 100)).disk.commitSeconds).toBeNull();
  });
});

describe('figures', () => {
  it('are written in the units that one reads', () => {
    expect([0, 0.0042, 0.5, 1.26, 59, 61, 3 * 3600 + 720, 90_000].map(durationText)).toEqual([
      '0 s',
      '4.2 ms',
      '500 ms',
      '1.3 s',
      '59 s',
      '1 min 1 s',
      '3 h 12 min',
      '1 d 1 h',
    ]);
    expect([0, 0.4, 12.6, 12_345].map(rateText)).toEqual(['0/s', '0.4/s', '13/s', '12,345/s']);
    expect([0, 0.004, 0.25, 1].map(percentText)).toEqual(['0 %', '< 1 %', '25 %', '100 %']);
  });
});
