import '../results/lists.css';
import './racer.css';

import { useEffect, useRef } from 'preact/hooks';

import { RequestError, api } from '../../api/http';
import type { Racer, RacerRace } from '../../api/types';
import { classes } from '../../classes';
import { focusIsLost } from '../../focus';
import { formatDay } from '../../format';
import { nameOf } from '../../names';
import { classId as rememberedClass } from '../../preferences';
import { go, numberInQuery } from '../../router';
import { t } from '../../strings';
import { useSubject } from '../../title';
import { Choice } from '../../ui/choice';
import { Failure } from '../../ui/failure';
import type { Pages } from '../results/pages';
import { usePages } from '../results/use_pages';
import { BestCurves } from './best_curves';
import { Bests } from './bests';
import { RacerRaces } from './racer_races';
import { RacerSearch } from './racer_search';

type Known = Omit<Racer, 'races' | 'next'>;

function racesPage({ races, next, ...head }: Racer): Pages<Known, RacerRace> {
  const more = next === null ? null : async (signal: AbortSignal) => racesPage(await api.next<Racer>(next, signal));
  return { head, rows: races, next: more };
}

/** `arrived`: it took the place of another rider or of the search, with which went what had the keyboard. */
function Heading({ arrived, children }: { arrived: boolean; children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (arrived && focusIsLost()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 data-testid="racer-name" ref={heading} tabIndex={-1} dir="auto">
      {children}
    </h1>
  );
}

function Unknown({ racerId, arrived }: { racerId: number; arrived: boolean }) {
  return (
    <>
      <Heading arrived={arrived}>{t.racer.unknown}</Heading>
      <p class="muted">{t.racer.unknownMore(racerId)}</p>
      <h2>{t.racer.findAnother}</h2>
      <RacerSearch />
    </>
  );
}

function Head({ racer, arrived }: { racer: Known; arrived: boolean }) {
  const name = nameOf(racer);
  useSubject(name);
  const seen = [
    { title: t.racer.firstSeen, at: racer.firstSeen },
    { title: t.racer.lastSeen, at: racer.lastSeen },
  ];
  return (
    <header class="racer-head">
      <Heading arrived={arrived}>{name}</Heading>
      <p class="muted">{t.rider.number(String(racer.racerId))}</p>
      <dl>
        {seen.map(
          ({ title, at }) =>
            at !== null && (
              <div key={title}>
                <dt>{title}</dt>
                <dd>{formatDay(at)}</dd>
              </div>
            ),
        )}
      </dl>
    </header>
  );
}

/** The curve of one class: the one in the address, or the class looked at last, or one that the racer has ridden. */
function Curves({ racer }: { racer: Known }) {
  const ridden = new Set(racer.personalBests.map(({ classId }) => classId));
  const known = classes.value;
  const chosen =
    known.find(({ id }) => id === numberInQuery('classId')) ??
    known.find(({ id }) => id === rememberedClass.value && ridden.has(id)) ??
    known.find(({ id }) => ridden.has(id)) ??
    known[0];
  if (!chosen) return null;
  return (
    <section class="card racer-part" aria-labelledby="racer-curve">
      <h2 id="racer-curve">{t.racer.over}</h2>
      <p class="muted">{t.racer.overMore}</p>
      {known.length > 1 && (
        <Choice
          label={t.classes.label}
          options={known.map(({ id, name }) => ({ value: id, text: name }))}
          value={chosen.id}
          onChange={(id) => go(`/racer?id=${racer.racerId}&classId=${id}`, { replace: true })}
        />
      )}
      <div data-testid="curve">
        <BestCurves racerId={racer.racerId} name={nameOf(racer)} raceClass={chosen} />
      </div>
    </section>
  );
}

function KnownOrNot({ racerId, arrived }: { racerId: number; arrived: boolean }) {
  const { shown, more } = usePages({
    first: async (signal) => racesPage(await api.racer(racerId, signal)),
    key: ({ classId, raceId }: RacerRace) => `${classId} ${raceId}`,
    inputs: [racerId],
  });
  if (shown.state === 'failed') {
    if (shown.error instanceof RequestError && shown.error.status === 404) {
      return <Unknown racerId={racerId} arrived={arrived} />;
    }
    return (
      <>
        <Heading arrived={arrived}>{t.racers.unnamed(racerId)}</Heading>
        <Failure error={shown.error} />
      </>
    );
  }
  if (shown.state === 'loading') return <h1 class="muted">{t.shell.loading}</h1>;
  const { head } = shown.pages;
  return (
    <>
      <Head racer={head} arrived={arrived} />
      <div class="racer-columns">
        <div class="racer-column">
          <section class="card racer-part" aria-labelledby="racer-bests">
            <h2 id="racer-bests">{t.racer.bests}</h2>
            <Bests racerId={racerId} bests={head.personalBests} />
          </section>
          <Curves racer={head} />
        </div>
        <section class="card racer-part" aria-labelledby="racer-races">
          <h2 id="racer-races">{t.racer.races}</h2>
          <RacerRaces racerId={racerId} shown={shown} more={more} />
        </section>
      </div>
    </>
  );
}

export function RacerPage() {
  const racerId = numberInQuery('id');
  const first = useRef(racerId);
  const arrived = useRef(false);
  arrived.current ||= racerId !== first.current;
  return (
    <div class="racer-page">
      {racerId === undefined ? (
        <>
          <Heading arrived={arrived.current}>{t.racer.find}</Heading>
          <RacerSearch />
        </>
      ) : (
        <KnownOrNot key={racerId} racerId={racerId} arrived={arrived.current} />
      )}
    </div>
  );
}
