import { useEffect, useState } from 'preact/hooks';

import { findMissing, missingForBluetooth, type Missing } from '../../bike/bluetooth_support';
import { t } from '../../strings';

/** Says what stands in the way of Bluetooth; nothing where nothing does. */
export function MissingBluetooth() {
  const [missing, setMissing] = useState<Missing | null>(() => missingForBluetooth(window));
  useEffect(() => {
    void findMissing(window).then(setMissing);
  }, []);
  return (
    missing && (
      <p class="notice bad" data-testid="bluetooth-missing">
        {t.bike.missing[missing]}
      </p>
    )
  );
}
