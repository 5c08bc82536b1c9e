// A Mosquitto with the project's configuration, but for its ports.

import { readFile, writeFile } from 'node:fs/promises';

import { LOAD_CORE, ROOT, freePort } from './place.mjs';

/// On the core of the load: the broker is not what is measured here, but what feeds it.
export async function startBroker(place) {
  const port = await freePort();
  const shipped = await readFile(`${ROOT}/config/mosquitto.conf`, 'utf8');
  const own = shipped.replace(/^listener 1883 .*/m, `listener ${port} 127.0.0.1`).replace(/^listener 9001 .*\nprotocol websockets\n/m, '');
  const file = place.path('mosquitto.conf');
  await writeFile(file, own);
  const broker = place.start('mosquitto', LOAD_CORE, 'mosquitto', ['-c', file]);
  broker.port = port;
  broker.address = `127.0.0.1:${port}`;
  await broker.listening();
  return broker;
}
