#!/usr/bin/env bash
# Runs benchmarks: each checks its answers first, then prints one line of JSON a figure. What they mean: bench/README.md.
#
#   bench/run.sh                  all
#   bench/run.sh mqtt telemetry   those named
#   bench/run.sh soak             35 minutes, and no part of all (SOAK_MINUTES: instead of 30)
#
# ALLEYCAT_BIN: a folder of ready programs, instead of building them. ALLEYCAT_BENCH_ROUNDS: instead of 5.
# ALLEYCAT_BENCH_DIRECTORY: where all data goes, on the disk to be measured, instead of the system's temporary folder.
# Needs two cores, 6 GB of disk, and for the load: node 18.17 or newer with npm, openssl, mosquitto, nginx, nats-server, redis-server and wrk.
set -euo pipefail
cd "$(dirname "$0")/.."

micro=(telemetry stream history ranking)
load=(ingest log_ingest put_records ack_latency start_time nats mqtt history_http broadcast latency sim_cost full_house rank_redis rank_api tls_ingest idle_connections)
long=(soak) # only where named: half an hour and more

names=("$@")
[ ${#names[@]} -gt 0 ] || names=("${micro[@]}" "${load[@]}")
for name in "${names[@]}"; do
  if [[ " ${micro[*]} ${load[*]} ${long[*]} " != *" $name "* ]]; then
    echo "$name: no such benchmark; there are ${micro[*]} ${load[*]} ${long[*]}" >&2
    exit 2
  fi
done

if [ -z "${ALLEYCAT_BIN:-}" ]; then
  cmake --preset release >&2
  cmake --build --preset release >&2
  export ALLEYCAT_BIN=$PWD/build/release/bin
fi

needs_npm=yes
failed=()
for name in "${names[@]}"; do
  if [[ " ${micro[*]} " == *" $name "* ]]; then
    "$ALLEYCAT_BIN/bench_$name" || failed+=("$name")
    continue
  fi
  if [ -n "$needs_npm" ]; then
    npm ci --prefix bench/load --no-audit --no-fund >&2
    needs_npm=
  fi
  node "bench/load/$name.mjs" || failed+=("$name")
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed: ${failed[*]}" >&2
  exit 1
fi
