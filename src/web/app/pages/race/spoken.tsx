import { useState } from 'preact/hooks';

import type { Entry } from '../../api/types';
import { formatCount, formatOutput } from '../../format';
import type { Session } from '../../ride/session';
import { t } from '../../strings';

const EVERY_SECONDS = 30;

interface Props {
  session: Session;
  row: Entry | null;
  total: number;
}

/** The ride for those who hear it: one sentence every half a minute. */
export function Spoken({ session, row, total }: Props) {
  const last = session.last.value;
  const period = last ? Math.floor(last.second / EVERY_SECONDS) : 0;
  const [said, setSaid] = useState({ period: 0, text: '' });
  if (last && period !== said.period) {
    const place = row && t.racers.place(formatCount(row.rank), formatCount(total));
    setSaid({ period, text: t.race.spoken(formatCount(last.second), formatOutput(last.output), place) });
  }
  return (
    <p class="unseen" role="status">
      {said.text}
    </p>
  );
}
