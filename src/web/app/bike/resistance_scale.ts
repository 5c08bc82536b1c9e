// A race wants per cent, and a bike tells a level of its own scale: 1 to 24, 0 to 100, or tenths of a level.

/** In levels. */
export interface LevelRange {
  lowest: number;
  highest: number;
}

/** What is remembered of a bike. */
export interface BikeSettings {
  /** Its highest level, where the rider set one. */
  highest: number | null;
  /** It was seen to tell levels in tenths. */
  tenths: boolean;
  /** What the rider says the resistance is, of a bike that does not tell it. % */
  manual: number;
}

export const unknownBike: BikeSettings = { highest: null, tenths: false, manual: 30 };

const HIGHEST_UNLESS_TOLD = 100;

/** Supported Resistance Level Range (0x2AD6), in tenths: three numbers of two bytes, in some versions of one. */
export function parseLevelRange(bytes: DataView): LevelRange | null {
  const wide = bytes.byteLength >= 6;
  if (!wide && bytes.byteLength !== 3) return null;
  const lowest = (wide ? bytes.getInt16(0, true) : bytes.getUint8(0)) / 10;
  const highest = (wide ? bytes.getInt16(2, true) : bytes.getUint8(1)) / 10;
  return highest > lowest ? { lowest, highest } : null;
}

/**
 * Whether `level` can only be meant in tenths: the range is always told in tenths and levels should be whole, but many
 * bikes tell both in the same unit.
 */
export function tellsTenths(level: number, range: LevelRange | null): boolean {
  return range !== null && level > range.highest && level <= range.highest * 10;
}

/** What counts as all of the resistance, in the unit in which the bike tells its levels. */
export function scaleOf(range: LevelRange | null, settings: BikeSettings): LevelRange {
  if (settings.highest !== null) return { lowest: 0, highest: settings.highest };
  if (!range) return { lowest: 0, highest: HIGHEST_UNLESS_TOLD };
  const unit = settings.tenths ? 10 : 1;
  return { lowest: range.lowest * unit, highest: range.highest * unit };
}

/** 0 … 100, with one decimal. */
export function percentOf(level: number, { lowest, highest }: LevelRange): number {
  const share = (level - lowest) / (highest - lowest);
  return Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10;
}
