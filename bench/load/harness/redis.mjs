// redis-server, which keeps nothing on disk.

import { mkdir } from 'node:fs/promises';

import { SERVER_CORE, binary, freePort } from './place.mjs';

const DEPTH = 3_000; // commands a write: with a hundred it is slower, with 10,000 no faster

export async function startRedis(place) {
  const directory = place.path('redis');
  await mkdir(directory);
  const port = await freePort();
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'];
  const server = place.start('redis', SERVER_CORE, 'redis-server', args.map(String));
  server.port = port;
  await server.listening();
  return server;
}

/// How many updates, ranks and best hundreds it does a second, asked by a pipelining client, and sums of its answers.
export async function askRedis(place, server, racers, round) {
  const args = [server.port, DEPTH, racers, round].map(String);
  return JSON.parse(await place.output(binary('redis_ranks'), args));
}
