import './finish.css';

import { useState } from 'preact/hooks';

import { address } from '../../api/http';
import type { Entry } from '../../api/types';
import { classes, className } from '../../classes';
import { formatCount, formatOutput } from '../../format';
import { nameOf } from '../../names';
import { endRide, sender } from '../../ride/current';
import { beaten } from '../../ride/ghosts';
import type { Session } from '../../ride/session';
import { t } from '../../strings';
import { TrophyIcon } from '../../ui/icons';
import { Confetti } from './confetti';
import { LinkState } from './link_state';
import { RideChart } from './ride_chart';
import { useArrival } from './use_arrival';
import { safety } from './safety';
import type { OwnRow } from './use_own_row';

/** The score is the daemon's, in the meaning that all boards have; until it is told, the last output stands there. */
function Score({ session, row }: { session: Session; row: Entry | null }) {
  const last = session.last.value;
  const score = classes.value.find(({ id }) => id === session.plan.classId)?.score ?? 'output';
  const told = score === 'output' ? last?.output : row?.output;
  const value = told ?? last?.output;
  return (
    <div class="finish-score">
      <dt>{t.race.score[told === undefined ? 'output' : score]}</dt>
      <dd data-testid="final-output">{value === undefined ? t.units.unknown : formatOutput(value)}</dd>
    </div>
  );
}

function Records({ session }: { session: Session }) {
  const set = session.set.value;
  const seconds = beaten(session.outputs.value, session.ghosts.value?.mine ?? []);
  const lines = [
    ...(set === 'class' ? [t.race.classRecord] : set === 'personal' ? [t.race.personal] : []),
    ...(seconds > 0 ? [t.race.beaten(formatCount(seconds))] : []),
  ];
  return (
    <>
      {lines.map((line) => (
        <p key={line} class="badge record finish-record">
          <TrophyIcon /> {line}
        </p>
      ))}
    </>
  );
}

function Safety({ session }: { session: Session }) {
  const unsent = sender.unsent.value;
  const state = safety(session.last.value !== null, unsent);
  return (
    <p class="muted" role="status" data-testid="safety">
      {state === 'sending' && t.race.sending(formatCount(unsent.count))}
      {state === 'safe' && t.race.safe}
    </p>
  );
}

function Keys({ session: { plan, last } }: { session: Session }) {
  const result = address('/results', { classId: plan.classId, raceId: plan.raceId, racerId: plan.rider.racerId });
  return (
    <p class="finish-keys">
      {last.value && (
        <a class="button" href={result} data-page="inside" data-testid="see-result">
          {t.race.result}
        </a>
      )}
      <button type="button" class="primary large" data-testid="ride-again" onClick={endRide}>
        {t.race.again}
      </button>
    </p>
  );
}

/** After the ride: what came of it. */
export function Finish({ session, own }: { session: Session; own: OwnRow }) {
  const { plan, ride } = session;
  const heading = useArrival();
  const last = session.last.value;
  const [celebrated] = useState(() => session.celebrate());
  return (
    <section class="card finish" data-testid="finish">
      {celebrated && <Confetti />}
      <h1 ref={heading} tabIndex={-1}>
        {ride.wasStopped ? t.race.stopped : t.race.finish}
      </h1>
      <p class="muted">{t.race.riding(nameOf(plan.rider), className(plan.classId))}</p>
      {last ? (
        <>
          <dl class="finish-numbers">
            <Score session={session} row={own.row} />
            {own.row && (
              <div class="finish-rank">
                <dt class="unseen">{t.board.label}</dt>
                <dd data-testid="own-rank">{t.racers.place(formatCount(own.row.rank), formatCount(own.total))}</dd>
              </div>
            )}
          </dl>
          {ride.wasStopped && <p class="muted">{t.race.atSecond(formatCount(last.second))}</p>}
          <div class="finish-records">
            <Records session={session} />
          </div>
        </>
      ) : (
        <p>{t.race.nothingRidden}</p>
      )}
      {ride.missed > 0 && <p class="notice bad">{t.race.missed(formatCount(ride.missed))}</p>}
      <LinkState />
      <RideChart session={session} />
      <Safety session={session} />
      <Keys session={session} />
    </section>
  );
}
