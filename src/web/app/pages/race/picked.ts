import type { Found } from '../../use_found_racers';

/**
 * Which choice Enter means, null: none. That is the one that is marked, or else the first who was found; but only where
 * these were found by what is typed: the list of an older text begins with a stranger.
 */
export function picked(marked: number, typed: string, found: Pick<Found, 'text' | 'racers'>): number | null {
  if (marked >= 0) return marked;
  return typed !== '' && found.text === typed && found.racers.length > 0 ? 0 : null;
}
