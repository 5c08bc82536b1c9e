import { BikeReading } from '@app/bike/bike_reading';
import { parseIndoorBikeData } from '@app/bike/indoor_bike_data';
import { unknownBike } from '@app/bike/resistance_scale';
import { bikeWarning } from '@app/bike/warning';

const full = { more: false, cadence: 90, resistanceLevel: 40, power: 210 };

describe('what a bike tells', () => {
  it('is a sample as soon as cadence and resistance are known', () => {
    const reading = new BikeReading(unknownBike);
    reading.take(full, 1_000);
    expect(reading.sample(1_000)).toEqual({ cadence: 90, resistance: 40, power: 210, at: 1_000 });
  });
  it('is put together of several notifications', () => {
    const reading = new BikeReading(unknownBike);
    reading.take({ more: true, cadence: 90 }, 1_000);
    expect(reading.sample(1_000)).toBeNull();
    reading.take({ more: false, speed: 30, resistanceLevel: 12 }, 1_010);
    expect(reading.sample(1_010)).toMatchObject({ cadence: 90, resistance: 12, at: 1_000 });
  });
  it('is no sample without a cadence, however long it takes', () => {
    const reading = new BikeReading(unknownBike);
    for (let at = 0; at < 10; ++at) reading.take({ more: false, speed: 30, power: 200, resistanceLevel: 5 }, at);
    expect(reading.tellsCadence).toBe(false);
    expect(reading.sample(10)).toBeNull();
  });
  it('takes the rider’s word for a resistance that never comes', () => {
    const reading = new BikeReading({ ...unknownBike, manual: 35 });
    for (let at = 0; at < 4; ++at) reading.take({ more: false, cadence: 80 }, at);
    expect(reading.tellsResistance).toBe(false);
    expect(reading.sample(4)).toMatchObject({ cadence: 80, resistance: 35 });
  });
  it('is as old as its cadence, though other fields still come', () => {
    const reading = new BikeReading(unknownBike);
    reading.take(full, 1_000);
    reading.take({ more: false, resistanceLevel: 50 }, 9_000);
    expect(reading.sample(9_000)).toMatchObject({ resistance: 50, power: null, at: 1_000 });
  });
  it('is no cadence where a console tells the highest number there is, for want of one', () => {
    const reading = new BikeReading(unknownBike);
    const unknown = parseIndoorBikeData(new DataView(Uint8Array.of(0x25, 0x00, 0xff, 0xff, 0x08, 0x00).buffer))!;
    expect(unknown.cadence).toBe(32_767.5);
    for (let at = 0; at < 4; ++at) reading.take(unknown, at);
    expect(reading.tellsCadence).toBe(false);
    reading.take({ ...full, cadence: 250 }, 1_000);
    reading.take({ ...full, cadence: 250.5 }, 9_000);
    expect(reading.sample(9_000)).toMatchObject({ cadence: 250, at: 1_000 });
  });
  it('remembers that levels are tenths', () => {
    const reading = new BikeReading(unknownBike);
    reading.range = { lowest: 0, highest: 10 };
    reading.take({ ...full, resistanceLevel: 20 }, 0);
    reading.take({ ...full, resistanceLevel: 5 }, 1);
    expect(reading.settings.tenths).toBe(true);
    expect(reading.sample(1)?.resistance).toBe(5);
  });
});

describe('the bike’s warning', () => {
  const latest = { cadence: 90, resistance: 40, power: null, at: 10_000 };
  const told = { state: 'connected' as const, latest, tellsCadence: true, connectedAt: 0 };

  it('comes after three seconds of silence, and tells from the fifth on that nothing is recorded', () => {
    expect(bikeWarning(told, 13_000)).toBeNull();
    expect(bikeWarning(told, 13_001)).toEqual({ kind: 'stale', seconds: 3 });
    expect(bikeWarning(told, 15_000)).toEqual({ kind: 'stale', seconds: 5 });
    expect(bikeWarning(told, 15_001)).toEqual({ kind: 'silent', seconds: 5 });
  });
  it('lets old consoles be that tell every two seconds', () => {
    expect(bikeWarning(told, 12_400)).toBeNull();
  });
  it('says why there is no sample at all', () => {
    expect(bikeWarning({ ...told, latest: null, tellsCadence: null }, 9_000)).toEqual({ kind: 'noSample' });
    expect(bikeWarning({ ...told, latest: null, tellsCadence: false }, 9_000)).toEqual({ kind: 'noCadence' });
    expect(bikeWarning({ ...told, latest: null, state: 'lost' }, 9_000)).toEqual({ kind: 'noSample' });
  });
  it('does not come while one connects, nor at once behind that', () => {
    const fresh = { ...told, latest: null, tellsCadence: null };
    expect(bikeWarning({ ...fresh, state: 'idle' }, 9_000)).toBeNull();
    expect(bikeWarning({ ...fresh, state: 'connecting' }, 9_000)).toBeNull();
    expect(bikeWarning({ ...fresh, connectedAt: 9_000 }, 12_000)).toBeNull();
    expect(bikeWarning({ ...fresh, connectedAt: 9_000 }, 12_001)).toEqual({ kind: 'noSample' });
  });
});
