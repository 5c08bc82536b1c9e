import { download } from '../../api/http';
import type { RaceState, ResultRow } from '../../api/types';
import { raceLengthOf } from '../../classes';
import { formatClock, formatCount, formatMoment, formatOutput } from '../../format';
import { nameOf } from '../../names';
import { rider } from '../../preferences';
import { t } from '../../strings';
import { DownloadLink } from '../../ui/download_link';
import { TrophyIcon } from '../../ui/icons';
import { UnverifiedMark } from '../../ui/unverified_mark';
import { PagedList } from './paged_list';
import { pathOf, type Place } from './place';
import type { ResultsHead } from './sources';
import { standing } from './standing';
import type { PagesState } from './use_pages';

interface RowProps {
  row: ResultRow;
  state: RaceState;
  href: string;
  /** Of the race, in seconds. */
  length: number;
  chosen: boolean;
}

function Row({ row, state, href, length, chosen }: RowProps) {
  const how = standing(row, state, length);
  const mine = row.racerId === rider.value?.racerId;
  return (
    <li data-testid="result" data-racer={row.racerId}>
      <a
        class={`list-link results-row${mine ? ' list-mine' : ''}`}
        href={href}
        data-page="inside"
        aria-current={chosen ? 'true' : undefined}
      >
        <span class="list-rank">{formatCount(row.rank)}</span>
        <span class="list-who">
          <span dir="auto">{nameOf(row)}</span>
          {row.unverified && <UnverifiedMark />}
          {mine && <span class="badge">{t.results.you}</span>}
          {how && <span class="muted list-note">{t.results[how](formatClock(row.second))}</span>}
        </span>
        {row.record && (
          <span class="badge record list-trophy" title={t.results.record}>
            <TrophyIcon />
            <span class="unseen">{t.results.record}</span>
          </span>
        )}
        <strong class="list-score">{formatOutput(row.output)}</strong>
      </a>
    </li>
  );
}

function Head({ classId, raceId, start, state, total, score }: ResultsHead) {
  return (
    <>
      <h2 tabIndex={-1}>{formatMoment(start)}</h2>
      <p class="muted list-facts">
        <span class={state === 'running' ? 'badge list-running' : 'badge'}>{t.results.states[state]}</span>
        <span>{t.racers.count(total, formatCount(total))}</span>
        <span>{t.results.scores[score]}</span>
      </p>
      <p>
        <DownloadLink class="button list-button" path={download.results(classId, raceId)}>
          {t.results.csv}
        </DownloadLink>
      </p>
    </>
  );
}

interface Props {
  place: Place;
  classId: number;
  raceId: number;
  shown: PagesState<ResultsHead, ResultRow>;
  more: () => void;
}

/** The ranked results of a race. */
export function RaceResults({ place, classId, raceId, shown, more }: Props) {
  return (
    <>
      {shown.state === 'there' ? <Head {...shown.pages.head} /> : <h2 tabIndex={-1}>{t.results.title}</h2>}
      <PagedList shown={shown} more={more} empty={t.results.noResults}>
        {({ head, rows }) => (
          <ol class="list-rows" data-testid="results">
            {rows.map((row) => (
              <Row
                key={row.racerId}
                row={row}
                state={head.state}
                length={raceLengthOf(classId)}
                chosen={row.racerId === place.racerId}
                href={pathOf({ classId, raceId, racerId: row.racerId, measure: place.measure })}
              />
            ))}
          </ol>
        )}
      </PagedList>
    </>
  );
}
