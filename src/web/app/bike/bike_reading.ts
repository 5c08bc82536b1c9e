import type { Sample } from './bike';
import type { IndoorBikeData } from './indoor_bike_data';
import { percentOf, scaleOf, tellsTenths, type BikeSettings, type LevelRange } from './resistance_scale';

/** After so many notifications without a field the bike does not tell it: some spread their fields over a few. */
const ENOUGH = 4;
/** Some consoles that do not know the cadence tell the highest number there is. The daemon takes no more than this. */
const MOST_CADENCE = 250;
/** Power is an extra: it is not kept for longer than this. */
const POWER_MS = 5_000;

/** What a bike's notifications say together. */
export class BikeReading {
  range: LevelRange | null = null;
  private notifications = 0;
  private cadence: { value: number; at: number } | null = null;
  private power: { value: number; at: number } | null = null;
  private level: number | null = null;

  constructor(public settings: BikeSettings) {}

  take(data: IndoorBikeData, at: number): void {
    ++this.notifications;
    if (data.cadence !== undefined && data.cadence <= MOST_CADENCE) this.cadence = { value: data.cadence, at };
    if (data.power !== undefined) this.power = { value: data.power, at };
    if (data.resistanceLevel === undefined) return;
    this.level = data.resistanceLevel;
    if (tellsTenths(this.level, this.range)) this.settings = { ...this.settings, tenths: true };
  }

  /** Null: it is too early to say. */
  get tellsCadence(): boolean | null {
    return this.told(this.cadence);
  }
  get tellsResistance(): boolean | null {
    return this.told(this.level);
  }

  /** Null where no cadence was told, or it is not clear yet where the resistance comes from. */
  sample(now: number): Sample | null {
    if (!this.cadence || this.tellsResistance === null) return null;
    const { settings, level, power } = this;
    return {
      cadence: this.cadence.value,
      resistance: level === null ? settings.manual : percentOf(level, scaleOf(this.range, settings)),
      power: power && now - power.at <= POWER_MS ? power.value : null,
      at: this.cadence.at,
    };
  }

  private told(value: unknown): boolean | null {
    if (value !== null) return true;
    return this.notifications >= ENOUGH ? false : null;
  }
}
