import { signal } from '@preact/signals';

import { Backoff } from '../api/backoff';
import { t } from '../strings';
import type { Bike, BikeState, Sample, TakeSamples } from './bike';
import { remember, settingsOf } from './bike_memory';
import { BikeReading } from './bike_reading';
import { parseIndoorBikeData } from './indoor_bike_data';
import { Listeners } from './listeners';
import { parseLevelRange, unknownBike, type BikeSettings, type LevelRange } from './resistance_scale';

const FITNESS_MACHINE = 0x1826;
const INDOOR_BIKE_DATA = 0x2ad2;
const RESISTANCE_LEVEL_RANGE = 0x2ad6;
const CONNECT_MS = 20_000; // some systems wait for an absent bike for ever

/** Why asking for a bike came to nothing. */
type BluetoothProblem = 'blocked' | 'failed';

/** A bike of the Fitness Machine Service. Once chosen it is connected to again and again until disconnect(). */
export class BluetoothBike implements Bike {
  readonly name = signal<string>(t.bike.bluetooth);
  readonly state = signal<BikeState>('idle');
  readonly latest = signal<Sample | null>(null);
  readonly problem = signal<BluetoothProblem | null>(null);
  readonly settings = signal<BikeSettings>(unknownBike);
  readonly range = signal<LevelRange | null>(null);
  /** Null: not known yet. */
  readonly tellsCadence = signal<boolean | null>(null);
  readonly tellsResistance = signal<boolean | null>(null);
  /** ms since the epoch; 0 before. */
  readonly connectedAt = signal(0);

  private readonly listeners = new Listeners();
  private readonly backoff = new Backoff();
  private reading = new BikeReading(unknownBike);
  private device: BluetoothDevice | null = null;
  private source: BluetoothRemoteGATTCharacteristic | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the last try to connect; what an earlier one brings is dropped. */
  private attempt = 0;

  constructor(private readonly bluetooth: Pick<Bluetooth, 'requestDevice'>) {}

  listen(take: TakeSamples): () => void {
    return this.listeners.add(take);
  }

  /** Nothing is kept back here: the bike tells by itself. */
  catchUp(): void {}

  /** Lets the rider choose a bike; only a press of a key may call it. The one before is kept where they choose none. */
  async connect(): Promise<void> {
    this.problem.value = null;
    let device: BluetoothDevice;
    try {
      device = await this.bluetooth.requestDevice({ filters: [{ services: [FITNESS_MACHINE] }] });
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name !== 'NotFoundError') this.problem.value = name === 'SecurityError' ? 'blocked' : 'failed';
      return; // NotFoundError: the rider chose none
    }
    this.disconnect();
    this.device = device;
    this.name.value = device.name || t.bike.bluetooth;
    this.settings.value = settingsOf(device.id);
    this.reading = new BikeReading(this.settings.peek());
    device.addEventListener('gattserverdisconnected', this.onLost);
    this.backoff.reset();
    await this.open();
  }

  disconnect(): void {
    clearTimeout(this.timer);
    ++this.attempt;
    this.forgetSource();
    this.device?.removeEventListener('gattserverdisconnected', this.onLost);
    this.device?.gatt?.disconnect();
    this.device = null;
    this.latest.value = null;
    this.connectedAt.value = 0;
    this.range.value = null;
    this.tellsCadence.value = null;
    this.tellsResistance.value = null;
    this.state.value = 'idle';
  }

  change(settings: Partial<BikeSettings>): void {
    this.keep({ ...this.settings.peek(), ...settings });
    this.reading.settings = this.settings.peek();
    this.tell();
  }

  private keep(settings: BikeSettings): void {
    this.settings.value = settings;
    if (this.device) remember(this.device.id, settings);
  }

  private async open(): Promise<void> {
    const { device } = this;
    const attempt = ++this.attempt;
    if (this.state.peek() !== 'lost') this.state.value = 'connecting';
    const tooLong = setTimeout(() => this.giveUp(attempt), CONNECT_MS);
    try {
      const server = await device?.gatt?.connect();
      if (attempt !== this.attempt) return;
      const service = await server?.getPrimaryService(FITNESS_MACHINE);
      const range = service ? await levelRange(service) : null;
      const source = await service?.getCharacteristic(INDOOR_BIKE_DATA);
      if (attempt !== this.attempt) return;
      if (!source) throw new Error('no service');
      this.range.value = range;
      this.reading.range = range;
      this.forgetSource();
      this.source = source;
      source.addEventListener('characteristicvaluechanged', this.onData);
      await source.startNotifications();
      if (attempt !== this.attempt) return;
      this.connectedAt.value = Date.now();
      this.state.value = 'connected';
    } catch {
      if (attempt === this.attempt) this.tryAgainLater();
    } finally {
      clearTimeout(tooLong);
      // Browsers go on connecting, whatever is called meanwhile: nobody else could have the bike that was let go.
      if (device !== this.device) device?.gatt?.disconnect();
    }
  }

  private giveUp(attempt: number): void {
    if (attempt === this.attempt) this.device?.gatt?.disconnect();
    if (attempt === this.attempt) this.tryAgainLater(); // else the bike told that it is lost
  }

  private readonly onLost = (): void => this.tryAgainLater();

  private tryAgainLater(): void {
    ++this.attempt;
    this.forgetSource();
    this.state.value = 'lost';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), this.backoff.pause());
  }

  private forgetSource(): void {
    this.source?.removeEventListener('characteristicvaluechanged', this.onData);
    this.source = null;
  }

  private readonly onData = (event: Event): void => {
    const bytes = (event.target as BluetoothRemoteGATTCharacteristic).value;
    const data = bytes ? parseIndoorBikeData(bytes) : null;
    if (!data) return;
    this.backoff.reset();
    this.reading.take(data, Date.now());
    if (this.reading.settings !== this.settings.peek()) this.keep(this.reading.settings);
    this.tellsCadence.value = this.reading.tellsCadence;
    this.tellsResistance.value = this.reading.tellsResistance;
    this.tell();
  };

  private tell(): void {
    const sample = this.reading.sample(Date.now());
    if (!sample) return;
    this.latest.value = sample;
    this.listeners.tell([sample]);
  }
}

/** Null where the bike has none, or does not let it be read. */
async function levelRange(service: BluetoothRemoteGATTService): Promise<LevelRange | null> {
  try {
    const characteristic = await service.getCharacteristic(RESISTANCE_LEVEL_RANGE);
    return parseLevelRange(await characteristic.readValue());
  } catch {
    return null;
  }
}
