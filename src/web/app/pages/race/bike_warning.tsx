import { BluetoothBike } from '../../bike/bluetooth_bike';
import type { Bike } from '../../bike/bike';
import { bikeWarning } from '../../bike/warning';
import { t } from '../../strings';
import { useTick } from './use_tick';

interface Props {
  bike: Bike;
  /** The state of the connection is told beside this. */
  stateTold?: boolean;
}

/** Says that the bike is silent, and what follows from it. */
export function BikeWarning({ bike, stateTold = false }: Props) {
  const now = useTick(500);
  const real = bike instanceof BluetoothBike;
  const tellsCadence = real ? bike.tellsCadence.value : true;
  const connectedAt = real ? bike.connectedAt.value : 0;
  const state = bike.state.value;
  const lost = state === 'lost';
  const warning = bikeWarning({ state, latest: bike.latest.value, tellsCadence, connectedAt }, now);
  const text = !warning
    ? null
    : 'seconds' in warning
      ? t.bike[warning.kind](String(warning.seconds))
      : warning.kind === 'noCadence'
        ? t.bike.noCadence
        : t.bike.noSample;
  // Seconds that count up would be read out again and again; that there is a warning is said once.
  return (
    <>
      {text && (
        <p class="notice bad" data-testid="bike-warning">
          {lost && !stateTold && <strong>{t.bike.state.lost}</strong>} {text}
        </p>
      )}
      <p class="unseen" role="status">
        {warning && (lost ? !stateTold && t.bike.state.lost : t.bike.silentNow)}
      </p>
    </>
  );
}
