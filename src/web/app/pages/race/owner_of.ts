import { api } from '../../api/http';

/** The name of the racer who has `number`; null where nobody has, or nobody can say. */
export async function ownerOf(number: number): Promise<string | null> {
  try {
    return (await api.racers(String(number))).find(({ racerId }) => racerId === number)?.name ?? null;
  } catch {
    return null;
  }
}
