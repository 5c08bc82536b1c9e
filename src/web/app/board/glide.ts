// Rows glide to their new place. They stand in the document in the order of the board, for screen readers and the
// keyboard, so the browser moves their elements about, and a CSS transition ends where an element is moved. Hence each
// row is put where it belongs at once (`transform`), and `translate` leads it there from where it stood.

export interface Place {
  x: number;
  y: number;
}

/** var(--move) of the style; null: nothing moves, since the user wants it so. */
function moveTiming(): { duration: number; easing: string } | null {
  const text = getComputedStyle(document.documentElement).getPropertyValue('--move');
  const [, amount, unit, easing] = /^\s*([\d.]+)(ms|s)\s*(.*?)\s*$/.exec(text) ?? [];
  const duration = Number(amount ?? 0) * (unit === 's' ? 1000 : 1);
  return duration > 0 ? { duration, easing: easing || 'ease' } : null;
}

export const motionWanted = () => moveTiming() !== null;

/** How far a row that still glides is from its place. */
function remainder(row: Element): Place {
  if (row.getAnimations().length === 0) return { x: 0, y: 0 };
  const [x = 0, y = 0] = getComputedStyle(row).translate.split(' ').map((length) => parseFloat(length) || 0);
  return { x, y };
}

/** Remembers where the rows of one list were drawn last. */
export class Glide {
  private places: ReadonlyMap<string, Place> = new Map();

  /** To be called behind each drawing. `places` of the rows in `box`, by their `data-racer`. */
  drawn(box: Element, places: ReadonlyMap<string, Place>): void {
    const before = this.places;
    this.places = places;
    const timing = moveTiming();
    if (!timing) return;
    const moves: { row: Element; x: number; y: number }[] = [];
    for (const row of box.children) {
      const racer = (row as HTMLElement).dataset.racer;
      const from = racer === undefined ? undefined : before.get(racer);
      const to = racer === undefined ? undefined : places.get(racer);
      if (!from || !to || (from.x === to.x && from.y === to.y)) continue;
      const left = remainder(row);
      moves.push({ row, x: from.x - to.x + left.x, y: from.y - to.y + left.y });
    }
    // All were measured before the first one starts, so that the style is worked out once.
    for (const { row, x, y } of moves) {
      row.animate([{ translate: `${x}px ${y}px` }, { translate: '0px 0px' }], timing);
    }
  }
}
