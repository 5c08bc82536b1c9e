import './ranking.css';

import { useState } from 'preact/hooks';

import { allowedTop } from '../api/clock';
import { useLiveFeed, type FeedState } from '../api/live_feed';
import type { Board } from '../api/types';
import { t } from '../strings';
import { Choice } from '../ui/choice';
import { BoardList } from './board_list';
import { ownPlace } from './board_rows';
import { OwnPlacePanel } from './own_place_panel';

/** As many as a daemon tells that is not told otherwise: the neighbours of nearly everybody are among them. */
const TOP = 1000;

interface Props {
  classId: number;
  /** Undefined: the newest race of the class. */
  raceId?: number | undefined;
  /** Whose row is always in sight. */
  racerId?: number | undefined;
}

const boards: { value: Board; text: string }[] = [
  { value: 'now', text: t.board.now },
  { value: 'alltime', text: t.board.alltime },
];

function BoardState({ state }: { state: FeedState }) {
  return (
    <p class="board-state" data-testid="board-state" data-state={state}>
      {t.board.states[state]}
    </p>
  );
}

/** The live board of a class, with the toggle between "Here now" and "All time". */
export function Ranking({ classId, raceId, racerId }: Props) {
  const [board, setBoard] = useState<Board>('now');
  const feed = useLiveFeed({ classId, board, raceId, racerId, top: allowedTop(TOP) });
  const view = feed.view.value;
  const state = feed.state.value;
  const place = view && racerId !== undefined ? ownPlace(view, racerId) : null;
  return (
    <section class={`ranking ${state}`} aria-label={t.board.label} data-testid="board" data-board={board}>
      <div class="ranking-head">
        <h2>{t.board.label}</h2>
        <BoardState state={state} />
        <Choice label={t.board.which} options={boards} value={board} onChange={setBoard} />
      </div>
      {racerId !== undefined && <OwnPlacePanel key={board} place={place} board={board} known={view !== null} />}
      {/* Another board is another list: rows do not glide from one to the other. */}
      <BoardList key={`${classId} ${board}`} view={view} board={board} ownIndex={place?.index ?? null} />
    </section>
  );
}
