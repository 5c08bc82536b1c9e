import type { Race } from '../../api/types';
import { formatCount, formatDay, formatTime } from '../../format';
import { t } from '../../strings';
import { PagedList } from './paged_list';
import { pathOf } from './place';
import type { PagesState } from './use_pages';

function RaceRow({ race, href, chosen }: { race: Race; href: string; chosen: boolean }) {
  return (
    <li data-testid="race" data-race={race.raceId}>
      <a class="list-link races-row" href={href} data-page="inside" aria-current={chosen ? 'true' : undefined}>
        <strong>{formatTime(race.start)}</strong>
        {race.state === 'running' ? (
          <span class="badge list-running">{t.results.states.running}</span>
        ) : (
          <span class="muted">{formatDay(race.start)}</span>
        )}
        <span class="muted">{t.racers.count(race.racers, formatCount(race.racers))}</span>
      </a>
    </li>
  );
}

interface Props {
  classId: number;
  shown: PagesState<null, Race>;
  more: () => void;
  chosen: number | undefined;
}

/** The races of a class, newest first. */
export function RaceList({ classId, shown, more, chosen }: Props) {
  return (
    <PagedList shown={shown} more={more} empty={t.results.noRaces}>
      {({ rows }) => (
        <ol class="list-rows" data-testid="races">
          {rows.map((race) => (
            <RaceRow
              key={race.raceId}
              race={race}
              href={pathOf({ classId, raceId: race.raceId })}
              chosen={race.raceId === chosen}
            />
          ))}
        </ol>
      )}
    </PagedList>
  );
}
