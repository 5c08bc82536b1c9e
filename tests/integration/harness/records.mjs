// Records of races, broken ones among them, and the payloads that carry them.

const RACE_LENGTH = 300;

/// A good record; `fields` replace the usual ones.
export function record(fields = {}) {
  const racerId = fields.racerId ?? 7;
  return {
    uuid: `r${fields.raceId ?? 1}-c${fields.classId ?? 1}-${racerId}-${fields.second ?? 1}`,
    event: 'update',
    deviceTimestamp: 1_700_000_000_000,
    second: 1,
    raceId: 1,
    name: `Racer ${racerId}`,
    racerId,
    classId: 1,
    cadence: 80,
    resistance: 40,
    ...fields,
  };
}

/// All records of one race, in every class: good ones with cadence and resistance of many kinds.
export function raceRecords(random, { raceId, riders, classes, seconds }) {
  const records = [];
  for (const classId of classes) {
    for (const racerId of riders) {
      for (let second = 1; second <= seconds; ++second) {
        records.push(
          record({
            raceId,
            classId,
            racerId,
            second,
            event: second === seconds ? 'final' : 'update',
            name: random.pick([`Racer ${racerId}`, 'Zoë "Überholer" 🚴', 'a\\b\t', '']),
            cadence: anyNumber(random, 250),
            resistance: anyNumber(random, 100),
          }),
        );
      }
    }
  }
  return records;
}

/// Whole, with one or two decimals, with all digits of a double, or on the border.
function anyNumber(random, high) {
  switch (random.whole(0, 5)) {
    case 0:
      return random.whole(0, high);
    case 1:
      return random.whole(0, high * 10) / 10;
    case 2:
      return random.whole(0, high * 100) / 100;
    case 3:
      return random.pick([0, high, 1e-7, 5e-324]);
    default:
      return random.number(0, high);
  }
}

/// The text of a good record: members in any order, unknown ones among them, numbers in any form.
export function recordText(random, fields) {
  if (random.chance(0.5)) {
    return JSON.stringify(fields);
  }
  const members = Object.entries(fields)
    .filter(([key]) => key !== 'uuid' || random.chance(0.7))
    .map(([key, value]) => `${JSON.stringify(key)}:${valueText(random, value)}`);
  if (random.chance(0.3)) {
    members.push(random.pick(['"power":null', '"gps":{"at":[1,2,{"x":"}"}]}', '"note":"],}{["', '"ok":true']));
  }
  const space = random.pick(['', ' ', '\t']);
  return `{${space}${random.shuffle(members).join(`${space},${space}`)}${space}}`;
}

function valueText(random, value) {
  if (Number.isInteger(value) && value > 0 && random.chance(0.2)) {
    return random.pick([`${value}.0`, `${value}e0`, `${value}0e-1`]);
  }
  return JSON.stringify(value);
}

/// Ways to break a record: each makes { text, code, uuids }, `uuids` being what the rejection may name (undefined:
/// nothing): of a text that is no JSON, a uuid may be known or not. Those marked `loose` have brackets or quotes that
/// do not match, and so say nothing about where they end but by their line.
const change = (code, fields) => ({
  make: (good) => ({ text: JSON.stringify({ ...good, ...fields }), code, uuids: [good.uuid] }),
});
const without = (key) => ({
  make: (good) => {
    const rest = { ...good };
    delete rest[key];
    return { text: JSON.stringify(rest), code: 'MissingField', uuids: [good.uuid] };
  },
});
const mangled = (code, mangle, loose = false) => ({
  loose,
  make: (good) => ({ text: mangle(good), code, uuids: [undefined, good.uuid] }),
});
const text = (code, value, loose = false) => ({ loose, make: () => ({ text: value, code, uuids: [undefined] }) });

export const BREAKAGES = [
  ...['event', 'deviceTimestamp', 'second', 'raceId', 'name', 'racerId', 'classId', 'cadence', 'resistance'].map(
    without,
  ),
  change('OutOfRange', { second: 0 }),
  change('OutOfRange', { second: RACE_LENGTH + 1 }),
  change('OutOfRange', { classId: 99 }),
  change('OutOfRange', { classId: 0 }),
  change('OutOfRange', { racerId: -1 }),
  change('OutOfRange', { cadence: 250.001 }),
  change('OutOfRange', { cadence: -0.5 }),
  change('OutOfRange', { resistance: 100.5 }),
  change('OutOfRange', { name: 'x'.repeat(65) }),
  change('OutOfRange', { event: 'start' }),
  change('InvalidType', { second: 1.5 }),
  change('InvalidType', { second: '7' }),
  change('InvalidType', { racerId: '7' }),
  change('InvalidType', { raceId: {} }),
  change('InvalidType', { name: 7 }),
  change('InvalidType', { cadence: '80' }),
  change('InvalidType', { resistance: null }),
  change('InvalidType', { deviceTimestamp: [1] }),
  change('InvalidType', { event: true }),
  { make: (good) => ({ text: JSON.stringify({ ...good, uuid: 12 }), code: 'InvalidType', uuids: [undefined] }) },
  mangled('TooLarge', (good) => JSON.stringify({ ...good, note: 'x'.repeat(17 * 1024) })),
  mangled('InvalidJson', (good) => JSON.stringify(good).replace('"second":', '"second":,')),
  mangled('InvalidJson', (good) => JSON.stringify(good).replace('"racerId":', '"racerId" ')),
  text('InvalidJson', '{"second":1,}'),
  text('InvalidJson', 'nonsense'),
  text('InvalidType', '17'),
  text('InvalidType', '"a text"'),
  text('InvalidType', 'null'),
  text('InvalidJson', '{bad', true),
  mangled('InvalidJson', (good) => JSON.stringify(good).slice(0, -1), true),
];

/// Puts items { text, loose } into payloads of one record, NDJSON and arrays, in their order.
export function payloads(random, items, most = 60) {
  const made = [];
  for (let at = 0; at < items.length;) {
    const count = random.chance(0.3) ? 1 : random.whole(1, most);
    const part = items.slice(at, at + count);
    at += part.length;
    if (part.length === 1) {
      made.push(part[0].text);
    } else if (part.some(({ loose }) => loose) || random.chance(0.5)) {
      made.push(part.map((item) => item.text).join(random.pick(['\n', '\r\n', '\n\n'])) + random.pick(['', '\n']));
    } else {
      const space = random.pick(['', ' ', '\n']);
      made.push(`[${space}${part.map((item) => item.text).join(`,${space}`)}${space}]`);
    }
  }
  return made;
}
