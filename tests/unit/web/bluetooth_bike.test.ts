import type { Sample } from '@app/bike/bike';
import { BluetoothBike } from '@app/bike/bluetooth_bike';
import { missingForBluetooth, findMissing } from '@app/bike/bluetooth_support';

const view = (...values: number[]) => new DataView(Uint8Array.from(values).buffer);
const DATA = [0x25, 0x00, 0xb4, 0x00, 0x08, 0x00]; // more data; cadence 90, resistance level 8

class Characteristic extends EventTarget {
  value: DataView | undefined;
  readValue = async () => view(0x0a, 0, 0x96, 0, 0x0a, 0); // 1 … 15
  startNotifications = async () => this;
  notify(...bytes: number[]): void {
    this.value = view(...bytes);
    this.dispatchEvent(new Event('characteristicvaluechanged'));
  }
}

/**
 * A bike that can be switched off and on, as Chromium has it: disconnect() does nothing while there is no connection, so
 * that one which is being made comes about; and it tells of the end at once.
 */
class Device extends EventTarget {
  on = true;
  /** Set: connecting takes until it is called. */
  slow = false;
  arrive: () => void = () => undefined;
  connected = false;
  connects = 0;
  hasRange = true;
  data = new Characteristic();
  readonly name = 'Spin 3';
  constructor(readonly id: string) {
    super();
  }
  readonly gatt = {
    connect: async () => {
      ++this.connects;
      if (this.slow) await new Promise<void>((resolve) => (this.arrive = resolve));
      if (!this.on) throw new DOMException('out of reach', 'NetworkError');
      this.connected = true;
      this.data = new Characteristic();
      return {
        getPrimaryService: async () => ({
          getCharacteristic: async (uuid: number) => {
            if (uuid === 0x2ad2) return this.data;
            if (this.hasRange) return new Characteristic();
            throw new DOMException('none', 'NotFoundError');
          },
        }),
      };
    },
    disconnect: () => this.connected && this.lose(),
  };
  lose(): void {
    this.connected = false;
    this.dispatchEvent(new Event('gattserverdisconnected'));
  }
}

let devices = 0;
function room() {
  const device = new Device(`device-${++devices}`);
  const requestDevice = vi.fn(async (_: unknown) => device);
  const bike = new BluetoothBike({ requestDevice } as unknown as Bluetooth);
  return { device, requestDevice, bike };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a Bluetooth bike', () => {
  it('is asked for by its service, and tells samples', async () => {
    const { device, requestDevice, bike } = room();
    const heard: Sample[] = [];
    bike.listen((samples) => heard.push(...samples));
    await bike.connect();
    expect(requestDevice).toHaveBeenCalledWith({ filters: [{ services: [0x1826] }] });
    expect(bike.state.value).toBe('connected');
    expect(bike.name.value).toBe('Spin 3');
    device.data.notify(...DATA);
    expect(heard).toEqual([{ cadence: 90, resistance: 50, power: null, at: Date.now() }]);
    expect(bike.latest.value).toEqual(heard[0]);
  });
  it('is connected to again by itself, without asking the rider', async () => {
    const { device, requestDevice, bike } = room();
    await bike.connect();
    device.lose();
    expect(bike.state.value).toBe('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bike.state.value).toBe('connected');
    device.data.notify(...DATA);
    expect(bike.latest.value?.cadence).toBe(90);
    expect(requestDevice).toHaveBeenCalledTimes(1);
  });
  it('is tried ever more seldom while it is away, and for as long as it takes', async () => {
    const { device, bike } = room();
    await bike.connect();
    device.on = false;
    device.lose();
    await vi.advanceTimersByTimeAsync(5_000);
    const early = device.connects;
    expect(early).toBeGreaterThan(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(device.connects - early).toBeLessThan(10);
    expect(bike.state.value).toBe('lost');
    device.on = true;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(bike.state.value).toBe('connected');
  });
  it('that the rider lets go stays away', async () => {
    const { device, bike } = room();
    await bike.connect();
    device.data.notify(...DATA);
    bike.disconnect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bike.state.value).toBe('idle');
    expect(bike.latest.value).toBeNull();
    expect(device.connects).toBe(1);
  });
  it('does not hear a connection that it gave up', async () => {
    const { device, bike } = room();
    await bike.connect();
    const old = device.data;
    device.lose();
    await vi.advanceTimersByTimeAsync(1_000);
    old.notify(...DATA);
    expect(bike.latest.value).toBeNull();
  });
  it('that the rider lets go while it connects is left free, and not shown as lost', async () => {
    const { device, bike } = room();
    device.slow = true;
    void bike.connect();
    await vi.advanceTimersByTimeAsync(1_000);
    bike.disconnect();
    expect(bike.state.value).toBe('idle');
    device.arrive();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(device.connected).toBe(false);
    expect(device.connects).toBe(1);
    expect(bike.state.value).toBe('idle');
  });
  it('is left free where another is chosen while it connects', async () => {
    const { device, requestDevice, bike } = room();
    const other = new Device('the other');
    device.slow = true;
    void bike.connect();
    await vi.advanceTimersByTimeAsync(1_000);
    requestDevice.mockResolvedValueOnce(other);
    await bike.connect();
    expect(bike.state.value).toBe('connected');
    device.arrive();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(device.connected).toBe(false);
    expect(other.connected).toBe(true);
    other.data.notify(...DATA);
    device.data.notify(0x25, 0x00, 0x10, 0x00, 0x08, 0x00);
    expect(bike.latest.value?.cadence).toBe(90);
  });
  it('that is chosen again while it still connects stays connected', async () => {
    const { device, bike } = room();
    device.slow = true;
    void bike.connect();
    await vi.advanceTimersByTimeAsync(1_000);
    const arriveFirst = device.arrive;
    void bike.connect();
    await vi.advanceTimersByTimeAsync(0);
    arriveFirst();
    device.arrive();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(device.connected).toBe(true);
    expect(bike.state.value).toBe('connected');
    device.data.notify(...DATA);
    expect(bike.latest.value?.cadence).toBe(90);
  });
  it('says since when it is connected', async () => {
    const { bike } = room();
    await bike.connect();
    expect(bike.connectedAt.value).toBe(Date.now());
    bike.disconnect();
    expect(bike.connectedAt.value).toBe(0);
  });
  it('tries again where connecting takes for ever', async () => {
    const { device, bike } = room();
    device.slow = true;
    void bike.connect();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(bike.state.value).toBe('connecting');
    device.slow = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bike.state.value).toBe('connected');
  });
  it('stays as it was where the rider chooses none', async () => {
    const { device, requestDevice, bike } = room();
    await bike.connect();
    requestDevice.mockRejectedValueOnce(new DOMException('cancelled', 'NotFoundError'));
    await bike.connect();
    expect(bike.state.value).toBe('connected');
    expect(bike.problem.value).toBeNull();
    requestDevice.mockRejectedValueOnce(new DOMException('policy', 'SecurityError'));
    await bike.connect();
    expect(bike.problem.value).toBe('blocked');
    expect(device.connects).toBe(1);
  });
  it('remembers what the rider said of it', async () => {
    const { device, requestDevice, bike } = room();
    device.hasRange = false;
    await bike.connect();
    bike.change({ highest: 32 });
    device.data.notify(...DATA);
    expect(bike.latest.value?.resistance).toBe(25);
    const later = new BluetoothBike({ requestDevice } as unknown as Bluetooth);
    await later.connect();
    device.data.notify(...DATA);
    expect(later.latest.value?.resistance).toBe(25);
  });
  it('has the resistance that the rider sets, at once, where it tells none', async () => {
    const { device, bike } = room();
    await bike.connect();
    for (let count = 0; count < 4; ++count) device.data.notify(0x05, 0x00, 0xb4, 0x00);
    expect(bike.tellsResistance.value).toBe(false);
    bike.change({ manual: 44 });
    expect(bike.latest.value).toMatchObject({ cadence: 90, resistance: 44 });
  });
  it('tells nothing of a packet that is too short', async () => {
    const { device, bike } = room();
    await bike.connect();
    device.data.notify(0x25, 0x00, 0xb4);
    expect(bike.latest.value).toBeNull();
  });
});

describe('what is missing for Bluetooth', () => {
  const bluetooth = { requestDevice: async () => Promise.reject(new Error()) };

  it('is a secure page before all else: browsers hide Bluetooth on others', () => {
    expect(missingForBluetooth({ isSecureContext: false, navigator: {} })).toBe('insecure');
    expect(missingForBluetooth({ isSecureContext: true, navigator: {} })).toBe('unsupported');
    expect(missingForBluetooth({ isSecureContext: true, navigator: { bluetooth } })).toBeNull();
  });
  it('may be the radio, where the browser tells', async () => {
    const off = { ...bluetooth, getAvailability: async () => false };
    expect(await findMissing({ isSecureContext: true, navigator: { bluetooth: off } })).toBe('switched-off');
    expect(await findMissing({ isSecureContext: true, navigator: { bluetooth } })).toBeNull();
  });
});
