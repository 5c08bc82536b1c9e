import { parseIndoorBikeData } from '@app/bike/indoor_bike_data';

const bytes = (...values: number[]) => new DataView(Uint8Array.from(values).buffer);
const hex = (text: string) => bytes(...text.trim().split(/\s+/).map((byte) => parseInt(byte, 16)));

// Every field with a value of its own, as its bytes; the flags say which of them come.
const fields = [
  { bit: 0, bytes: [0x10, 0x0e], says: { speed: 36 } }, // 3600 × 0.01
  { bit: 1, bytes: [0xe8, 0x03], says: { averageSpeed: 10 } },
  { bit: 2, bytes: [0xb5, 0x00], says: { cadence: 90.5 } },
  { bit: 3, bytes: [0xa0, 0x00], says: { averageCadence: 80 } },
  { bit: 4, bytes: [0x01, 0x02, 0x03], says: { distance: 0x030201 } },
  { bit: 5, bytes: [0x0c, 0x00], says: { resistanceLevel: 12 } },
  { bit: 6, bytes: [0xfa, 0x00], says: { power: 250 } },
  { bit: 7, bytes: [0x38, 0xff], says: { averagePower: -200 } },
  { bit: 8, bytes: [0x64, 0x00, 0x2c, 0x01, 0x05], says: { energy: 100, energyAnHour: 300, energyAMinute: 5 } },
  { bit: 9, bytes: [0x8c], says: { heartRate: 140 } },
  { bit: 10, bytes: [0x50], says: { metabolicEquivalent: 8 } },
  { bit: 11, bytes: [0x2c, 0x01], says: { elapsed: 300 } },
  { bit: 12, bytes: [0x3c, 0x00], says: { remaining: 60 } },
];

/** The notification that holds the fields whose bit is set in `present`. */
function notification(present: number) {
  const there = fields.filter(({ bit }) => present & (1 << bit));
  const flags = present ^ 1;
  return {
    bytes: [flags & 0xff, flags >> 8, ...there.flatMap((field) => field.bytes)],
    says: { more: (present & 1) === 0, ...Object.assign({}, ...there.map(({ says }) => says)) },
  };
}

function close(value: object | null, expected: object) {
  expect(Object.keys(value ?? {}).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, number] of Object.entries(expected)) {
    const got = (value as Record<string, unknown>)[name];
    if (typeof number === 'number') expect(got).toBeCloseTo(number, 9);
    else expect(got).toBe(number);
  }
}

describe('Indoor Bike Data', () => {
  it('reads speed, cadence and power of a common trainer', () => {
    close(parseIndoorBikeData(hex('44 00 c4 09 b4 00 c8 00')), { more: false, speed: 25, cadence: 90, power: 200 });
  });
  it('reads cadence, resistance, power and heart rate of a trainer that stands', () => {
    close(parseIndoorBikeData(hex('64 02 00 00 00 00 14 00 00 00 00')), {
      more: false,
      speed: 0,
      cadence: 0,
      resistanceLevel: 20,
      power: 0,
      heartRate: 0,
    });
  });
  it('reads all fields together', () => {
    const all = notification(0x1fff);
    close(parseIndoorBikeData(bytes(...all.bytes)), all.says);
  });
  it('finds every field wherever the others move it: all 8192 sets of flags', () => {
    for (let present = 0; present < 1 << 13; ++present) {
      const { bytes: told, says } = notification(present);
      const data = parseIndoorBikeData(bytes(...told));
      for (const [name, value] of Object.entries(says)) {
        const got = (data as Record<string, unknown> | null)?.[name];
        const same = typeof value === 'number' ? Math.abs((got as number) - value) < 1e-9 : got === value;
        if (!same) expect({ present, name, got }).toEqual({ present, name, got: value });
      }
    }
  });
  it('takes a set bit 0 for "more data", without a speed', () => {
    close(parseIndoorBikeData(hex('05 00 b5 00')), { more: true, cadence: 90.5 });
  });
  it('reads negative power and resistance', () => {
    close(parseIndoorBikeData(hex('61 00 fe ff 9c ff')), { more: true, resistanceLevel: -2, power: -100 });
  });
  it('refuses every packet that is shorter than its flags say', () => {
    const { bytes: all } = notification(0x1fff);
    for (let length = 0; length < all.length; ++length) {
      expect(parseIndoorBikeData(bytes(...all.slice(0, length)))).toBeNull();
    }
  });
  it('lets bytes be that a later version may add', () => {
    close(parseIndoorBikeData(hex('05 e0 b4 00 01 02 03')), { more: true, cadence: 90 });
  });
  it('reads a view that does not begin at its buffer', () => {
    const buffer = Uint8Array.from([9, 9, 9, 0x05, 0x00, 0xb4, 0x00, 9]).buffer;
    close(parseIndoorBikeData(new DataView(buffer, 3, 4)), { more: true, cadence: 90 });
  });
});
