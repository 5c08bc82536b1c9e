import { csvRows, parseRide } from '@app/pages/results/ride_csv';

const HEAD = 'second,time,cadence,resistance,output,watts\r\n';

describe('comma-separated values', () => {
  it('ends a row at LF and at CRLF, and needs no end at the last one', () => {
    expect(csvRows('a,b\r\nc,d\ne,f')).toEqual([['a', 'b'], ['c', 'd'], ['e', 'f']]);
  });

  it('takes commas, line breaks and doubled quotes of a quoted field as they are', () => {
    expect(csvRows('"a,b","c\r\nd","say ""hi"""\n')).toEqual([['a,b', 'c\r\nd', 'say "hi"']]);
  });

  it('keeps empty fields, quoted or not', () => {
    expect(csvRows(',"",\n')).toEqual([['', '', '']]);
  });

  it('takes a quote within a field that is not quoted as a character', () => {
    expect(csvRows('5" tyre,x\n')).toEqual([['5" tyre', 'x']]);
  });

  it('is nothing of nothing', () => {
    expect(csvRows('')).toEqual([]);
  });
});

describe('a ride', () => {
  it('has a row for each second', () => {
    expect(parseRide(`${HEAD}1,2021-05-05T18:46:12.076Z,80,40,120.75,\r\n2,2021-05-05T18:46:13.076Z,81.5,40,122.325,190\r\n`)).toEqual([
      { second: 1, time: 1620240372076, cadence: 80, resistance: 40, output: 120.75, watts: null },
      { second: 2, time: 1620240373076, cadence: 81.5, resistance: 40, output: 122.325, watts: 190 },
    ]);
  });

  it('finds its columns by name, in whatever order', () => {
    const [row] = parseRide('output,"second",heart\n99.5,7,140\n');
    expect(row).toMatchObject({ second: 7, output: 99.5, cadence: null, watts: null, time: null });
  });

  it('tells zero from nothing', () => {
    const [row] = parseRide(`${HEAD}1,,0,,22.75,\r\n`);
    expect(row).toMatchObject({ cadence: 0, resistance: null });
  });

  it('leaves out lines without a second', () => {
    expect(parseRide(`${HEAD}\r\nx,,1,1,1,\r\n`)).toEqual([]);
    expect(parseRide('')).toEqual([]);
  });
});
