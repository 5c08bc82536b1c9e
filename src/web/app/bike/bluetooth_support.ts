/** What stands in the way of Bluetooth. */
export type Missing = 'insecure' | 'unsupported' | 'switched-off';

interface Surroundings {
  isSecureContext: boolean;
  navigator: { bluetooth?: Pick<Bluetooth, 'requestDevice'> | undefined };
}

/** Null: a bike can be asked for. */
export function missingForBluetooth(here: Surroundings): Missing | null {
  // Browsers hide navigator.bluetooth on insecure pages, so this comes first: it is what the rider can mend.
  if (!here.isSecureContext) return 'insecure';
  return here.navigator.bluetooth ? null : 'unsupported';
}

/** The same, and whether there is a radio; takes a moment. */
export async function findMissing(here: Surroundings): Promise<Missing | null> {
  const missing = missingForBluetooth(here);
  if (missing) return missing;
  const radio = here.navigator.bluetooth as Partial<Bluetooth>;
  try {
    return (await radio.getAvailability?.()) === false ? 'switched-off' : null;
  } catch {
    return null; // it cannot be told; asking for a bike will say more
  }
}
