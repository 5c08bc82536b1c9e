import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { BoardView } from '../../api/live_board';
import type { Entry } from '../../api/types';
import { Glide } from '../../board/glide';
import { RecordBadge } from '../../board/row_parts';
import { formatCount, formatOutput } from '../../format';
import { nameOf } from '../../names';
import { t } from '../../strings';
import { UnverifiedMark } from '../../ui/unverified_mark';
import { layoutOf, rowPlace, type WallLayout } from './wall_layout';

interface RowProps {
  entry: Entry;
  index: number;
  layout: WallLayout;
  /** Of the best: 0 to 1. */
  part: number;
}

function WallRow({ entry, index, layout, part }: RowProps) {
  const { x, y } = rowPlace(index, layout);
  return (
    <li
      class="wall-row"
      data-testid="wall-row"
      data-racer={entry.racerId}
      data-rank={entry.rank}
      style={{ transform: `translate(${x}px, ${y}px)`, width: `${layout.rowWidth}px`, height: `${layout.rowHeight}px` }}
    >
      <span class="wall-bar" style={{ transform: `scaleX(${part})` }} aria-hidden="true" />
      <span class={entry.rank <= 3 ? `wall-rank place-${entry.rank}` : 'wall-rank'}>{formatCount(entry.rank)}</span>
      <span class="wall-name" dir="auto">
        {nameOf(entry)}
      </span>
      {entry.unverified && <UnverifiedMark />}
      {entry.record && <RecordBadge />}
      <span class="wall-output">{formatOutput(entry.output)}</span>
    </li>
  );
}

/** The size of an element. */
function useSize() {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, ...size };
}

/** The best of a class, as many as fit. */
export function WallBoard({ view, unit }: { view: BoardView | null; unit: number }) {
  const { box, width, height } = useSize();
  const list = useRef<HTMLOListElement>(null);
  const [glide] = useState(() => new Glide());
  const layout = layoutOf(width, height, unit);
  const entries = width > 0 ? (view?.entries ?? []).slice(0, layout.rows * layout.columns) : [];
  const best = entries[0]?.output ?? 0;
  useLayoutEffect(() => {
    if (!list.current) return;
    glide.drawn(list.current, new Map(entries.map(({ racerId }, at) => [String(racerId), rowPlace(at, layout)])));
  });
  return (
    <div class="wall-board" ref={box}>
      <ol ref={list}>
        {entries.map((entry, index) => (
          <WallRow
            key={entry.racerId}
            entry={entry}
            index={index}
            layout={layout}
            part={best > 0 ? Math.max(0, entry.output / best) : 0}
          />
        ))}
      </ol>
      {view && view.entries.length === 0 && (
        <p class="wall-empty">{view.board === 'now' ? t.board.nobody : t.board.noBests}</p>
      )}
    </div>
  );
}
