import { t } from '../strings';
import { TrophyIcon } from '../ui/icons';

/** Says that a row beats the racer's own history. */
export function RecordBadge() {
  return (
    <span class="badge record" title={t.board.recordHere}>
      <TrophyIcon />
      <span class="unseen">{t.board.recordHere}</span>
    </span>
  );
}
