import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { BoardView } from '../api/live_board';
import type { Board, Entry } from '../api/types';
import { formatCount, formatOutput } from '../format';
import { nameOf } from '../names';
import { t } from '../strings';
import { UnverifiedMark } from '../ui/unverified_mark';
import { rowsInSight, rowsToDraw, scrollToShow } from './board_rows';
import { Glide, motionWanted } from './glide';
import { RecordBadge } from './row_parts';
import { useScrollBox } from './use_scroll_box';

/** Rows above and below those in sight: what a quick finger meets before the next drawing. */
const SPARE_ROWS = 6;
/** Of a row, in rem: as high as a finger needs. */
const ROW_REM = 2.875;
/** Nobody is carried away from what they have just scrolled to. */
const FOLLOW_AGAIN_MS = 8_000;

interface RowProps {
  entry: Entry;
  index: number;
  own: boolean;
  top: number;
}

function BoardRow({ entry, index, own, top }: RowProps) {
  const name = nameOf(entry);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-current={own ? 'true' : undefined}
      class={own ? 'board-row own' : 'board-row'}
      data-testid="board-row"
      data-racer={entry.racerId}
      data-rank={entry.rank}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" class="rank">
        {formatCount(entry.rank)}
      </span>
      <span role="rowheader" class="name">
        <a href={`/racer?id=${entry.racerId}`} data-page="inside" dir="auto" title={name}>
          {name}
        </a>
        {entry.unverified && <UnverifiedMark />}
      </span>
      <span role="cell">{entry.record && <RecordBadge />}</span>
      <span role="cell" class="output">
        {formatOutput(entry.output)}
      </span>
    </div>
  );
}

function HeadRow() {
  return (
    <div role="rowgroup">
      <div role="row" aria-rowindex={1} class="board-row head">
        <span role="columnheader" class="rank">
          {t.board.rank}
        </span>
        <span role="columnheader" class="name">
          {t.board.rider}
        </span>
        <span role="columnheader">
          <span class="unseen">{t.board.record}</span>
        </span>
        <span role="columnheader" class="output">
          {t.board.output}
        </span>
      </div>
    </div>
  );
}

/** Which racer's row has the keyboard. */
function focusedRacer(box: Element | null): number | null {
  const row = box?.contains(document.activeElement) ? document.activeElement?.closest<HTMLElement>('[data-racer]') : null;
  return row ? Number(row.dataset.racer) : null;
}

interface Props {
  view: BoardView | null;
  board: Board;
  /** The own row, which the list follows. */
  ownIndex: number | null;
}

/** All rows of a board, of which only those in sight are in the document. */
export function BoardList({ view, board, ownIndex }: Props) {
  const entries = view?.entries ?? [];
  const box = useScrollBox();
  const rows = useRef<HTMLDivElement>(null);
  const [glide] = useState(() => new Glide());
  const rowHeight = ROW_REM * box.rem;

  const focused = focusedRacer(rows.current);
  const focusedIndex = focused === null ? -1 : entries.findIndex(({ racerId }) => racerId === focused);
  const sight = rowsInSight(entries.length, rowHeight, box, SPARE_ROWS);
  const drawn = rowsToDraw(sight, entries.length, [focusedIndex]);

  useLayoutEffect(() => {
    if (!rows.current) return;
    const places = drawn.map((row) => [String(entries[row]?.racerId), { x: 0, y: row * rowHeight }] as const);
    glide.drawn(rows.current, new Map(places));
    // A browser takes the keyboard away from an element that is moved.
    if (focused !== null && focusedRacer(rows.current) !== focused) {
      rows.current.querySelector<HTMLElement>(`[data-racer="${focused}"] a`)?.focus({ preventScroll: true });
    }
  });
  const shownBefore = useRef(false);
  useEffect(() => {
    const busy = focused !== null || box.touchedWithin(FOLLOW_AGAIN_MS);
    if (ownIndex === null || busy || !box.element.current) return;
    const target = scrollToShow(ownIndex, entries.length, rowHeight, box);
    const far = target === null || Math.abs(target - box.scrolled) > 3 * box.height;
    if (target !== null) {
      const smooth = shownBefore.current && !far && motionWanted();
      box.element.current.scrollTo({ top: target, behavior: smooth ? 'smooth' : 'instant' });
    }
    shownBefore.current = true;
  }, [view, ownIndex, box.height]);

  const empty = view !== null && entries.length === 0;
  return (
    <>
      <div class="board-table" role="table" aria-label={t.board[board]} aria-rowcount={(view?.total ?? 0) + 1}>
        <HeadRow />
        {/* A group of rows has rows, and what has none needs no keyboard to scroll it. */}
        <div
          class="board-box"
          role={entries.length > 0 ? 'rowgroup' : undefined}
          tabIndex={entries.length > 0 ? 0 : undefined}
          ref={box.element}
          {...box.listeners}
        >
          <div ref={rows} class="board-rows" role="presentation" style={{ height: `${entries.length * rowHeight}px` }}>
            {drawn.map((index) => {
              const entry = entries[index];
              if (!entry) return null;
              const own = index === ownIndex;
              return <BoardRow key={entry.racerId} entry={entry} index={index} own={own} top={index * rowHeight} />;
            })}
          </div>
          {empty && <p class="board-empty">{board === 'now' ? t.board.nobody : t.board.noBests}</p>}
        </div>
      </div>
      {view && view.total > entries.length && (
        <p class="board-more">{t.board.more(formatCount(entries.length), formatCount(view.total))}</p>
      )}
    </>
  );
}
