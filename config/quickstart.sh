#!/usr/bin/env bash
# From a fresh Debian 12 to a running race: installs what is missing, builds, starts a broker, the daemon and simulated
# riders, and says where to look. Ctrl-C ends all of it.
#
#   config/quickstart.sh                600 simulated riders
#   config/quickstart.sh --riders 60    so many
#   config/quickstart.sh --no-riders    none: connect your own
#
# ALLEYCAT_HTTP_LISTEN (127.0.0.1:8080) and ALLEYCAT_MQTT_BROKER (127.0.0.1:1883) change the addresses.
set -euo pipefail
cd "$(dirname "$0")/.."

riders=600
case ${1:-} in
  "") ;;
  --riders) riders=${2:?--riders: how many?} ;;
  --no-riders) riders=0 ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

listen=${ALLEYCAT_HTTP_LISTEN:-127.0.0.1:8080}
broker=${ALLEYCAT_MQTT_BROKER:-127.0.0.1:1883}
state=build/quickstart
bin=build/release/bin

config/packages.sh build run
cmake --preset release >/dev/null
cmake --build --preset release --target alleycatd alleycat-sim
mkdir -p "$state"

started=()
finish() {
  trap - EXIT INT TERM
  for (( at = ${#started[@]} - 1; at >= 0; at-- )); do  # riders first, the broker last
    kill "${started[at]}" 2>/dev/null || true
    wait "${started[at]}" 2>/dev/null || true
  done
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

answers() {  # host:port
  (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null
}

wait_for() {  # what, host:port, process id
  for _ in $(seq 100); do
    answers "$2" && return
    kill -0 "$3" 2>/dev/null || break
    sleep 0.1
  done
  echo "$1 did not start; see $state/" >&2
  exit 1
}

if answers "$listen"; then
  echo "something is already listening on $listen; set ALLEYCAT_HTTP_LISTEN to another address" >&2
  exit 1
fi
if answers "$broker"; then
  echo "using the broker that is running at $broker"
else
  # Debian keeps mosquitto in /usr/sbin, which is not on everybody's path.
  port=${broker##*:}
  sed "s/^listener 1883 .*/listener $port ${broker%:*}/; s/^listener 9001 .*/listener $((port + 7118)) ${broker%:*}/" \
    config/mosquitto.conf > "$state/mosquitto.conf"
  PATH=$PATH:/usr/sbin mosquitto -c "$state/mosquitto.conf" >"$state/mosquitto.log" 2>&1 &
  started+=($!)
  wait_for "the broker" "$broker" $!
fi

ALLEYCAT_HTTP_LISTEN=$listen ALLEYCAT_MQTT_BROKER=$broker \
  ALLEYCAT_STORAGE_DIRECTORY=${ALLEYCAT_STORAGE_DIRECTORY:-$state/data} \
  ALLEYCAT_DELIVERY_INTERVAL=${ALLEYCAT_DELIVERY_INTERVAL:-2s} \
  "$bin/alleycatd" --config config/alleycat.toml >"$state/alleycatd.log" 2>&1 &
daemon=$!
started+=("$daemon")
wait_for "alleycatd" "$listen" "$daemon"

if [ "$riders" -gt 0 ]; then
  "$bin/alleycat-sim" --broker "$broker" --riders "$riders" --races 0 --start running --json >"$state/alleycat-sim.log" 2>&1 &
  started+=($!)
fi

cat <<EOF

  alleycat is running with $riders simulated riders.

    page       http://$listen/
    history    curl -s http://$listen/history/class-1.gz | gunzip | head -c 300
    metrics    http://$listen/metrics
    log        $state/alleycatd.log

  Ctrl-C ends it.
EOF
wait "$daemon"
