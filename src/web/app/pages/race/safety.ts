import type { Unsent } from '../../ride/sender';

/** What is to be said of the records of the ride that is over. What was refused or given up is told above. */
export function safety(recorded: boolean, { count, dropped, refusals }: Unsent): 'sending' | 'safe' | null {
  if (count > 0) return 'sending';
  return recorded && dropped === 0 && refusals.length === 0 ? 'safe' : null;
}
