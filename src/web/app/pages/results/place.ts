// What the page shows stands in its address: a link shows the same, and "back" goes back.

import { wholeIn } from '../../query';
import { measures, type Measure } from './ride_curves';

type View = 'races' | 'records';

export interface Place {
  classId?: number | undefined;
  raceId?: number | undefined;
  racerId?: number | undefined;
  /** The racer to compare with. */
  other?: number | undefined;
  view: View;
  measure: Measure;
}

export function placeOf(query: URLSearchParams): Place {
  return {
    classId: wholeIn(query, 'classId'),
    raceId: wholeIn(query, 'raceId'),
    racerId: wholeIn(query, 'racerId'),
    other: wholeIn(query, 'other'),
    view: query.get('view') === 'records' ? 'records' : 'races',
    measure: measures.find((measure) => measure === query.get('show')) ?? 'output',
  };
}

/** What is as it is by itself is left out. */
export function pathOf({ view, measure, ...ids }: Partial<Place>): string {
  const query = new URLSearchParams();
  for (const name of ['classId', 'raceId', 'racerId', 'other'] as const) {
    const id = ids[name];
    if (id !== undefined) query.set(name, String(id));
  }
  if (view === 'records') query.set('view', view);
  if (measure && measure !== 'output') query.set('show', measure);
  const text = query.toString();
  return text ? `/results?${text}` : '/results';
}

/** Which of the steps a narrow window shows. */
export function stepOf({ raceId, racerId, view }: Place): 'races' | 'results' | 'ride' | 'records' {
  if (view === 'records') return 'records';
  if (raceId === undefined) return 'races';
  return racerId === undefined ? 'results' : 'ride';
}
