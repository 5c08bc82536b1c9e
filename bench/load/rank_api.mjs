// Score updates and ranks a second through the daemon's own API, beside the sorted set of redis-server, each over loopback
// and asked by a pipelining client. A record is more than a ZADD, and a page of a board more than a ZREVRANGE: a record is
// checked, merged into the history and ranked, and a page has names, scores and races.

import { writeFile } from 'node:fs/promises';

import { anotherRace, metrics, runSim, startDaemon, total } from './harness/daemon.mjs';
import { interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { bench, get, installed, until } from './harness/place.mjs';
import { askRedis, startRedis } from './harness/redis.mjs';

const RACERS = [1_000, 100_000];
const UPDATES = 500_000; // a round, at the most
const SECONDS = 4; // of questions, each kind
const CONNECTIONS = 16;
const DEPTH = 32; // requests a write
const PAGE = 1_000; // rows, the most there are
const TARGET = { atLeast: 1 };

const board = (query) => `/api/v1/classes/1/leaderboard?${query}`;

async function ask(daemon, query) {
  const { status, body } = await get(daemon.port, board(query));
  require(status === 200, `${query}: ${status} ${body}`);
  return JSON.parse(body);
}

/// All rows, page by page, in the order of their ranks.
async function wholeBoard(daemon) {
  const rows = [];
  for (let all = 1; rows.length < all; ) {
    const page = await ask(daemon, `limit=${PAGE}&offset=${rows.length}`);
    rows.push(...page.entries);
    all = page.total;
  }
  return rows;
}

async function requireRanks(daemon, racers) {
  const rows = await wholeBoard(daemon);
  require(rows.length === racers && rows.every((row, at) => at === 0 || row.output <= rows[at - 1].output), 'the board is not in order');
  for (let at = 7; at < rows.length; at += Math.ceil(rows.length / 100)) {
    const [row, more] = (await ask(daemon, `around=${rows[at].racerId}&limit=1`)).entries;
    require(more === undefined && row.racerId === rows[at].racerId && row.rank === rows[at].rank, `rank ${row.rank} beside ${rows[at].rank}`);
  }
}

/// Records a second of a whole race, until all of them have been ranked.
async function raceOf(place, daemon, flags) {
  const begin = performance.now();
  const { sent } = await runSim(place, { ...flags, ...anotherRace() });
  await until('all records to be ranked', async () => {
    const now = await metrics(daemon);
    return total(now, 'alleycat_shard_appended_records_total') === total(now, 'alleycat_shard_consumed_records_total');
  });
  return (sent / (performance.now() - begin)) * 1_000;
}

/// Requests a second, asked by wrk with many on their way. `query`: Lua, of a random number n.
async function requests(place, daemon, racers, query) {
  const script = place.path('ask.lua');
  await writeFile(
    script,
    `init = function()
       local all = {}
       for each = 1, ${DEPTH} do
         local n = math.random(0, ${racers - 1})
         all[each] = wrk.format("GET", "${board('')}" .. ${query})
       end
       request_text = table.concat(all)
     end
     request = function() return request_text end`,
  );
  const url = `http://127.0.0.1:${daemon.port}`;
  const said = await place.output('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-s', script, url]);
  require(!/Non-2xx|Socket errors/.test(said), said);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)[1]);
}

const FIGURES = [
  { ours: 'update', redis: 'update_many', text: 'records/s, 50 a frame, beside ZADD of 50 racers' },
  { ours: 'rank', redis: 'rank', text: 'ranks/s, one a request, beside ZREVRANK' },
  { ours: 'paged', redis: 'rank', text: 'ranks/s, 1,000 a request, beside ZREVRANK' },
  { ours: 'top100', redis: 'top100', text: 'best hundred/s beside ZREVRANGE' },
];

await bench(async (place) => {
  if (!installed('redis-server')) {
    report('rank_api', 'ranks beside redis-server', null, undefined, { skipped: 'redis-server is not installed' });
    return;
  }
  const server = await startRedis(place);
  for (const racers of RACERS) {
    const seconds = Math.min(300, UPDATES / racers);
    const race = { RACE_LENGTH: `${seconds}s`, RACE_WINDOW: `${seconds}s` };
    const daemon = await startDaemon(place, { ...race, STREAM_LOG: 'false', DELIVERY_OBJECTS: 'false', STORAGE_DIRECTORY: place.path(`${racers}`) });
    const flags = { transport: 'websocket', url: `ws://127.0.0.1:${daemon.port}/ingest`, riders: racers, classes: 1, seconds, speed: 0, connections: 64, batch: 50 };
    const { ours, redis } = await interleaved({
      ours: async () => {
        const update = await raceOf(place, daemon, flags);
        await until('the race to be on the board', async () => (await ask(daemon, 'limit=1')).total === racers, 100);
        await requireRanks(daemon, racers);
        const paged = await requests(place, daemon, racers, `"limit=${PAGE}&offset=" .. (n - n % ${PAGE})`);
        return {
          update,
          rank: await requests(place, daemon, racers, '"limit=1&around=" .. n'),
          paged: paged * Math.min(PAGE, racers),
          top100: await requests(place, daemon, racers, '"limit=100"'),
        };
      },
      redis: (round) => askRedis(place, server, racers, round),
    });
    for (const figure of FIGURES) {
      const peer = redis.map((round) => ({ [figure.ours]: round[figure.redis] }));
      const ratio = ratios(ours, peer, figure.ours);
      report('rank_api', `${figure.text}: ${racers} racers`, ratio.median, TARGET, {
        spread: ratio.spread,
        per_s: middle(ours, figure.ours),
        redis_per_s: middle(redis, figure.redis),
      });
    }
    await daemon.stop();
  }
});
