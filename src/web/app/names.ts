import { t } from './strings';

/** A racer's name as the page shows it: a name may be empty. Set it with `dir="auto"`, since it may run either way. */
export function nameOf({ name, racerId }: { name: string; racerId: number }): string {
  return name.trim() || t.racers.unnamed(racerId);
}
