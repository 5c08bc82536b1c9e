// The daemon's ride.csv: a line a second, `second,time,cadence,resistance,output,watts`.

/** The rows of a text of comma-separated values (RFC 4180): quoted fields may hold commas, line breaks and "" for ". */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endField = () => {
    row.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[i + 1] === '"') field += text[i++];
      else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === ',') endField();
    else if (character === '\n') endRow();
    else if (character !== '\r' || text[i + 1] !== '\n') field += character;
  }
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

export interface RideRow {
  second: number;
  /** ms since the epoch, by the bike's clock. */
  time: number | null;
  cadence: number | null;
  resistance: number | null;
  output: number | null;
  /** Only where the bike told them. */
  watts: number | null;
}

const number = (text: string | undefined) => (text?.trim() && Number.isFinite(Number(text)) ? Number(text) : null);

/** Columns are found by their names; a line without a second is left out. */
export function parseRide(text: string): RideRow[] {
  const [head = [], ...lines] = csvRows(text);
  return lines.flatMap((line) => {
    const cell = (name: string) => line[head.indexOf(name)];
    const second = number(cell('second'));
    if (second === null) return [];
    const time = Date.parse(cell('time') ?? '');
    return {
      second,
      time: Number.isNaN(time) ? null : time,
      cadence: number(cell('cadence')),
      resistance: number(cell('resistance')),
      output: number(cell('output')),
      watts: number(cell('watts')),
    };
  });
}
