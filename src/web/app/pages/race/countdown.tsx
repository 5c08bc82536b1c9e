import { className } from '../../classes';
import { formatClock } from '../../format';
import { nameOf } from '../../names';
import { endRide } from '../../ride/current';
import type { Session } from '../../ride/session';
import { t } from '../../strings';
import { useRaceMoment } from '../../use_now';
import { BikeWarning } from './bike_warning';
import { useArrival } from './use_arrival';

/** Until the race starts that the rider waits for. */
export function Countdown({ session }: { session: Session }) {
  const { plan, bike } = session;
  const now = useRaceMoment()?.now ?? plan.start;
  const heading = useArrival();
  return (
    <section class="card countdown" data-testid="countdown">
      <h1 ref={heading} tabIndex={-1}>{t.race.waiting}</h1>
      {plan.instead && (
        <p class="notice" data-testid="next-instead">
          {t.race.instead}
        </p>
      )}
      <p class="muted">{t.race.startsIn}</p>
      <p class="countdown-time" role="timer">
        {formatClock(Math.ceil((plan.start - now) / 1000))}
      </p>
      <p class="muted">{t.race.riding(nameOf(plan.rider), className(plan.classId))}</p>
      <BikeWarning bike={bike} />
      <button type="button" class="large" data-testid="cancel" onClick={endRide}>
        {t.race.cancel}
      </button>
    </section>
  );
}
