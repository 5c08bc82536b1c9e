import './bike_choice.css';

import type { ComponentType } from 'preact';

import { bikeKind, bluetoothBike, type BikeKind } from '../../ride/current';
import { t } from '../../strings';
import { BikeIcon, BluetoothIcon } from '../../ui/icons';
import { BluetoothPanel } from './bluetooth_panel';
import { EffortSlider } from './effort_slider';
import { MissingBluetooth } from './missing_bluetooth';

const kinds: { kind: BikeKind; name: string; hint: string; Icon: ComponentType }[] = [
  { kind: 'simulated', name: t.bike.simulated, hint: t.bike.simulatedHint, Icon: BikeIcon },
  { kind: 'bluetooth', name: t.bike.bluetooth, hint: t.bike.bluetoothHint, Icon: BluetoothIcon },
];

function Details() {
  if (bikeKind.value === 'simulated') return <EffortSlider />;
  return bluetoothBike ? <BluetoothPanel bike={bluetoothBike} /> : <MissingBluetooth />;
}

/** On what one rides, and what there is to say of it. */
export function BikeChoice() {
  return (
    <>
      <fieldset class="bike-choice">
        <legend class="unseen">{t.bike.title}</legend>
        {kinds.map(({ kind, name, hint, Icon }) => (
          <label key={kind} class="bike-kind" data-testid={`bike-${kind}`}>
            <input
              type="radio"
              name="bike"
              checked={bikeKind.value === kind}
              onChange={() => {
                bikeKind.value = kind;
              }}
            />
            <span class="bike-card">
              <Icon />
              <span>
                <strong>{name}</strong>
                <span class="muted">{hint}</span>
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      <Details />
    </>
  );
}
