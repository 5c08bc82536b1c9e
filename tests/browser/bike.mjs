// A Bluetooth bike as the page meets it: navigator.bluetooth with one device of the Fitness Machine Service.

/// Runs in the page, before its own scripts. The test moves the bike by `bike` there: bytes, silent, drop().
export function scriptedBike() {
  const NOTIFY_MS = 300; // as newer consoles do
  const bytesOf = (hex) => new DataView(Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16)).buffer);
  const bike = {
    bytes: null, // of the next notifications, in hex
    silent: false,
    failing: 0, // so many calls of connect() come to nothing
    connects: 0,
    asked: null, // what requestDevice() was asked for
    drop() {
      device.gatt.connected = false;
      device.dispatchEvent(new Event('gattserverdisconnected'));
    },
  };

  const data = Object.assign(new EventTarget(), {
    value: undefined,
    startNotifications: () => Promise.resolve(data),
  });
  // Supported Resistance Level Range: 0 to 100.0 in steps of 1.0, in tenths.
  const range = { readValue: () => Promise.resolve(bytesOf('0000e8030a00')) };
  const service = {
    getCharacteristic: (uuid) =>
      uuid === 0x2ad2
        ? Promise.resolve(data)
        : uuid === 0x2ad6
          ? Promise.resolve(range)
          : Promise.reject(new Error('none')),
  };
  const device = Object.assign(new EventTarget(), { id: 'bike-1', name: 'Test bike' });
  device.gatt = {
    connected: false,
    connect() {
      bike.connects += 1;
      if (bike.failing > 0) {
        bike.failing -= 1;
        return Promise.reject(new DOMException('out of reach', 'NetworkError'));
      }
      device.gatt.connected = true;
      return Promise.resolve(device.gatt);
    },
    disconnect() {
      device.gatt.connected = false;
    },
    getPrimaryService: (uuid) => (uuid === 0x1826 ? Promise.resolve(service) : Promise.reject(new Error('none'))),
  };
  setInterval(() => {
    if (device.gatt.connected && bike.bytes && !bike.silent) {
      data.value = bytesOf(bike.bytes);
      data.dispatchEvent(new Event('characteristicvaluechanged'));
    }
  }, NOTIFY_MS);

  Object.defineProperty(navigator, 'bluetooth', {
    value: {
      getAvailability: () => Promise.resolve(true),
      requestDevice(options) {
        bike.asked = options;
        return Promise.resolve(device);
      },
    },
  });
  globalThis.bike = bike;
}

/// Indoor Bike Data as consoles send it, with what it says. Flags first; each one moves the fields behind it.
export const INDOOR_BIKE_DATA = [
  { of: 'speed, cadence, resistance, power', bytes: '6400d007a0002a009600', cadence: 80, resistance: 42, power: 150 },
  {
    of: 'speed, mean speed, cadence, mean cadence, distance, resistance, power, mean power',
    bytes: 'fe00d007c007aa00a00010270030009700a000',
    cadence: 85,
    resistance: 48,
    power: 151,
  },
  { of: 'no speed: bit 0 is set', bytes: '2500b4003200', cadence: 90, resistance: 50 },
  {
    of: 'half revolutions, energy and heart rate behind power',
    bytes: '6403d007bd0036009c000a005802098c',
    cadence: 94.5,
    resistance: 54,
    power: 156,
  },
];
