import './race_clock.css';

import type { RaceMoment } from '../../api/clock';
import { formatClock, formatCount } from '../../format';
import { t } from '../../strings';
import { useRaceMoment } from '../../use_now';

const RADIUS = 52;
const AROUND = 2 * Math.PI * RADIUS;

/** Filled from the top, clockwise. `share`: 0 … 1. */
function Ring({ share }: { share: number }) {
  return (
    <svg class="clock-ring" viewBox="0 0 120 120" aria-hidden="true">
      <circle class="clock-track" cx="60" cy="60" r={RADIUS} />
      <circle
        class="clock-gone"
        cx="60"
        cy="60"
        r={RADIUS}
        transform="rotate(-90 60 60)"
        stroke-dasharray={`${share * AROUND} ${AROUND}`}
      />
    </svg>
  );
}

function Face({ moment }: { moment: RaceMoment }) {
  const running = moment.raceId !== null;
  const gone = (moment.now - moment.start) / 1000;
  const untilNext = (moment.next - moment.now) / 1000;
  return (
    <>
      <Ring share={running ? gone / moment.length : 0} />
      <div>
        <p class="clock-time">{formatClock(Math.ceil(running ? moment.length - gone : untilNext))}</p>
        <p class="muted">{running ? t.race.running(formatClock(moment.length)) : t.race.between}</p>
      </div>
      {running && (
        <dl class="clock-facts">
          <div>
            <dt>{t.race.second}</dt>
            <dd>
              {formatCount(moment.second ?? 0)} / {formatCount(moment.length)}
            </dd>
          </div>
          <div>
            <dt>{t.race.nextStart}</dt>
            <dd>{formatClock(Math.ceil(untilNext))}</dd>
          </div>
        </dl>
      )}
    </>
  );
}

/** The daemon's race clock. */
export function RaceClock() {
  const moment = useRaceMoment();
  return (
    <div class="card clock" role="timer" aria-label={t.race.clock}>
      {moment ? <Face moment={moment} /> : <p class="muted">{t.race.waitingForClock}</p>}
    </div>
  );
}
