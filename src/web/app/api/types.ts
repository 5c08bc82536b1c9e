// What the daemon answers; /api/v1/openapi.json and /api/v1/asyncapi.json say more.

export interface RaceClass {
  id: number;
  name: string;
  raceLength: number; // seconds
  activeRace: number | null;
  racersNow: number;
  score: 'output' | 'best' | 'mean' | 'total';
}

export interface ClockAnswer {
  now: number; // ms since the epoch
  raceId: number | null;
  second: number | null;
  start: number | null; // ms
  next: number; // ms
  length: number; // seconds
  window: number; // seconds
  /** The most rows that a viewer of /live may ask for; not told by an older server. */
  viewerTop?: number;
}

export type Board = 'now' | 'alltime';

/** A row of a live board. */
export interface Entry {
  rank: number;
  racerId: number;
  name: string;
  second: number;
  output: number;
  record: boolean;
  /** Some of it did not look right; it counts all the same. */
  unverified?: boolean;
}

interface BoardHead {
  seq: number;
  classId: number;
  raceId: number | null;
  board: Board;
  total: number;
  entries: Entry[];
  me?: Entry | null;
}
export type BoardFrame = ({ type: 'snapshot' } & BoardHead) | ({ type: 'delta'; removed: number[] } & BoardHead);

/** A record as it falls: a personal best at a second or of a race, or the best of the class. */
export interface RecordFrame {
  type: 'record';
  kind: 'second' | 'personal' | 'class';
  classId: number;
  raceId: number;
  racerId: number;
  name: string;
  second: number;
  output: number;
  previous: number | null;
}

export type RaceState = 'running' | 'finished' | 'closed';

export interface Race {
  raceId: number;
  start: number;
  end: number | null;
  state: RaceState;
  racers: number;
}
export interface Races {
  classId: number;
  races: Race[];
  next: string | null;
}

export interface ResultRow {
  rank: number;
  racerId: number;
  name: string;
  output: number;
  second: number;
  finished: boolean;
  record?: boolean;
  /** Some of it did not look right; it counts all the same. */
  unverified?: boolean;
}
export interface RaceResults {
  classId: number;
  raceId: number;
  start: number;
  end: number | null;
  state: RaceState;
  score: string;
  total: number;
  results: ResultRow[];
}

export interface LeaderboardRow {
  rank: number;
  racerId: number;
  name: string;
  output: number;
  raceId: number;
  achievedAt: number;
  /** Some of it did not look right; it counts all the same. */
  unverified?: boolean;
}
export interface Leaderboard {
  classId: number;
  score: string;
  total: number;
  entries: LeaderboardRow[];
}

export interface PersonalBest {
  classId: number;
  output: number;
  raceId: number;
  rank: number;
  achievedAt: number;
  /** Some of it did not look right; it counts all the same. */
  unverified?: boolean;
}
export interface RacerRace {
  classId: number;
  raceId: number;
  start: number;
  end: number | null;
  state: RaceState;
  output: number;
  second: number;
  finished: boolean;
  /** Some of it did not look right; it counts all the same. */
  unverified?: boolean;
}
export interface Racer {
  racerId: number;
  name: string;
  firstSeen: number | null;
  lastSeen: number | null;
  personalBests: PersonalBest[];
  races: RacerRace[];
  next: string | null;
}

export interface FoundRacer {
  racerId: number;
  name: string;
  firstSeen: number | null;
  lastSeen: number | null;
}

/** Second → racer → best output. */
export type History = Record<string, Record<string, number>>;

export interface Reject {
  at: number;
  door: string;
  code: string;
  message: string;
  count: number;
}

/** One telemetry record, as `/ingest` takes it. */
export interface TelemetryRecord {
  uuid: string;
  event: 'update' | 'final';
  deviceTimestamp: number;
  second: number;
  raceId: number;
  name: string;
  racerId: number;
  classId: number;
  cadence: number;
  resistance: number;
  /** Of bikes that tell it. */
  watts?: number;
}

/** A record that is held back until somebody judges it. */
export interface HeldRecord {
  id: string;
  arrivalTimestamp: number; // ms
  reasons: string[];
  record: TelemetryRecord;
}
export interface HeldBack {
  entries: HeldRecord[];
  total: number;
}
/** Which of them are meant: those that have all of what is given. */
export type HeldFilter = Partial<Record<'classId' | 'raceId' | 'racerId', number>>;
