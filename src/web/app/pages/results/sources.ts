import { api } from '../../api/http';
import type { Leaderboard, LeaderboardRow, Race, RaceResults, Races, ResultRow } from '../../api/types';
import { appended, type Pages } from './pages';

const RACES = 30;
const ROWS = 100;
const MOST_ROWS = 1000; // that the daemon tells at once

function racesPage({ races, next }: Races): Pages<null, Race> {
  const more = next === null ? null : async (signal: AbortSignal) => racesPage(await api.next<Races>(next, signal));
  return { head: null, rows: races, next: more };
}

export async function firstRaces(classId: number, signal: AbortSignal): Promise<Pages<null, Race>> {
  return racesPage(await api.races(classId, RACES, signal));
}

type Page<H, R> = (limit: number, offset: number) => Promise<Pages<H, R>>;

/** The first rows, and as many of them as are known already: all of them are fresh then. Exported for tests. */
export async function firstRows<H, R>(have: number, page: Page<H, R>, key: (row: R) => unknown): Promise<Pages<H, R>> {
  const wanted = Math.max(have, ROWS);
  let pages = await page(Math.min(wanted, MOST_ROWS), 0);
  for (let offset = MOST_ROWS; offset < wanted && pages.next; offset += MOST_ROWS) {
    pages = appended(pages, await page(Math.min(wanted - offset, MOST_ROWS), offset), key);
  }
  return pages;
}

export type ResultsHead = Omit<RaceResults, 'results'>;

async function resultsPage(
  classId: number,
  raceId: number,
  limit: number,
  offset: number,
  signal: AbortSignal,
): Promise<Pages<ResultsHead, ResultRow>> {
  const { results, ...head } = await api.results(classId, raceId, limit, offset, signal);
  const end = offset + results.length;
  const isLast = results.length === 0 || end >= head.total;
  return { head, rows: results, next: isLast ? null : (later) => resultsPage(classId, raceId, ROWS, end, later) };
}

export function firstResults(classId: number, raceId: number, have: number, signal: AbortSignal) {
  return firstRows(
    have,
    (limit, offset) => resultsPage(classId, raceId, limit, offset, signal),
    ({ racerId }: ResultRow) => racerId,
  );
}

type RecordsHead = Omit<Leaderboard, 'entries'>;

async function recordsPage(
  classId: number,
  limit: number,
  offset: number,
  signal: AbortSignal,
): Promise<Pages<RecordsHead, LeaderboardRow>> {
  const { entries, ...head } = await api.leaderboard(classId, { limit, offset }, signal);
  const end = offset + entries.length;
  const isLast = entries.length === 0 || end >= head.total;
  return { head, rows: entries, next: isLast ? null : (later) => recordsPage(classId, ROWS, end, later) };
}

export function firstRecords(classId: number, have: number, signal: AbortSignal) {
  return firstRows(
    have,
    (limit, offset) => recordsPage(classId, limit, offset, signal),
    ({ racerId }: LeaderboardRow) => racerId,
  );
}
