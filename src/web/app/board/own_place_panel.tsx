import { useEffect, useRef, useState } from 'preact/hooks';

import type { Board } from '../api/types';
import { formatCount, formatGap, formatOutput } from '../format';
import { nameOf } from '../names';
import { t } from '../strings';
import { UnverifiedMark } from '../ui/unverified_mark';
import { pauseBeforeTelling, type Neighbour, type OwnPlace } from './board_rows';
import { RecordBadge } from './row_parts';

interface Props {
  place: OwnPlace | null;
  board: Board;
  /** Whether the board has been told at all. */
  known: boolean;
}

/** The own rank in words, for screen readers: changes now and then only. */
function useToldRank(place: OwnPlace | null): string {
  const told = useRef<{ rank: number; at: number } | null>(null);
  const [text, setText] = useState('');
  const rank = place?.own.rank;
  const total = place?.total ?? 0;
  useEffect(() => {
    const pause = rank === undefined ? null : pauseBeforeTelling(told.current, rank, performance.now());
    if (rank === undefined || pause === null) return;
    const timer = setTimeout(() => {
      told.current = { rank, at: performance.now() };
      setText(t.racers.yourPlace(formatCount(rank), formatCount(total)));
    }, pause);
    return () => clearTimeout(timer);
  }, [rank]);
  return text;
}

function NeighbourLine({ side, neighbour }: { side: 'above' | 'below'; neighbour: Neighbour | null }) {
  if (!neighbour) return null;
  return (
    <p class={`neighbour ${side}`}>
      <span aria-hidden="true">{side === 'above' ? '↑' : '↓'}</span>
      <span class="unseen">{side === 'above' ? t.board.ahead : t.board.behind}: </span>
      <span class="neighbour-name" dir="auto">
        {nameOf(neighbour.entry)}
      </span>{' '}
      <strong>{formatGap(neighbour.gap)}</strong>
    </p>
  );
}

function Place({ own, index, total, above, below }: OwnPlace) {
  return (
    <>
      <p class="own-rank">
        <strong>{formatCount(own.rank)}</strong> {t.board.ofTotal(formatCount(total))}
      </p>
      <p class="own-output">
        {own.unverified && <UnverifiedMark />}
        {own.record && <RecordBadge />}
        <span class="unseen">{t.board.output}: </span>
        <strong>{formatOutput(own.output)}</strong>
      </p>
      <div class="neighbours">
        {index === 0 && total > 1 ? <p class="neighbour muted">{t.board.leading}</p> : null}
        <NeighbourLine side="above" neighbour={above} />
        <NeighbourLine side="below" neighbour={below} />
        {index !== null && index > 0 && index === total - 1 ? <p class="neighbour muted">{t.board.last}</p> : null}
      </div>
    </>
  );
}

/** Where the rider stands, always in sight: rank, output, and how far the neighbours are. */
export function OwnPlacePanel({ place, board, known }: Props) {
  const told = useToldRank(place);
  return (
    <div class="own-place" role="group" aria-label={t.board.own} data-testid="own-place" data-rank={place?.own.rank}>
      {place ? <Place {...place} /> : <p class="muted">{known ? t.board.notRanked[board] : t.shell.loading}</p>}
      <p class="unseen" aria-live="polite">
        {told}
      </p>
    </div>
  );
}
