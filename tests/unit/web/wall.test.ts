import { raceMoment } from '@app/api/clock';
import type { LiveFeed, LiveQuery } from '@app/api/live_feed';
import { MOST_CLASSES, WallFeeds } from '@app/pages/wall/wall_feeds';
import { layoutOf, rowPlace, shiftAt, unitOf } from '@app/pages/wall/wall_layout';
import { isOtherPage, namedFiles, Renewal } from '@app/pages/wall/wall_renewal';
import { wallTime } from '@app/pages/wall/wall_time';

describe('the layout of a wall', () => {
  it.each([
    ['1080p', 1920, 1080],
    ['4K', 3840, 2160],
  ])('has ten to twelve rows at %s, in letters of a height that carries ten metres', (_, width, height) => {
    const unit = unitOf(width, height);
    const { rows, columns, rowHeight } = layoutOf(width - 6 * unit, height * 0.63, unit);
    expect(rows).toBeGreaterThanOrEqual(10);
    expect(rows).toBeLessThanOrEqual(12);
    expect(columns).toBe(1);
    expect(rowHeight / height).toBeGreaterThan(0.05);
  });

  it('fills its box with whole rows', () => {
    const layout = layoutOf(1000, 700, 10);
    expect(layout.rows * layout.rowHeight).toBeCloseTo(700);
  });

  it('has two columns where it is very wide, the second one behind the first', () => {
    const layout = layoutOf(3000, 600, 10);
    expect(layout.columns).toBe(2);
    expect(layout.rowWidth).toBe(1485);
    expect(rowPlace(layout.rows - 1, layout)).toEqual({ x: 0, y: (layout.rows - 1) * layout.rowHeight });
    expect(rowPlace(layout.rows, layout)).toEqual({ x: 1515, y: 0 });
  });

  it('has smaller letters and more rows on a screen that stands upright', () => {
    const unit = unitOf(1080, 1920);
    expect(unit).toBeLessThan(12);
    expect(layoutOf(1000, 1400, unit).rows).toBeGreaterThan(15);
  });

  it('holds out before it is measured', () => {
    expect(layoutOf(0, 0, 10)).toMatchObject({ rows: 1, columns: 1 });
  });

  it('moves by one step at most, through nine places, and comes back', () => {
    const places = Array.from({ length: 9 }, (_, minute) => shiftAt(minute));
    expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(9);
    expect(places.every(({ x, y }) => Math.abs(x) <= 1 && Math.abs(y) <= 1)).toBe(true);
    expect(shiftAt(9 * 100_000)).toEqual(shiftAt(0));
  });
});

describe('the clock of a wall', () => {
  const at = (ms: number, length = 300, window = 400) => wallTime(raceMoment(1_000 * window * 1000 + ms, length, window));

  it('counts a race down to 1', () => {
    expect(at(0)).toEqual({ running: true, seconds: 300, part: 0 });
    expect(at(1)).toMatchObject({ seconds: 300 });
    expect(at(150_000)).toEqual({ running: true, seconds: 150, part: 0.5 });
    expect(at(299_999)).toMatchObject({ running: true, seconds: 1 });
  });

  it('counts down to the next start between two races', () => {
    expect(at(300_000)).toEqual({ running: false, seconds: 100, part: 0 });
    expect(at(355_000)).toMatchObject({ running: false, seconds: 45, part: 0.55 });
  });

  it('has no pause where one race follows the other', () => {
    expect(at(299_999, 300, 300)).toMatchObject({ running: true, seconds: 1 });
    expect(at(300_000, 300, 300)).toMatchObject({ running: true, seconds: 300 });
  });
});

describe('the feeds of a wall', () => {
  function scene() {
    const open = new Set<number>();
    const asked: LiveQuery[] = [];
    const feeds = new WallFeeds(
      'now',
      20,
      () => undefined,
      (query) => {
        const { classId } = query;
        open.add(classId);
        asked.push(query);
        return { close: () => open.delete(classId) } as unknown as LiveFeed;
      },
    );
    return { feeds, open, asked };
  }

  it('follow each class once, and leave those that are gone', () => {
    const { feeds, open, asked } = scene();
    feeds.follow([1, 2, 3]);
    feeds.follow([3, 1, 1]);
    expect([...open]).toEqual([1, 3]);
    expect(asked).toHaveLength(3);
  });

  it('ask for as many rows as they are told to', () => {
    const { feeds, asked } = scene();
    feeds.follow([1]);
    expect(asked).toEqual([{ classId: 1, board: 'now', top: 20 }]);
  });

  it('are closed with the wall', () => {
    const { feeds, open } = scene();
    feeds.follow([1, 2]);
    feeds.close();
    expect(open.size).toBe(0);
    expect(feeds.size).toBe(0);
  });

  it('are never too many, and always hold the class that is named first', () => {
    const { feeds, open } = scene();
    const classes = Array.from({ length: 100 }, (_, at) => at);
    for (let turn = 0; turn < 2_000; ++turn) feeds.follow([turn % 100, ...classes]);
    expect(open.size).toBe(MOST_CLASSES);
    expect(feeds.size).toBe(MOST_CLASSES);
    expect(open.has(1_999 % 100)).toBe(true);
  });
});

describe('a daemon with another page', () => {
  const html = '<script type="module" crossorigin src="/assets/index-5f3a.js"></script><link rel="stylesheet" href="/assets/index-77.css">';

  it('is known by the files that its index.html names', () => {
    expect(namedFiles(html)).toEqual(['/assets/index-5f3a.js', '/assets/index-77.css']);
    expect(isOtherPage(html, new Set(['/assets/index-5f3a.js', '/assets/index-77.css', '/assets/wall-1.js']))).toBe(false);
    expect(isOtherPage(html, new Set(['/assets/index-0000.js', '/assets/index-77.css']))).toBe(true);
  });

  it('is not one that was built without a page', () => {
    expect(isOtherPage('<h1>built without its page</h1>', new Set(['/assets/index-5f3a.js']))).toBe(false);
  });

  it('makes the wall load itself again once things are quiet', () => {
    const renewal = new Renewal(null);
    expect(renewal.due(true, 0)).toBe(false);
    renewal.asked(true, 0);
    expect(renewal.due(true, 1_000)).toBe(false);
    expect(renewal.due(false, 20_000)).toBe(false);
    expect(renewal.due(true, 20_000)).toBe(true);
  });

  it('is not waited for without end', () => {
    const renewal = new Renewal(null);
    renewal.asked(true, 0);
    renewal.asked(true, 100_000);
    expect(renewal.due(false, 121_000)).toBe(true);
  });

  it('does not make it go round and round', () => {
    const renewal = new Renewal(0);
    renewal.asked(true, 1_000);
    expect(renewal.due(true, 130_000)).toBe(false);
    expect(renewal.due(true, 700_000)).toBe(true);
  });

  it('is forgotten when the daemon has the old one again', () => {
    const renewal = new Renewal(null);
    renewal.asked(true, 0);
    renewal.asked(false, 5_000);
    expect(renewal.due(true, 500_000)).toBe(false);
  });
});
