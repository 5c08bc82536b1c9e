import './lists.css';
import './results.css';

import { useEffect, useMemo, useRef } from 'preact/hooks';

import type { Race, ResultRow } from '../../api/types';
import { chosenClass, classes } from '../../classes';
import { focusIsLost } from '../../focus';
import { classId as rememberedClass } from '../../preferences';
import { go, route } from '../../router';
import { t } from '../../strings';
import { Choice } from '../../ui/choice';
import { ClassChoice } from '../../ui/class_choice';
import { ClassRecords } from './class_records';
import { pathOf, placeOf, stepOf, type Place } from './place';
import { RaceList } from './race_list';
import { RaceResults } from './race_results';
import { RidePanel } from './ride_panel';
import { firstRaces, firstResults } from './sources';
import { usePages } from './use_pages';

const NEW_RACES_MS = 15_000;
const RUNNING_MS = 5_000;

function BackLink({ path, text }: { path: string; text: string }) {
  return (
    <a class="results-back button quiet" href={path} data-page="inside">
      <span aria-hidden="true">‹</span> {text}
    </a>
  );
}

/** Where a step follows another in a narrow window, what had the focus is gone: the new step's heading takes it. */
function useFocusOnStep(step: string) {
  const columns = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const frame = requestAnimationFrame(() => {
      if (!focusIsLost()) return;
      columns.current?.querySelector<HTMLElement>(`[data-step-of="${step}"] h2`)?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [step]);
  return columns;
}

function Results({ classId, raceId, place }: { classId: number; raceId: number; place: Place }) {
  const { shown, more } = usePages({
    first: (signal, have) => firstResults(classId, raceId, have, signal),
    key: (row: ResultRow) => row.racerId,
    inputs: [classId, raceId],
    refreshMs: ({ state }) => (state === 'closed' ? undefined : RUNNING_MS),
  });
  const pages = shown.state === 'there' ? shown.pages : undefined;
  const { racerId } = place;
  return (
    <>
      <section class="card results-column" data-step-of="results">
        <BackLink path={pathOf({ classId })} text={t.results.backToRaces} />
        <RaceResults place={place} classId={classId} raceId={raceId} shown={shown} more={more} />
      </section>
      <section class="card results-column" data-step-of="ride">
        <BackLink path={pathOf({ classId, raceId })} text={t.results.backToResults} />
        {racerId === undefined ? (
          <>
            <h2>{t.results.ride}</h2>
            <p class="muted">{t.results.chooseRider}</p>
          </>
        ) : (
          <RidePanel key={racerId} place={{ ...place, classId, raceId, racerId }} head={pages?.head} rows={pages?.rows ?? []} />
        )}
      </section>
    </>
  );
}

function Races({ classId, place }: { classId: number; place: Place }) {
  const { shown, more } = usePages({
    first: (signal) => firstRaces(classId, signal),
    key: (race: Race) => race.raceId,
    inputs: [classId],
    refreshMs: () => NEW_RACES_MS,
  });
  // A wide window has room for results before a race is chosen: the newest that is over, and that one stays.
  const newest = useMemo(() => {
    const races = shown.state === 'there' ? shown.pages.rows : [];
    return (races.find(({ state }) => state !== 'running') ?? races[0])?.raceId;
  }, [classId, shown.state]);
  const raceId = place.raceId ?? newest;
  const step = stepOf(place);
  const columns = useFocusOnStep(step);
  return (
    <div class="results-columns" data-step={step} ref={columns}>
      <section class="card results-column" data-step-of="races">
        <h2 tabIndex={-1}>{t.results.races}</h2>
        <RaceList classId={classId} shown={shown} more={more} chosen={raceId} />
      </section>
      {raceId !== undefined && <Results key={raceId} classId={classId} raceId={raceId} place={place} />}
    </div>
  );
}

export function ResultsPage() {
  const place = placeOf(route.value.searchParams);
  const classId = place.classId ?? chosenClass.value?.id;
  useEffect(() => {
    if (place.classId !== undefined) rememberedClass.value = place.classId;
  }, [place.classId]);
  return (
    <div class="results-page" data-step={stepOf(place)}>
      <div class="results-head">
        <h1>{t.results.title}</h1>
        <Choice
          label={t.results.view}
          options={[
            { value: 'races', text: t.results.races },
            { value: 'records', text: t.results.records },
          ]}
          value={place.view}
          onChange={(view) => go(pathOf({ classId, view }))}
        />
        {classes.value.length > 1 && <ClassChoice onChange={(id) => go(pathOf({ classId: id, view: place.view }))} />}
      </div>
      {classId === undefined ? (
        <p class="muted">{t.shell.loading}</p>
      ) : place.view === 'records' ? (
        <ClassRecords key={classId} classId={classId} />
      ) : (
        <Races key={classId} classId={classId} place={place} />
      )}
    </div>
  );
}
