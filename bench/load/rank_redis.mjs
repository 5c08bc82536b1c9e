// Score updates, ranks and the best hundred a second, of the structure behind the boards, called in its own process, beside
// the sorted set of redis-server, asked over loopback by a pipelining client.

import { mkdir } from 'node:fs/promises';

import { interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { SERVER_CORE, bench, binary, freePort, installed } from './harness/place.mjs';

const RACERS = [1_000, 100_000, 1_000_000];
const DEPTH = 3_000; // commands a write: with a hundred it is slower, with 10,000 no faster
const TARGET = { atLeast: 2 };
// What is compared, and what redis-server has for it.
const FIGURES = [
  { ours: 'update', redis: 'update', text: 'score updates/s beside ZADD' },
  { ours: 'update', redis: 'update_many', text: 'score updates/s beside ZADD of 50 racers' },
  { ours: 'rank', redis: 'rank', text: 'ranks/s beside ZREVRANK' },
  { ours: 'top100', redis: 'top100', text: 'best hundred/s beside ZREVRANGE' },
];

async function startRedis(place) {
  const directory = place.path('redis');
  await mkdir(directory);
  const port = await freePort();
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'];
  const server = place.start('redis', SERVER_CORE, 'redis-server', args.map(String));
  server.port = port;
  await server.listening();
  return server;
}

/// Both had the same racers, scores and questions, so their answers must be the same.
function requireSameAnswers(ours, redis, racers) {
  for (const sum of ['rank_sum', 'top_sum']) {
    for (const [round, { [sum]: value }] of ours.entries()) {
      require(value > 0 && value === redis[round][sum], `${sum} of ${racers} racers: ${value} beside ${redis[round][sum]}`);
    }
  }
}

function tell(ours, redis, racers) {
  for (const figure of FIGURES) {
    const peer = redis.map((round) => ({ [figure.ours]: round[figure.redis] }));
    const ratio = ratios(ours, peer, figure.ours);
    report('rank_redis', `${figure.text}: ${racers} racers`, ratio.median, TARGET, {
      spread: ratio.spread,
      per_s: middle(ours, figure.ours),
      redis_per_s: middle(redis, figure.redis),
      redis_client_share: middle(redis, `${figure.redis}_client`),
    });
  }
}

await bench(async (place) => {
  if (!installed('redis-server')) {
    report('rank_redis', 'ranks beside redis-server', null, undefined, { skipped: 'redis-server is not installed' });
    return;
  }
  const server = await startRedis(place);
  for (const racers of RACERS) {
    const { ours, redis } = await interleaved({
      ours: async (round) => JSON.parse(await place.output(binary('bench_ranking'), [`${racers}`, `${round}`], SERVER_CORE)),
      redis: async (round) => {
        const args = [server.port, DEPTH, racers, round].map(String);
        return JSON.parse(await place.output(binary('redis_ranks'), args));
      },
    });
    requireSameAnswers(ours, redis, racers);
    tell(ours, redis, racers);
  }
});
