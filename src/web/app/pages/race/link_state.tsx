import { onlyLooks } from '../../api/access';
import { formatCount } from '../../format';
import { sender } from '../../ride/current';
import { t } from '../../strings';

/** Younger ones are on their way, as always. */
const LATE_MS = 3_000;

/**
 * What has not reached the daemon yet; nothing while all goes well. The count, which changes each
 * second, is to be seen only; it would be read out again and again.
 */
export function LinkState() {
  const { count, age, dropped, refusals } = sender.unsent.value;
  const late = count > 0 && age > LATE_MS;
  const cut = late && sender.connection.value !== 'open';
  const lost = onlyLooks.value ? t.access.rideKept : t.race.lost;
  const refusal = refusals.at(-1);
  return (
    <>
      <p class="unseen" role="status">
        {cut && lost}
      </p>
      {late && (
        <p class="notice bad">
          {cut && lost}
          <strong data-testid="unsent">{t.race.unsent(formatCount(count))}</strong>
        </p>
      )}
      {dropped > 0 && <p class="notice bad">{t.race.dropped(formatCount(dropped))}</p>}
      {refusal && (
        <p class="notice bad" data-testid="refused">
          {t.race.refused(refusal.message)}
        </p>
      )}
    </>
  );
}
