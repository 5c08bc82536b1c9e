import type { ComponentChildren } from 'preact';

import { serverNow } from '../../api/clock';
import { t } from '../../strings';
import { Card, Facts } from './card';
import { bytesText, countText, durationText, percentText } from './figures';
import { LevelMark } from './level_mark';
import type { Metrics } from './prometheus_text';
import type { Rates } from './rates';
import { diskOf, type Broker, type Delivery } from './status_model';

const words = t.status;

/** Whether something works; a dash where that is not told. */
function works(failing: boolean | null): ComponentChildren {
  if (failing === null) return t.units.unknown;
  return failing ? <LevelMark level="bad">{words.disk.failing}</LevelMark> : <LevelMark level="good">{words.disk.works}</LevelMark>;
}

export function DeliveryCard({ delivery }: { delivery: Delivery }) {
  const { failed } = delivery;
  return (
    <Card title={words.delivery.title} hint={words.delivery.hint} level={delivery.level}>
      <Facts
        facts={[
          [words.delivery.oldest, durationText(delivery.oldest)],
          [words.delivery.waiting, countText(delivery.waiting)],
          [words.delivery.inWork, countText(delivery.inWork)],
          [words.delivery.flush, durationText(delivery.flushSeconds)],
          [words.delivery.objects, `${countText(delivery.objects)} · ${bytesText(delivery.objectBytes)}`],
          [
            words.delivery.failed,
            failed === null
              ? t.units.unknown
              : failed.map(({ code, count }) => `${code} ${countText(count)}`).join(', ') || words.delivery.none,
          ],
          [words.delivery.disk, works(delivery.diskFailing)],
        ]}
      />
    </Card>
  );
}

export function LiveCard({ metrics }: { metrics: Metrics }) {
  return (
    <Card title={words.live.title}>
      <Facts
        facts={[
          [words.live.viewers, countText(metrics.value('alleycat_live_viewers'))],
          [words.live.connections, countText(metrics.value('alleycat_connections'))],
          [words.live.queue, bytesText(metrics.value('alleycat_live_queue_bytes'))],
          [words.live.resyncs, countText(metrics.value('alleycat_live_resyncs_total'))],
        ]}
      />
    </Card>
  );
}

export function BrokerCard({ broker }: { broker: Broker }) {
  const state =
    broker.connected === null ? (
      t.units.unknown
    ) : (
      <LevelMark level={broker.level}>{broker.connected ? words.broker.connected : words.broker.lost}</LevelMark>
    );
  return (
    <Card title={words.broker.title} level={broker.level} testId="broker">
      <Facts facts={[[words.broker.state, state]]} />
    </Card>
  );
}

export function DiskCard({ disk }: { disk: ReturnType<typeof diskOf> }) {
  const free = disk.free === null ? t.units.unknown : words.disk.freeOf(bytesText(disk.free), bytesText(disk.size));
  return (
    <Card title={words.disk.title} level={disk.level} testId="disk">
      <Facts
        facts={[
          [words.disk.free, free],
          [words.disk.used, percentText(disk.used)],
          [words.disk.log, bytesText(disk.logBytes)],
          [words.disk.database, bytesText(disk.databaseBytes)],
          [words.disk.commit, durationText(disk.commitSeconds)],
          [words.disk.results, works(disk.resultsFailing)],
        ]}
      />
    </Card>
  );
}

export function ProcessCard({ metrics, rates }: { metrics: Metrics; rates: Rates }) {
  const started = metrics.value('process_start_time_seconds');
  const cpu = rates.rate('cpu');
  return (
    <Card title={words.process.title}>
      <Facts
        facts={[
          [words.process.version, metrics.all('alleycat_build_info')[0]?.labels.version ?? t.units.unknown],
          [words.process.uptime, durationText(started === null ? null : Math.max(0, serverNow() / 1000 - started))],
          [words.process.memory, bytesText(metrics.value('process_resident_memory_bytes'))],
          [words.process.cpu, cpu === null ? t.units.unknown : words.process.cpuOfCore(percentText(cpu))],
          [words.process.files, countText(metrics.value('process_open_fds'))],
        ]}
      />
    </Card>
  );
}
