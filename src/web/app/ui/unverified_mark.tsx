import { t } from '../strings';
import { UnverifiedIcon } from './icons';

/** Beside a name: that a ride looks unusual, and is worth no less for it. */
export function UnverifiedMark() {
  return (
    <span class="unverified" title={t.racers.unverifiedMore} data-testid="unverified">
      <UnverifiedIcon />
      <span class="unseen">{t.racers.unverified}</span>
    </span>
  );
}
