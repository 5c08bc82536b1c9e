// Downloads of history files, beside nginx with the same files.

import { mkdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

import { startDaemon } from './harness/daemon.mjs';
import { cpuSeconds, interleaved, middle, ratios, report, require } from './harness/measure.mjs';
import { SERVER_CORE, bench, freePort, get } from './harness/place.mjs';

const CONNECTIONS = 16;
const SECONDS = 5;
const SIZES = [
  { name: '1 MB', file: 'class-1.gz', seconds: 300, racers: 760 },
  { name: '2 KB', file: 'class-2.gz', seconds: 10, racers: 45 },
];

/// A history as the daemon writes it, with outputs that look random.
function history({ seconds, racers }) {
  let state = 1;
  const output = () => {
    state = (state * 48271) % 2147483647;
    return 22.75 + (state % 30_000) / 100;
  };
  const second = () => Object.fromEntries(Array.from({ length: racers }, (_, racer) => [racer, Number(output().toFixed(2))]));
  return JSON.stringify(Object.fromEntries(Array.from({ length: seconds }, (_, at) => [at + 1, second()])));
}

async function startNginx(place, files) {
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${place.path('nginx', name)};`);
  await mkdir(place.path('nginx'), { recursive: true });
  await writeFile(
    place.path('nginx.conf'),
    `${process.getuid() === 0 ? 'user root;' : ''}
     daemon off; worker_processes 1; pid ${place.path('nginx', 'pid')}; error_log stderr warn;
     events { worker_connections 1024; }
     http {
       access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
       keepalive_timeout 60s; keepalive_requests 1000000000; default_type application/gzip;
       ${temporary.join(' ')}
       server { listen 127.0.0.1:${port}; root ${files}; }
     }`,
  );
  const nginx = place.start('nginx', SERVER_CORE, 'nginx', ['-p', place.path('nginx'), '-c', place.path('nginx.conf')]);
  nginx.port = port;
  await nginx.listening();
  const worker = await place.output('pgrep', ['-P', String(nginx.pid)]);
  nginx.worker = Number(worker.trim());
  return nginx;
}

async function download(place, server, pid, path) {
  const before = cpuSeconds(pid);
  const url = `http://127.0.0.1:${server.port}${path}`;
  const said = await place.output('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, url]);
  require(!/Non-2xx|Socket errors/.test(said), said);
  const requests = Number(/(\d+) requests in/.exec(said)[1]);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)[1]), cpu_us: ((cpuSeconds(pid) - before) / requests) * 1e6 };
}

await bench(async (place) => {
  const files = place.path('files', 'history');
  const data = place.path('data', 'history');
  await mkdir(files, { recursive: true });
  await mkdir(data, { recursive: true });
  for (const size of SIZES) {
    size.content = gzipSync(history(size));
    await writeFile(`${files}/${size.file}`, size.content);
    await writeFile(`${data}/${size.file}`, size.content);
  }
  const daemon = await startDaemon(place);
  const nginx = await startNginx(place, place.path('files'));
  for (const size of SIZES) {
    const path = `/history/${size.file}`;
    const check = async (server) => {
      const { status, body } = await get(server.port, path);
      require(status === 200 && body.equals(size.content), `${server.name}: ${path} is not the file`);
    };
    const results = await interleaved({
      alleycatd: () => check(daemon).then(() => download(place, daemon, daemon.pid, path)),
      nginx: () => check(nginx).then(() => download(place, nginx, nginx.worker, path)),
    });
    const rate = ratios(results.alleycatd, results.nginx, 'rate');
    report('history_http', `downloads beside nginx: ${size.name}`, rate.median, { atLeast: 1 }, {
      spread: rate.spread,
      bytes: size.content.length,
      requests_per_s: middle(results.alleycatd, 'rate'),
      nginx_requests_per_s: middle(results.nginx, 'rate'),
      cpu_us_per_request: middle(results.alleycatd, 'cpu_us'),
      nginx_cpu_us_per_request: middle(results.nginx, 'cpu_us'),
      cpu_ratio: ratios(results.nginx, results.alleycatd, 'cpu_us').median,
    });
  }
});
