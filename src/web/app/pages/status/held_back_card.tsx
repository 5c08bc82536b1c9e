import './held_back.css';

import { useEffect, useRef } from 'preact/hooks';

import { raceTimes } from '../../api/clock';
import { api } from '../../api/http';
import type { HeldRecord } from '../../api/types';
import { className } from '../../classes';
import { focusIsLost } from '../../focus';
import { formatCount } from '../../format';
import { nameOf } from '../../names';
import { t } from '../../strings';
import { AskingKey } from '../../ui/asking_key';
import { Card } from './card';
import { timeText } from './figures';
import { heldRides, raceText, reasonText, valuesText, type HeldRide } from './held_back';
import { useHeldBack, type Held } from './use_held_back';

const words = t.status.held;

interface KeysProps {
  /** What they are about, in words. */
  what: string;
  who: string;
  texts: { release: string; drop: string };
  release: () => Promise<unknown>;
  drop: () => Promise<unknown>;
  judging: Pick<Held, 'judge' | 'busy'>;
}

function Keys({ what, who, texts, release, drop, judging: { judge, busy } }: KeysProps) {
  return (
    <div class="held-keys">
      <button
        type="button"
        aria-label={words.releaseOf(what, who)}
        disabled={busy}
        onClick={() => void judge(release, words.released)}
      >
        {texts.release}
      </button>
      <AskingKey
        text={texts.drop}
        label={words.dropOf(what, who)}
        question={words.ask(what, who)}
        yes={words.yes}
        no={words.no}
        name="drop"
        disabled={busy}
        onYes={() => void judge(drop, words.dropped)}
      />
    </div>
  );
}

function Row({ entry, who, judging }: { entry: HeldRecord; who: string; judging: KeysProps['judging'] }) {
  const second = formatCount(entry.record.second);
  return (
    <li class="held-row" data-testid="held" data-held={entry.id}>
      <div>
        <p>
          <strong>{words.second(second)}</strong> <span>{valuesText(entry.record)}</span>{' '}
          <time class="muted" dateTime={new Date(entry.arrivalTimestamp).toISOString()}>
            {words.arrived(timeText(entry.arrivalTimestamp))}
          </time>
        </p>
        <ul class="held-reasons">
          {entry.reasons.map((reason) => (
            <li key={reason}>{reasonText(reason)}</li>
          ))}
        </ul>
      </div>
      <Keys
        what={words.secondOf(second)}
        who={who}
        texts={{ release: words.release, drop: words.drop }}
        release={() => api.held.release(entry.id)}
        drop={() => api.held.drop(entry.id)}
        judging={judging}
      />
    </li>
  );
}

function Ride({ ride, judging }: { ride: HeldRide; judging: KeysProps['judging'] }) {
  const { classId, raceId, racerId } = ride.filter;
  const who = nameOf({ name: ride.name, racerId });
  return (
    <section class="held-ride" data-testid="held-ride" data-racer={racerId}>
      <div class="held-head">
        <h3>
          <a href={`/racer?id=${racerId}`} data-page="inside" dir="auto">
            {who}
          </a>{' '}
          <span class="muted">{raceText(className(classId), raceId, raceTimes.value?.window ?? null)}</span>
        </h3>
        <Keys
          what={words.allOf}
          who={who}
          texts={{ release: words.releaseAll, drop: words.dropAll }}
          release={() => api.held.releaseAll(ride.filter)}
          drop={() => api.held.dropAll(ride.filter)}
          judging={judging}
        />
      </div>
      <ul class="held-list">
        {ride.records.map((entry) => (
          <Row key={entry.id} entry={entry} who={who} judging={judging} />
        ))}
      </ul>
    </section>
  );
}

/** What the daemon holds back until an administrator judges it; nothing for anybody else. */
export function HeldBackCard() {
  const { held, more, judge, busy, said } = useHeldBack();
  const box = useRef<HTMLDivElement>(null);
  // The key that was pressed goes with its record.
  useEffect(() => {
    if (said && focusIsLost()) box.current?.focus({ preventScroll: true });
  }, [said, held]);
  if (!held) return null;
  const total = formatCount(held.total);
  return (
    <Card title={words.title} hint={words.hint} size="whole" testId="held-back">
      <div ref={box} tabIndex={-1} class="held-box">
        <p class="held-facts" role="status">
          <strong data-testid="held-count">{held.total === 0 ? words.none : words.count(held.total, total)}</strong>{' '}
          <span class={said?.bad ? 'held-bad' : 'muted'}>{said?.text}</span>
        </p>
        {heldRides(held.entries).map((ride) => (
          <Ride key={ride.key} ride={ride} judging={{ judge, busy }} />
        ))}
        {held.entries.length < held.total && (
          <p class="muted held-more">
            {words.shown(formatCount(held.entries.length), total)}
            {more && (
              <button type="button" onClick={more}>
                {words.more}
              </button>
            )}
          </p>
        )}
      </div>
    </Card>
  );
}
