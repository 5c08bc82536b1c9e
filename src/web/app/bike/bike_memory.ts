import { remembered } from '../preferences';
import { unknownBike, type BikeSettings } from './resistance_scale';

/** By the id that the browser gave the bike. */
const bikes = remembered<Record<string, BikeSettings>>('bikes', {});

export function settingsOf(id: string): BikeSettings {
  return { ...unknownBike, ...bikes.peek()[id] };
}

export function remember(id: string, settings: BikeSettings): void {
  bikes.value = { ...bikes.peek(), [id]: settings };
}
