// What the tests read from the page.

/// The first number in what is shown; commas are between thousands.
export async function numberIn(locator) {
  const found = /-?\d[\d,]*(\.\d+)?/.exec(await locator.innerText());
  return found ? Number(found[0].replaceAll(',', '')) : NaN;
}

export function ownRow(page, racerId) {
  return page.locator(`[data-testid=board-row][data-racer="${racerId}"]`);
}

/// The rows in the document in their order: "rank racer", the index of the first, and the rank of the own place.
export function boardOf(page) {
  return page.evaluate(() => {
    const rows = [...document.querySelectorAll('[data-testid=board-row]')].sort(
      (a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')),
    );
    const own = document.querySelector('[data-testid=own-place]')?.getAttribute('data-rank');
    return {
      first: Number(rows[0]?.getAttribute('aria-rowindex') ?? 2) - 2,
      rows: rows.map((row) => `${row.dataset.rank} ${row.dataset.racer}`),
      own: own ? Number(own) : undefined,
    };
  });
}
