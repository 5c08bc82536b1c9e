import type { Access } from '../api/access';
import { t } from '../strings';

/** Who is signed in, by role: of the token nothing is told. Null: nobody is. */
export function wordsOf({ role, racerId }: Access): { who: string; as: string; may: string } | null {
  if (role === null) return null;
  const number = String(racerId ?? t.units.unknown);
  return { who: t.access.who[role](number), as: t.access.as[role](number), may: t.access.may[role] };
}
