// The public service's own clients for Node, each pointed at the daemon and made to look alike:
// call(operation, input) with the input and the answer that both have in common.

import { createRequire } from 'node:module';

import { KinesisClient } from '@aws-sdk/client-kinesis';
import * as commands from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const require = createRequire(import.meta.url);
require('aws-sdk/lib/maintenance_mode_message').suppress = true;
const Kinesis = require('aws-sdk/clients/kinesis');

const ANYBODY = { accessKeyId: 'anybody', secretAccessKey: 'anything' };

/// aws-sdk, version 2.
export function sdk2(scene, daemon, { credentials = ANYBODY, retries = 0 } = {}) {
  const client = new Kinesis({ endpoint: daemon.url(''), region: 'eu-central-1', credentials, maxRetries: retries });
  return {
    client,
    call: (operation, input) => client[operation[0].toLowerCase() + operation.slice(1)](input).promise(),
    exists: (input) => client.waitFor('streamExists', input).promise(),
    code: (error) => error.code,
  };
}

/// @aws-sdk/client-kinesis, version 3. Its default handler speaks HTTP/2, so it is given one for HTTP/1.1: the one
/// line that a plain endpoint needs.
export function sdk3(scene, daemon, options = {}) {
  return sdk3AsItComes(scene, daemon, { requestHandler: new NodeHttpHandler(), ...options });
}

export function sdk3AsItComes(scene, daemon, { credentials = ANYBODY, retries = 0, requestHandler } = {}) {
  const client = new KinesisClient({
    endpoint: daemon.url(''),
    region: 'eu-central-1',
    credentials,
    maxAttempts: 1 + retries,
    ...(requestHandler && { requestHandler }),
  });
  scene.after(() => client.destroy());
  return {
    client,
    call: (operation, input) => client.send(new commands[`${operation}Command`](input)),
    exists: (input) => commands.waitUntilStreamExists({ client, maxWaitTime: 30 }, input),
    code: (error) => error.name,
  };
}
