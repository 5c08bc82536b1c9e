#!/bin/sh
# The broker of docker/compose.yaml.
#
#   broker.sh           runs Mosquitto. With ALLEYCAT_AUTH_MODE=token it admits those whom alleycatd names in
#                       /mosquitto/alleycat, and takes on each change there at once; without these files it admits nobody
#   broker.sh health    0 where it answers, if only to refuse who asks
set -eu

base=/mosquitto/config/mosquitto.conf
identity=/mosquitto/alleycat
running=/tmp/mosquitto.conf

if [ "${1:-}" = health ]; then
  said=$(mosquitto_pub -h 127.0.0.1 -t alleycat-health -n 2>&1) && exit 0
  case $said in *uthori[sz]ed*) exit 0 ;; esac
  echo "$said"
  exit 1
fi

# What of these files there is, and which of them: they are replaced, not rewritten.
files() { stat -c '%n %i %Y %s' "$identity/passwords" "$identity/acl" 2>/dev/null || true; }

configure() {
  cat "$base"
  if [ "${ALLEYCAT_AUTH_MODE:-none}" != token ]; then
    echo 'allow_anonymous true'
    return
  fi
  echo 'allow_anonymous false'
  [ ! -e "$identity/passwords" ] || echo "password_file $identity/passwords"
  [ ! -e "$identity/acl" ] || echo "acl_file $identity/acl"
}

known=$(files)
configure > "$running"
[ "${ALLEYCAT_AUTH_MODE:-none}" = token ] || exec mosquitto -c "$running"

mosquitto -c "$running" &
broker=$!
trap 'kill -TERM "$broker"' TERM INT
while kill -0 "$broker" 2>/dev/null; do
  sleep 1 &
  wait $! || true # a signal ends the wait, not the pause
  now=$(files)
  if [ "$now" != "$known" ]; then
    known=$now
    configure > "$running"
    kill -HUP "$broker"
  fi
done
wait "$broker"
