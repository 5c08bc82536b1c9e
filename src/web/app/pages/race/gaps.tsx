import type { Entry } from '../../api/types';
import { formatCount, formatGap, isBehind } from '../../format';
import { ahead, type Ghosts } from '../../ride/ghosts';
import type { Session } from '../../ride/session';
import { t } from '../../strings';

interface GapProps {
  /** Undefined: it cannot be said yet. */
  gap: number | null | undefined;
  words: { ahead: string; behind: string; none: string };
  colour: 'mine' | 'class';
}

function Gap({ gap, words, colour }: GapProps) {
  if (gap === undefined) return <p class={`gap ${colour}`} />;
  if (gap === null) return <p class={`gap ${colour}`}>{words.none}</p>;
  const behind = isBehind(gap);
  return (
    <p class={`gap ${colour} ${behind ? 'behind' : 'ahead'}`} data-testid={`gap-${colour}`}>
      <strong>{formatGap(gap)}</strong> {behind ? words.behind : words.ahead}
    </p>
  );
}

interface Props {
  session: Session;
  row: Entry | null;
  total: number;
}

const mine = { ahead: t.race.aheadOfMine, behind: t.race.behindMine, none: t.race.noneOfMine };
const best = { ahead: t.race.aheadOfClass, behind: t.race.behindClass, none: t.race.noneOfClass };

/** How the rider stands, against the others and against the ghosts at this second. */
export function Gaps({ session, row, total }: Props) {
  const last = session.last.value;
  const ghosts = session.ghosts.value;
  const at = (whose: keyof Ghosts) => (last && ghosts ? ahead(last.output, ghosts[whose], last.second) : undefined);
  return (
    <div class="gaps">
      {row && (
        <p class="gap rank" data-testid="own-rank">
          <span class="unseen">{t.racers.place(formatCount(row.rank), formatCount(total))}</span>
          <strong aria-hidden="true">{formatCount(row.rank)}</strong>
          <span aria-hidden="true">{t.race.rankOf(formatCount(total))}</span>
        </p>
      )}
      <Gap gap={at('mine')} words={mine} colour="mine" />
      <Gap gap={at('class')} words={best} colour="class" />
    </div>
  );
}
