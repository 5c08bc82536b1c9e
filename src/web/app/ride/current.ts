// What this page rides, and on what.

import { effect, signal } from '@preact/signals';

import type { Bike } from '../bike/bike';
import { BluetoothBike } from '../bike/bluetooth_bike';
import { missingForBluetooth } from '../bike/bluetooth_support';
import { SimulatedBike } from '../bike/simulated_bike';
import { remembered, rider } from '../preferences';
import { askBeforeLeaving } from './leaving';
import type { RidePlan } from './ride';
import { Sender } from './sender';
import { Session } from './session';

export type BikeKind = 'simulated' | 'bluetooth';

export const bikeKind = remembered<BikeKind>('bike', 'simulated');
export const simulatedBike = new SimulatedBike(0);
/** Null where the browser has no Bluetooth. */
export const bluetoothBike = missingForBluetooth(window) === null ? new BluetoothBike(navigator.bluetooth) : null;
export const sender = new Sender('/ingest');
export const session = signal<Session | null>(null);

effect(() => {
  simulatedBike.seed = rider.value?.racerId ?? 0;
});

askBeforeLeaving(() => session.value?.phase.value === 'racing');

function chosenBike(): Bike | null {
  return bikeKind.value === 'simulated' ? simulatedBike : bluetoothBike;
}

/** Whether one can set out on the chosen bike; a lost one is looked for meanwhile. */
export function bikeReady(): boolean {
  if (bikeKind.value === 'simulated') return true;
  const state = bluetoothBike?.state.value;
  return state === 'connected' || state === 'lost';
}

export function setOut(plan: RidePlan): void {
  const bike = chosenBike();
  if (!bike) return;
  endRide();
  if (bike === simulatedBike) void simulatedBike.connect();
  session.value = new Session(plan, bike, sender);
}

/** Back to before the start. A Bluetooth bike stays connected for the next ride. */
export function endRide(): void {
  session.peek()?.close();
  session.value = null;
  simulatedBike.disconnect();
}
