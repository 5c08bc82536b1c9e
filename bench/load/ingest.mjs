// Records a second over WebSocket, beside Node's ws with JSON.parse; CPU time a record, beside a bare C++ server.

import { acceptedBy, anotherRace, runSim, settled, startDaemon } from './harness/daemon.mjs';
import { cpuSeconds, idle, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { SERVER_CORE, bench, binary, script } from './harness/place.mjs';

const SECONDS = 300;
const CASES = [1, 50].flatMap((batch) => [64, 1_000].map((connections) => ({ batch, connections })));
const TARGETS = { 1: 4, 50: 2.5 };

/// How many riders, each with a race of 300 records, keep a server busy for a second or more. All of them are encoded
/// before the first is sent, so that no server rests while the load is being made.
const RIDERS = { alleycatd: 5_000, node: 1_000, bare: 5_000 };

async function load(place, server, { batch, connections, shuffled }, riders) {
  const before = cpuSeconds(server.pid);
  const summary = await runSim(place, {
    transport: 'websocket',
    url: `ws://127.0.0.1:${server.port}/ingest`,
    speed: 0,
    riders,
    seconds: SECONDS,
    connections,
    batch,
    ...(shuffled ? { 'shuffle-fields': true } : {}),
    ...anotherRace(),
  });
  require(summary.acked === riders * SECONDS, `${summary.acked} records acknowledged`);
  await server.rests();
  return { rate: summary.rate, cpu_us: ((cpuSeconds(server.pid) - before) / summary.acked) * 1e6 };
}

async function compare(place, servers, variant) {
  const results = await interleaved({
    alleycatd: async () => {
      const before = await acceptedBy(servers.alleycatd, 'websocket');
      const result = await load(place, servers.alleycatd, variant, RIDERS.alleycatd);
      const accepted = (await acceptedBy(servers.alleycatd, 'websocket')) - before;
      require(accepted === RIDERS.alleycatd * SECONDS, `${accepted} records accepted`);
      return result;
    },
    node: () => load(place, servers.node, variant, RIDERS.node),
    bare: () => load(place, servers.bare, variant, RIDERS.bare),
  });
  const { alleycatd, node, bare } = results;
  const name = `${variant.batch} a frame, ${variant.connections} connections${variant.shuffled ? ', fields shuffled' : ''}`;
  const rate = ratios(alleycatd, node, 'rate');
  report('ingest', `rate beside Node: ${name}`, rate.median, { atLeast: TARGETS[variant.batch] }, {
    spread: rate.spread,
    records_per_s: middle(alleycatd, 'rate'),
    node_records_per_s: middle(node, 'rate'),
    bare_records_per_s: middle(bare, 'rate'),
    cpu_ratio: ratios(node, alleycatd, 'cpu_us').median,
  });
  const cpu = ratios(alleycatd, bare, 'cpu_us');
  report('ingest', `CPU beside a bare server: ${name}`, cpu.median, undefined, {
    spread: cpu.spread,
    cpu_us_per_record: middle(alleycatd, 'cpu_us'),
    node_cpu_us_per_record: middle(node, 'cpu_us'),
    bare_cpu_us_per_record: middle(bare, 'cpu_us'),
  });
}

await bench(async (place) => {
  const servers = {
    alleycatd: await startDaemon(place, { STREAM_LOG: 'false' }), // as its peers do, it only has the record in memory
    node: place.start('node', SERVER_CORE, process.execPath, [script('node_ingest.mjs')]),
    bare: place.start('bare_ingest', SERVER_CORE, binary('bare_ingest')),
  };
  servers.alleycatd.rests = () => settled(servers.alleycatd);
  for (const peer of [servers.node, servers.bare]) {
    peer.port = Number(await peer.prints(/listening on http:\/\/127\.0\.0\.1:(\d+)/));
    peer.rests = () => idle(peer.pid);
  }
  for (const shuffled of [false, true]) {
    for (const variant of CASES) {
      await compare(place, servers, { ...variant, shuffled });
    }
  }
});
