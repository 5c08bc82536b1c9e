import { RequestError, api } from '../../api/http';
import type { LeaderboardRow } from '../../api/types';
import { formatCount, formatDay, formatMoment, formatOutput } from '../../format';
import { nameOf } from '../../names';
import { rider } from '../../preferences';
import { t } from '../../strings';
import { UnverifiedMark } from '../../ui/unverified_mark';
import { useLoaded } from '../../use_loaded';
import { PagedList } from './paged_list';
import { pathOf } from './place';
import { firstRecords } from './sources';
import { usePages } from './use_pages';

const NEIGHBOURS = 5;
const LOOK_AGAIN_MS = 30_000;

function Rows({ classId, rows }: { classId: number; rows: readonly LeaderboardRow[] }) {
  return (
    <ol class="list-rows">
      {rows.map((row) => (
        <li
          key={row.racerId}
          class={row.racerId === rider.value?.racerId ? 'records-row list-mine' : 'records-row'}
          data-testid="record"
          data-racer={row.racerId}
        >
          <span class="list-rank">{formatCount(row.rank)}</span>
          <span class="list-who">
            <a href={`/racer?id=${row.racerId}`} data-page="inside" dir="auto">
              {nameOf(row)}
            </a>
            {row.unverified && <UnverifiedMark />}
          </span>
          <strong class="list-score">{formatOutput(row.output)}</strong>
          <a
            class="records-when"
            href={pathOf({ classId, raceId: row.raceId, racerId: row.racerId })}
            data-page="inside"
            aria-label={t.results.openRace(formatMoment(row.achievedAt))}
          >
            {formatDay(row.achievedAt)}
          </a>
        </li>
      ))}
    </ol>
  );
}

/** The neighbours of who rides here; null without any, or where there is no record yet. */
function useNeighbours(classId: number, racerId: number | undefined) {
  const loaded = useLoaded(
    async (signal) => {
      if (racerId === undefined) return null;
      const { entries } = await api
        .leaderboard(classId, { limit: NEIGHBOURS, around: racerId }, signal)
        .catch((error: Error) => {
          if (error instanceof RequestError && error.status === 404) return { entries: [] };
          throw error;
        });
      return entries;
    },
    [classId, racerId],
    LOOK_AGAIN_MS,
  );
  return loaded.state === 'there' ? loaded.value : null;
}

/** The best result of each racer in a class, ranked, and where who rides here stands. */
export function ClassRecords({ classId }: { classId: number }) {
  const me = rider.value?.racerId;
  const neighbours = useNeighbours(classId, me);
  const { shown, more } = usePages({
    first: (signal, have) => firstRecords(classId, have, signal),
    key: (row: LeaderboardRow) => row.racerId,
    inputs: [classId],
    refreshMs: () => LOOK_AGAIN_MS,
  });
  const own = neighbours?.find(({ racerId }) => racerId === me);
  const listed = shown.state === 'there' && shown.pages.rows.some(({ racerId }) => racerId === me);
  return (
    <section class="card class-records" aria-labelledby="records-title">
      <h2 id="records-title">{t.results.records}</h2>
      {shown.state === 'there' && (
        <p class="muted list-facts">
          <span>{t.racers.count(shown.pages.head.total, formatCount(shown.pages.head.total))}</span>
          <span>{t.results.scores[shown.pages.head.score]}</span>
        </p>
      )}
      {own && shown.state === 'there' && (
        <p class="notice">{t.racers.yourPlace(formatCount(own.rank), formatCount(shown.pages.head.total))}</p>
      )}
      {neighbours && !own && <p class="muted">{t.results.notPlaced}</p>}
      {own && neighbours && !listed && (
        <>
          <h3>{t.results.aroundYou}</h3>
          <Rows classId={classId} rows={neighbours} />
          <h3>{t.results.best}</h3>
        </>
      )}
      <div data-testid="leaderboard">
        <PagedList shown={shown} more={more} empty={t.results.noRecords}>
          {({ rows }) => <Rows classId={classId} rows={rows} />}
        </PagedList>
      </div>
    </section>
  );
}
