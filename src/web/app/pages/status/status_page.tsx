import './status.css';

import { t } from '../../strings';
import { concernsOf, type Concern } from './concerns';
import { DoorsCard } from './doors_card';
import { BrokerCard, DeliveryCard, DiskCard, LiveCard, ProcessCard } from './fact_cards';
import { countText, durationText, rateText } from './figures';
import { HeldBackCard } from './held_back_card';
import { LevelMark } from './level_mark';
import { RejectsCard } from './rejects_card';
import { ShardsCard } from './shards_card';
import { brokerOf, deliveryOf, diskOf, doorsOf, recordsASecond, rejectedByCode, shardsOf, worst } from './status_model';
import { useStatus, type Heard, type Status } from './use_status';

const words = t.status;

/** The one line that is told as it changes. */
function Readiness({ heard, silent }: Status) {
  const ready = heard?.ready;
  return (
    <p class="readiness" role="status" data-testid="ready">
      {silent ? (
        <LevelMark level="bad">{words.silent}</LevelMark>
      ) : !ready ? (
        words.asking
      ) : ready.yes ? (
        <LevelMark level="good">{words.ready}</LevelMark>
      ) : (
        <LevelMark level="bad">{words.notReady(ready.why)}</LevelMark>
      )}
    </p>
  );
}

function Concerns({ concerns }: { concerns: readonly Concern[] }) {
  if (concerns.length === 0) return null;
  return (
    <ul class={`concerns ${worst(concerns.map(({ level }) => level))}`} aria-label={words.concernsLabel} data-testid="concerns">
      {concerns.map(({ level, text }) => (
        <li key={text}>
          <LevelMark level={level}>{text}</LevelMark>
        </li>
      ))}
    </ul>
  );
}

function Tiles({ tiles }: { tiles: readonly (readonly [name: string, figure: string])[] }) {
  return (
    <dl class="tiles" aria-label={words.tiles.label}>
      {tiles.map(([name, figure]) => (
        <div key={name} class="card">
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function Report({ heard, rates }: { heard: Heard; rates: Status['rates'] }) {
  const { metrics } = heard;
  const doors = doorsOf(metrics, rates);
  const shards = shardsOf(metrics, rates);
  const delivery = deliveryOf(metrics, rates);
  const broker = brokerOf(metrics);
  const disk = diskOf(metrics, rates);
  return (
    <>
      <Concerns concerns={concernsOf({ doors, shards, delivery, broker, disk })} />
      <Tiles
        tiles={[
          [words.tiles.records, rateText(recordsASecond(doors))],
          [words.tiles.riders, countText(metrics.sum('alleycat_racers_now'))],
          [words.tiles.viewers, countText(metrics.value('alleycat_live_viewers'))],
          [words.tiles.lag, durationText(delivery.oldest)],
        ]}
      />
      <div class="status-cards">
        {metrics.value('alleycat_quarantine_records') !== null && <HeldBackCard />}
        <DoorsCard doors={doors} />
        <ShardsCard shards={shards} />
        <DeliveryCard delivery={delivery} />
        <DiskCard disk={disk} />
        <ProcessCard metrics={metrics} rates={rates} />
        <RejectsCard codes={rejectedByCode(metrics)} last={heard.rejects} />
        <div class="status-cards third">
          <BrokerCard broker={broker} />
          <LiveCard metrics={metrics} />
        </div>
      </div>
    </>
  );
}

/** For the operator: what comes in, where it waits, what is refused, and what needs a look. */
export function StatusPage() {
  const status = useStatus();
  return (
    <div class="status-page" data-testid="status">
      <div class="status-head">
        <h1>{words.title}</h1>
        <Readiness {...status} />
      </div>
      {status.silent && status.heard && <p class="notice bad">{words.old}</p>}
      <div class={status.silent ? 'old' : undefined}>
        {status.heard && <Report heard={status.heard} rates={status.rates} />}
      </div>
    </div>
  );
}
