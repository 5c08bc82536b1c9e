import { download } from '../../api/http';
import type { RacerRace } from '../../api/types';
import { className, raceLengthOf } from '../../classes';
import { formatClock, formatMoment, formatOutput } from '../../format';
import { t } from '../../strings';
import { DownloadLink } from '../../ui/download_link';
import { UnverifiedMark } from '../../ui/unverified_mark';
import { PagedList } from '../results/paged_list';
import { pathOf } from '../results/place';
import { standing } from '../results/standing';
import type { PagesState } from '../results/use_pages';

function Downloads({ race: { classId, raceId, start }, racerId }: { race: RacerRace; racerId: number }) {
  const formats = [
    { format: 'csv', text: t.results.rideCsv },
    { format: 'tcx', text: t.results.rideTcx },
  ] as const;
  return (
    <span class="racer-race-downloads">
      {formats.map(({ format, text }) => (
        <DownloadLink
          key={format}
          class="button quiet list-button"
          path={download.ride(classId, raceId, racerId, format)}
          label={t.racer.download(text, className(classId), formatMoment(start))}
        >
          {text}
        </DownloadLink>
      ))}
    </span>
  );
}

function Row({ race, racerId }: { race: RacerRace; racerId: number }) {
  const { classId, raceId, start, state, second, output } = race;
  const how = standing(race, state, raceLengthOf(classId));
  return (
    <li class="racer-race" data-testid="racer-race" data-race={raceId}>
      <a href={pathOf({ classId, raceId, racerId })} data-page="inside">
        <span class="racer-race-start">
          {formatMoment(start)} {race.unverified && <UnverifiedMark />}
        </span>
        <span class="muted">
          {className(classId)}
          {how && ` · ${t.results[how](formatClock(second))}`}
        </span>
      </a>
      <strong class="list-score">{formatOutput(output)}</strong>
      <Downloads race={race} racerId={racerId} />
    </li>
  );
}

interface Props<H> {
  racerId: number;
  shown: PagesState<H, RacerRace>;
  more: () => void;
}

/** All races of a racer, newest first, of all classes. */
export function RacerRaces<H>({ racerId, shown, more }: Props<H>) {
  return (
    <PagedList shown={shown} more={more} empty={t.racer.noRaces} moreText={t.racer.more}>
      {({ rows }) => (
        <ol class="list-rows racer-races">
          {rows.map((race) => (
            <Row key={`${race.classId} ${race.raceId}`} race={race} racerId={racerId} />
          ))}
        </ol>
      )}
    </PagedList>
  );
}
