import type { Reject } from '../../api/types';
import { t } from '../../strings';
import { Card } from './card';
import { countText, doorTitle, timeText } from './figures';

const words = t.status.rejects;

interface Props {
  /** Null: not told. */
  codes: readonly { code: string; count: number }[] | null;
  last: readonly Reject[] | null;
}

function LastRejects({ last }: { last: readonly Reject[] }) {
  return (
    <ol class="rejects" aria-label={words.last}>
      {last.map((reject) => (
        <li key={`${reject.door} ${reject.code} ${reject.message} ${reject.at}`} data-testid="reject">
          <p class="what">
            <strong>{reject.code}</strong>
            {reject.count > 1 && <span class="badge">{words.times(countText(reject.count))}</span>}
            <span class="muted">{doorTitle(reject.door)}</span>
            <time class="muted" dateTime={new Date(reject.at).toISOString()}>
              {timeText(reject.at)}
            </time>
          </p>
          <p class="reason">{reject.message}</p>
        </li>
      ))}
    </ol>
  );
}

export function RejectsCard({ codes, last }: Props) {
  return (
    <Card title={words.title} size="two-thirds" testId="rejects">
      {codes === null && <p class="muted">{t.units.unknown}</p>}
      {codes?.length === 0 && <p class="muted">{words.none}</p>}
      {codes !== null && codes.length > 0 && (
        <ul class="codes" aria-label={words.codes}>
          {codes.map(({ code, count }) => (
            <li key={code} class="badge">
              {code} <strong>{countText(count)}</strong>
            </li>
          ))}
        </ul>
      )}
      {last === null && <p class="muted">{words.untold}</p>}
      {last !== null && last.length > 0 && <LastRejects last={last} />}
    </Card>
  );
}
