import { useRef } from 'preact/hooks';

import type { BluetoothBike } from '../../bike/bluetooth_bike';
import { formatOutput } from '../../format';
import { t } from '../../strings';
import { BikeWarning } from './bike_warning';
import { HighestLevel, ManualResistance } from './bike_settings';
import { MissingBluetooth } from './missing_bluetooth';

function Reading({ bike }: { bike: BluetoothBike }) {
  const sample = bike.latest.value;
  if (!sample) return null;
  return (
    <p class="bike-reading">
      <strong>{formatOutput(sample.cadence)}</strong> {t.race.rpm} ·{' '}
      <strong>{formatOutput(sample.resistance)}</strong> {t.race.percent}
    </p>
  );
}

/** Chooses a real bike, and shows before the race what it tells. */
export function BluetoothPanel({ bike }: { bike: BluetoothBike }) {
  const state = bike.state.value;
  const choose = useRef<HTMLButtonElement>(null);
  const letGo = () => {
    bike.disconnect();
    choose.current?.focus(); // the key that was pressed goes
  };
  return (
    <div class="bluetooth">
      <MissingBluetooth />
      <p class="bluetooth-state" role="status">
        <strong>{bike.name.value}</strong> <span data-testid="bike-state">{t.bike.state[state]}</span>
      </p>
      <div class="bluetooth-keys">
        <button type="button" data-testid="bike-connect" ref={choose} onClick={() => void bike.connect()}>
          {state === 'idle' ? t.bike.choose : t.bike.chooseOther}
        </button>
        {state !== 'idle' && (
          <button type="button" class="quiet" onClick={letGo}>
            {t.bike.disconnect}
          </button>
        )}
      </div>
      {bike.problem.value && (
        <p class="notice bad" role="alert">
          {t.bike.problem[bike.problem.value]}
        </p>
      )}
      <Reading bike={bike} />
      <BikeWarning bike={bike} stateTold />
      {bike.tellsResistance.value === true && <HighestLevel bike={bike} />}
      {bike.tellsResistance.value === false && <ManualResistance bike={bike} />}
    </div>
  );
}
