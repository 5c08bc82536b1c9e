// Score updates, ranks and the best hundred a second, of the structure behind the boards, called in its own process, beside
// the sorted set of redis-server, asked over loopback by a pipelining client.

import { interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { SERVER_CORE, bench, binary, installed } from './harness/place.mjs';
import { askRedis, startRedis } from './harness/redis.mjs';

const RACERS = [1_000, 100_000, 1_000_000];
const TARGET = { atLeast: 2 };
// What is compared, and what redis-server has for it.
const FIGURES = [
  { ours: 'update', redis: 'update', text: 'score updates/s beside ZADD' },
  { ours: 'update', redis: 'update_many', text: 'score updates/s beside ZADD of 50 racers' },
  { ours: 'rank', redis: 'rank', text: 'ranks/s beside ZREVRANK' },
  { ours: 'top100', redis: 'top100', text: 'best hundred/s beside ZREVRANGE' },
];

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
      redis: (round) => askRedis(place, server, racers, round),
    });
    requireSameAnswers(ours, redis, racers);
    tell(ours, redis, racers);
  }
});
