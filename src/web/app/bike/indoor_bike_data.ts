// Indoor Bike Data (0x2AD2) of the Fitness Machine Service: 16 flags, then the fields they name, in the order of the
// bits. So a field that is absent moves all behind it.

/** Fields of one notification; undefined: not in it. A bike may spread its fields over several. */
export interface IndoorBikeData {
  /** Further notifications bring the rest of the same moment. */
  more: boolean;
  speed?: number; // km/h
  averageSpeed?: number; // km/h
  cadence?: number; // rpm
  averageCadence?: number; // rpm
  distance?: number; // m
  resistanceLevel?: number;
  power?: number; // W; negative where the bike drives the rider
  averagePower?: number; // W
  energy?: number; // kcal
  energyAnHour?: number; // kcal/h
  energyAMinute?: number; // kcal/min
  heartRate?: number; // beats a minute
  metabolicEquivalent?: number;
  elapsed?: number; // s
  remaining?: number; // s
}

type Field = Exclude<keyof IndoorBikeData, 'more'>;
interface Layout {
  name: Field;
  bit: number;
  bytes: 1 | 2 | 3;
  signed?: boolean;
  unit?: number;
}

// Bit 0 is the other way round: set, it says "more data", and the speed is absent.
const MORE_DATA = 1;

const layouts: readonly Layout[] = [
  { name: 'speed', bit: 0, bytes: 2, unit: 0.01 },
  { name: 'averageSpeed', bit: 1, bytes: 2, unit: 0.01 },
  { name: 'cadence', bit: 2, bytes: 2, unit: 0.5 },
  { name: 'averageCadence', bit: 3, bytes: 2, unit: 0.5 },
  { name: 'distance', bit: 4, bytes: 3 },
  { name: 'resistanceLevel', bit: 5, bytes: 2, signed: true },
  { name: 'power', bit: 6, bytes: 2, signed: true },
  { name: 'averagePower', bit: 7, bytes: 2, signed: true },
  { name: 'energy', bit: 8, bytes: 2 },
  { name: 'energyAnHour', bit: 8, bytes: 2 },
  { name: 'energyAMinute', bit: 8, bytes: 1 },
  { name: 'heartRate', bit: 9, bytes: 1 },
  { name: 'metabolicEquivalent', bit: 10, bytes: 1, unit: 0.1 },
  { name: 'elapsed', bit: 11, bytes: 2 },
  { name: 'remaining', bit: 12, bytes: 2 },
];

function read(bytes: DataView, at: number, { bytes: size, signed }: Layout): number {
  if (size === 1) return bytes.getUint8(at);
  if (size === 3) return bytes.getUint16(at, true) + bytes.getUint8(at + 2) * 0x10000;
  return signed ? bytes.getInt16(at, true) : bytes.getUint16(at, true);
}

/** Null: shorter than its flags say. Bytes behind the last known field are a later version's, and let be. */
export function parseIndoorBikeData(bytes: DataView): IndoorBikeData | null {
  if (bytes.byteLength < 2) return null;
  const flags = bytes.getUint16(0, true);
  const present = flags ^ MORE_DATA;
  const data: IndoorBikeData = { more: (flags & MORE_DATA) !== 0 };
  let at = 2;
  for (const layout of layouts) {
    if ((present & (1 << layout.bit)) === 0) continue;
    if (at + layout.bytes > bytes.byteLength) return null;
    data[layout.name] = read(bytes, at, layout) * (layout.unit ?? 1);
    at += layout.bytes;
  }
  return data;
}
