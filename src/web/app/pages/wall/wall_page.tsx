import './wall.css';

import { useEffect, useMemo, useState } from 'preact/hooks';

import { askClasses, classes } from '../../classes';
import { formatCount } from '../../format';
import { numberInQuery, route } from '../../router';
import { t } from '../../strings';
import type { Board, RaceClass } from '../../api/types';
import type { LiveFeed } from '../../api/live_feed';
import { TickerLine } from './ticker_line';
import { useRenewal } from './use_renewal';
import { WallBoard } from './wall_board';
import { ClassStrip, WallClock, WallProgress } from './wall_head';
import { useMinutes, useStillPointer, useTicker, useTurn, useWakeLock, useWallFeeds } from './wall_hooks';
import { shiftAt, unitOf } from './wall_layout';
import { turnSeconds } from './wall_rotation';

/** What everything on this wall is a multiple of, in pixels. */
function useUnit(): number {
  const measured = () => unitOf(innerWidth, innerHeight);
  const [unit, setUnit] = useState(measured);
  useEffect(() => {
    const resized = () => setUnit(measured());
    addEventListener('resize', resized);
    return () => removeEventListener('resize', resized);
  }, []);
  return unit;
}

/** The classes to be shown: that of the address, or all of them. */
function shownClasses(): { fixed: number | undefined; shown: readonly RaceClass[] } {
  const fixed = numberInQuery('classId');
  return { fixed, shown: classes.value.filter(({ id }) => fixed === undefined || id === fixed) };
}

interface StageProps {
  raceClass: RaceClass;
  feed: LiveFeed | undefined;
  unit: number;
}

function ClassHead({ raceClass, feed }: Omit<StageProps, 'unit'>) {
  const view = feed?.view.value;
  const riders = view?.board === 'now' ? view.total : raceClass.racersNow;
  return (
    <div class="wall-title">
      <h1 data-testid="wall-class" data-class={raceClass.id} dir="auto">
        {raceClass.name}
      </h1>
      <p>
        <span>{t.racers.count(riders, formatCount(riders))}</span>
        {view?.board === 'alltime' && <span class="wall-tag">{t.board.alltime}</span>}
        {view?.board === 'now' && riders > 0 && raceClass.activeRace === null && (
          <span class="wall-tag">{t.wall.lastRace}</span>
        )}
        {feed?.state.value === 'lost' && <span class="wall-tag lost">{t.wall.reconnecting}</span>}
      </p>
    </div>
  );
}

/** The board of the class whose turn it is. */
function Stage({ raceClass, feed, unit }: StageProps) {
  const view = feed?.view.value ?? null;
  const raceId = view?.raceId;
  // A race that opens is told here first.
  useEffect(() => {
    if (raceId !== undefined) void askClasses();
  }, [raceId]);
  return <WallBoard key={raceClass.id} view={view} unit={unit} />;
}

export function WallPage() {
  const board: Board = route.value.searchParams.get('board') === 'alltime' ? 'alltime' : 'now';
  const seconds = turnSeconds(numberInQuery('seconds'));
  const { fixed, shown } = shownClasses();
  const [news, onRecord] = useTicker();
  const feeds = useWallFeeds(board, onRecord);
  const turns = shown.map(({ id, racersNow }) => ({
    classId: id,
    riders: racersNow,
    rows: (feeds.get(id)?.view.value?.entries.length ?? 0) > 0,
  }));
  const { classId, turn } = useTurn(turns, seconds);
  // Before all others that which is shown: there may be more than can be followed.
  const followed = [...(classId === undefined ? [] : [classId]), ...shown.map(({ id }) => id)];
  useMemo(() => feeds.follow(followed), [feeds, followed.join()]);
  const raceClass = shown.find(({ id }) => id === classId);
  const feed = classId === undefined ? undefined : feeds.get(classId);
  const state = feed?.state.value;
  useRenewal(state, news === null);
  useWakeLock();
  const still = useStillPointer();
  const unit = useUnit();
  const shift = shiftAt(useMinutes());

  const style = { '--u': `${unit}px`, '--shift-x': shift.x, '--shift-y': shift.y };
  return (
    <div class={`wall ${state ?? 'waiting'}${still ? ' still' : ''}`} style={style} data-testid="wall" data-state={state}>
      {raceClass ? (
        <>
          <div class="wall-head">
            <ClassHead raceClass={raceClass} feed={feed} />
            <WallClock />
          </div>
          <WallProgress />
          {shown.length > 1 && (
            <ClassStrip
              classes={shown.map(({ id, name, racersNow }) => ({ id, name, riders: racersNow }))}
              shown={classId}
              turn={turn}
              seconds={seconds}
            />
          )}
          <Stage raceClass={raceClass} feed={feed} unit={unit} />
          <TickerLine news={news} />
        </>
      ) : (
        <h1 class="wall-empty">
          {fixed !== undefined && classes.value.length > 0 ? t.wall.unknownClass(fixed) : t.wall.waiting}
        </h1>
      )}
    </div>
  );
}
