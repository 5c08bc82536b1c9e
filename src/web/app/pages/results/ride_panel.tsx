import { serverNow } from '../../api/clock';
import { RequestError, download } from '../../api/http';
import type { ResultRow } from '../../api/types';
import { raceLengthOf } from '../../classes';
import { LazyCurveChart } from '../../chart/lazy_curve_chart';
import { formatClock, formatCount, formatOutput } from '../../format';
import { nameOf } from '../../names';
import { go } from '../../router';
import { t } from '../../strings';
import { Choice } from '../../ui/choice';
import { DownloadLink } from '../../ui/download_link';
import { Failure } from '../../ui/failure';
import { TrophyIcon } from '../../ui/icons';
import { UnverifiedMark } from '../../ui/unverified_mark';
import { pathOf, type Place } from './place';
import { RideComparison } from './ride_comparison';
import { measures, missingSeconds, rideCurve, rideLength } from './ride_curves';
import type { ResultsHead } from './sources';
import { rideAgainMs, standing } from './standing';
import { useRide, type RideOf } from './use_ride';

type Rows = readonly ResultRow[];
type Chosen = Place & { classId: number; raceId: number; racerId: number };

/** `later`: it may still come. */
function NoRide({ error, later }: { error: Error; later: boolean }) {
  const unknown = error instanceof RequestError && error.status === 404;
  if (!unknown) return <Failure error={error} />;
  return <p class="notice">{later ? t.results.noRideYet : t.results.noRide}</p>;
}

function Head({ who, head }: { who: RideOf; head: ResultsHead | undefined }) {
  const { row, name, racerId, personalBest } = who;
  const how = row && head && standing(row, head.state, raceLengthOf(head.classId));
  return (
    <>
      <h2 tabIndex={-1}>
        <a href={`/racer?id=${racerId}`} data-page="inside" dir="auto">
          {name}
        </a>{' '}
        {row?.unverified && <UnverifiedMark />}
      </h2>
      <p class="list-facts muted">
        {row && <strong class="results-score">{formatOutput(row.output)}</strong>}
        {row && head && <span>{t.racers.place(formatCount(row.rank), formatCount(head.total))}</span>}
        {how && row && <span>{t.results[how](formatClock(row.second))}</span>}
        {personalBest && (
          <span class="badge record">
            <TrophyIcon />
            {t.results.record}
          </span>
        )}
      </p>
    </>
  );
}

function Downloads({ who: { name, racerId }, place: { classId, raceId } }: { who: RideOf; place: Chosen }) {
  const formats = [
    { format: 'csv', text: t.results.rideCsv, label: t.results.rideCsvOf(name) },
    { format: 'tcx', text: t.results.rideTcx, label: t.results.rideTcxOf(name) },
  ] as const;
  return (
    <p class="list-facts">
      {formats.map(({ format, text, label }) => (
        <DownloadLink
          key={format}
          class="button list-button"
          path={download.ride(classId, raceId, racerId, format)}
          label={label}
        >
          {text}
        </DownloadLink>
      ))}
    </p>
  );
}

function Compare({ place, rows, against }: { place: Chosen; rows: Rows; against: RideOf | null }) {
  const others = rows.filter(({ racerId }) => racerId !== place.racerId);
  const unlisted = against && !others.some(({ racerId }) => racerId === against.racerId);
  return (
    <p class="results-compare">
      <label for="compare">{t.results.compare}</label>
      <select
        id="compare"
        data-testid="compare"
        value={place.other ?? ''}
        onChange={({ currentTarget: { value } }) =>
          go(pathOf({ ...place, other: value === '' ? undefined : Number(value) }), { replace: true })
        }
      >
        <option value="">{t.results.nobody}</option>
        {unlisted && <option value={against.racerId} dir="auto">{against.name}</option>}
        {others.map((row) => (
          <option key={row.racerId} value={row.racerId} dir="auto">
            {t.results.choice(formatCount(row.rank), nameOf(row))}
          </option>
        ))}
      </select>
    </p>
  );
}

/** The curves of one ride, or of two, and what they come to. */
function Curves({ place, who, against, rows }: { place: Chosen; who: RideOf; against: RideOf | null; rows: Rows }) {
  const rides = [who, against].flatMap((each) =>
    each?.ride.state === 'there' ? [{ name: each.name, rows: each.ride.value }] : [],
  );
  const length = rideLength(raceLengthOf(place.classId), rides.map(({ rows }) => rows));
  const hasWatts = rides.some(({ rows }) => rows.some(({ watts }) => watts !== null));
  const curves = rides.map(({ name, rows }, index) => ({
    name,
    colour: index === 0 ? ('--curve-now' as const) : ('--curve-mine' as const),
    values: rideCurve(rows, place.measure, length),
  }));
  const missing = rides[0] ? missingSeconds(rides[0].rows) : 0;
  const measure = t.results.measures[place.measure];
  const [first, second] = curves;
  return (
    <>
      <Choice
        label={t.results.measure}
        options={measures
          .filter((value) => value !== 'watts' || hasWatts)
          .map((value) => ({ value, text: t.results.measures[value] }))}
        value={place.measure}
        onChange={(value) => go(pathOf({ ...place, measure: value }), { replace: true })}
      />
      <Compare place={place} rows={rows} against={against} />
      <div data-testid="curve">
        <LazyCurveChart
          label={t.results.curve(measure, curves.map(({ name }) => name).join(', '))}
          length={length}
          curves={curves}
          height={300}
        />
      </div>
      {(who.partial || against?.partial) && <p class="notice">{t.results.partial}</p>}
      {missing > 0 && <p class="muted">{t.results.missing(missing)}</p>}
      {first && second && <RideComparison names={[first.name, second.name]} values={[first.values, second.values]} />}
    </>
  );
}

interface Props {
  place: Chosen;
  head: ResultsHead | undefined;
  rows: Rows;
}

/** A racer's ride in a race, second by second, with a second one beside it. */
export function RidePanel({ place, head, rows }: Props) {
  const { classId, raceId, racerId, other } = place;
  const state = head?.state ?? 'closed'; // most are, and then nothing is asked for twice
  const againMs = head && rideAgainMs(head, serverNow());
  const who = useRide(classId, raceId, racerId, state, rows, againMs);
  const against = useRide(classId, raceId, other === racerId ? undefined : other, state, rows, againMs);
  if (!who) return null;
  const later = againMs !== undefined;
  return (
    <>
      <Head who={who} head={head} />
      {who.ride.state === 'loading' && <p class="muted">{t.shell.loading}</p>}
      {who.ride.state === 'failed' && <NoRide error={who.ride.error} later={later} />}
      {who.ride.state === 'there' && (
        <>
          <Curves place={place} who={who} against={against} rows={rows} />
          {against?.ride.state === 'failed' && <NoRide error={against.ride.error} later={later} />}
          <Downloads who={who} place={place} />
        </>
      )}
    </>
  );
}
