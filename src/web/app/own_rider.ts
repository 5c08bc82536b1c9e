import { computed } from '@preact/signals';

import { bikeRacer } from './api/access';
import { rider } from './preferences';

/** Who rides here: a bike's token is good for one rider, whoever else rode on this device before. */
export const ownRider = computed(() => {
  const racerId = bikeRacer.value;
  return racerId === null || rider.value?.racerId === racerId ? rider.value : null;
});
