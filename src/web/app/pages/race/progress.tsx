import { formatClock, formatCount } from '../../format';
import type { Session } from '../../ride/session';
import { t } from '../../strings';

/** How far the race is. */
export function Progress({ session }: { session: Session }) {
  const { length } = session.plan;
  const second = session.second.value;
  return (
    <div class="progress">
      <p>
        <span class="muted">{t.race.second}</span> <strong data-testid="race-second">{formatCount(second)}</strong>
        <span class="muted"> / {formatCount(length)}</span>
      </p>
      <p class="progress-left">
        <strong>{formatClock(Math.ceil(session.left.value / 1000))}</strong> <span class="muted">{t.race.left}</span>
      </p>
      <progress aria-label={t.race.progress} max={length} value={second} />
    </div>
  );
}
