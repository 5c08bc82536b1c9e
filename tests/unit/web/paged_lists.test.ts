import { appended, refreshed, type Pages } from '@app/pages/results/pages';
import { firstRows } from '@app/pages/results/sources';

const key = (row: { id: number }) => row.id;
const rows = (...ids: number[]) => ids.map((id) => ({ id }));
const next = async (): Promise<Pages<string, { id: number }>> => page(rows());
function page(listed: { id: number }[], more: Pages<string, { id: number }>['next'] = null, head = 'new') {
  return { head, rows: listed, next: more };
}
const ids = ({ rows: listed }: Pages<string, { id: number }>) => listed.map(({ id }) => id);

describe('the next page', () => {
  it('stands behind the rows before it', () => {
    expect(ids(appended(page(rows(1, 2), next), page(rows(3, 4)), key))).toEqual([1, 2, 3, 4]);
  });

  it('lists nobody twice who has moved down meanwhile', () => {
    expect(ids(appended(page(rows(1, 2, 3), next), page(rows(3, 4, 1)), key))).toEqual([2, 3, 4, 1]);
  });

  it('says what comes after it', () => {
    const joined = appended(page(rows(1), next, 'old'), page(rows(2)), key);
    expect(joined.next).toBeNull();
    expect(joined.head).toBe('new');
  });
});

describe('a list that is asked for again', () => {
  it('has the new rows first, and keeps those behind the first page', () => {
    const later = async () => page(rows());
    const joined = refreshed(page(rows(5, 4, 3, 2, 1), later, 'old'), page(rows(6, 5, 4), next), key);
    expect(ids(joined)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(joined.next).toBe(later);
    expect(joined.head).toBe('new');
  });

  it('takes the newer state of a row', () => {
    const before = { head: '', rows: [{ id: 1, state: 'running' }], next: null };
    const fresh = { head: '', rows: [{ id: 1, state: 'closed' }], next: null };
    expect(refreshed(before, fresh, key).rows).toEqual([{ id: 1, state: 'closed' }]);
  });

  it('starts over where so much is new that there may be a gap', () => {
    const joined = refreshed(page(rows(3, 2, 1)), page(rows(9, 8, 7), next), key);
    expect(ids(joined)).toEqual([9, 8, 7]);
    expect(joined.next).toBe(next);
  });

  it('forgets what is gone where the answer was all there is', () => {
    expect(ids(refreshed(page(rows(1, 2, 3), next), page(rows(1, 3)), key))).toEqual([1, 3]);
  });

  it('drops who has fallen out of as many rows as there were: their old rank would stand behind the new ones', () => {
    const joined = refreshed(page(rows(1, 2, 3), async () => page(rows())), page(rows(4, 1, 2), next), key);
    expect(ids(joined)).toEqual([4, 1, 2]);
    expect(joined.next).toBe(next);
  });
});

describe('as many of the first rows as are known already', () => {
  /** A list of `total` rows, of which `asked` tells what was asked for. */
  function list(total: number) {
    const asked: [limit: number, offset: number][] = [];
    const part = async (limit: number, offset: number): Promise<Pages<string, { id: number }>> => {
      asked.push([limit, offset]);
      const end = Math.min(offset + limit, total);
      const ids = Array.from({ length: Math.max(0, end - offset) }, (_, at) => offset + at);
      return page(rows(...ids), end < total ? next : null);
    };
    return { asked, part };
  }

  it('are one page at first', async () => {
    const { asked, part } = list(5_000);
    expect(ids(await firstRows(0, part, key))).toHaveLength(100);
    expect(asked).toEqual([[100, 0]]);
  });

  it('are asked for in parts where the daemon does not tell so many at once', async () => {
    const { asked, part } = list(5_000);
    expect(ids(await firstRows(2_300, part, key))).toEqual(Array.from({ length: 2_300 }, (_, at) => at));
    expect(asked).toEqual([
      [1000, 0],
      [1000, 1000],
      [300, 2000],
    ]);
  });

  it('are fewer where the list has become shorter', async () => {
    const { asked, part } = list(800);
    const { next: rest, rows: all } = await firstRows(1_200, part, key);
    expect(all).toHaveLength(800);
    expect(rest).toBeNull();
    expect(asked).toHaveLength(1);
  });
});
