import { accessTold, denied, headersFor, mustSignIn } from './access';
import type {
  ClockAnswer,
  FoundRacer,
  HeldBack,
  HeldFilter,
  History,
  Leaderboard,
  RaceClass,
  RaceResults,
  Races,
  Racer,
  Reject,
} from './types';

/** A request that was answered with an error, or not at all (`status` 0). */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The path and query of one of the daemon's addresses; parameters that are undefined are left out. */
export function address(path: string, parameters: Record<string, string | number | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

const UNAUTHORIZED = 401;

/** Whether it waits for somebody to sign in. */
export function needsSignIn(error: unknown): boolean {
  return error instanceof RequestError && error.status === UNAUTHORIZED;
}

async function answer(path: string, signal?: AbortSignal, method = 'GET'): Promise<Response> {
  await accessTold();
  if (mustSignIn.peek()) throw new RequestError(UNAUTHORIZED, ''); // without asking: it is known
  let response: Response;
  try {
    response = await fetch(path, { method, headers: headersFor(path), ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(0, String(error));
  }
  if (!response.ok) {
    if (response.status === UNAUTHORIZED) denied();
    const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
    throw new RequestError(response.status, problem.detail ?? problem.title ?? response.statusText);
  }
  return response;
}

export const fetchFile = (path: string) => answer(path);

export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await answer(path, signal)).text();
}

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await answer(path, signal)).json() as Promise<T>;
}

const API = '/api/v1';

export const api = {
  clock: (signal?: AbortSignal) => getJson<ClockAnswer>(`${API}/clock`, signal),
  classes: (signal?: AbortSignal) => getJson<RaceClass[]>(`${API}/classes`, signal),
  racers: async (search: string, signal?: AbortSignal) =>
    (await getJson<{ racers: FoundRacer[] }>(address(`${API}/racers`, { search, limit: 8 }), signal)).racers,
  racer: (racerId: number, signal?: AbortSignal) => getJson<Racer>(`${API}/racers/${racerId}`, signal),
  races: (classId: number, limit: number, signal?: AbortSignal) =>
    getJson<Races>(address(`${API}/classes/${classId}/races`, { limit }), signal),
  results: (classId: number, raceId: number, limit: number, offset: number, signal?: AbortSignal) =>
    getJson<RaceResults>(address(`${API}/races/${raceId}/results`, { classId, limit, offset }), signal),
  leaderboard: (
    classId: number,
    page: { limit: number; offset?: number; around?: number },
    signal?: AbortSignal,
  ) => getJson<Leaderboard>(address(`${API}/classes/${classId}/leaderboard`, page), signal),
  history: (classId: number, part: { racers: string } | { top: number }, signal?: AbortSignal) =>
    getJson<History>(address(`${API}/classes/${classId}/history`, part), signal),
  /** A ride's seconds; `partial`: some of it could not be read. */
  ride: async (classId: number, raceId: number, racerId: number, signal?: AbortSignal) => {
    const response = await answer(download.ride(classId, raceId, racerId, 'csv'), signal);
    return { csv: await response.text(), partial: response.headers.get('X-Ride-Partial') === 'true' };
  },
  rejects: async (limit: number, signal?: AbortSignal) =>
    (await getJson<{ rejects: Reject[] }>(address(`${API}/rejects`, { limit }), signal)).rejects,
  /** What is held back, newest first, and what becomes of it. */
  held: {
    list: (limit: number, signal?: AbortSignal) => getJson<HeldBack>(address(`${API}/quarantine`, { limit }), signal),
    release: (id: string) => answer(`${API}/quarantine/${encodeURIComponent(id)}/release`, undefined, 'POST'),
    releaseAll: (filter: HeldFilter) => answer(address(`${API}/quarantine/release`, { ...filter }), undefined, 'POST'),
    drop: (id: string) => answer(`${API}/quarantine/${encodeURIComponent(id)}`, undefined, 'DELETE'),
    dropAll: (filter: HeldFilter) => answer(address(`${API}/quarantine`, { ...filter }), undefined, 'DELETE'),
  },
  /** `next` is an address that an answer named. */
  next: <T>(next: string, signal?: AbortSignal) => getJson<T>(next, signal),
};

/** Addresses for links. */
export const download = {
  results: (classId: number, raceId: number) => address(`${API}/races/${raceId}/results.csv`, { classId }),
  ride: (classId: number, raceId: number, racerId: number, format: 'csv' | 'tcx') =>
    address(`${API}/races/${raceId}/racers/${racerId}/ride.${format}`, { classId }),
};
