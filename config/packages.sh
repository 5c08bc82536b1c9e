#!/usr/bin/env bash
# Installs what is missing of the Debian 12 packages for the purposes named as arguments: build, run, test,
# container (to build and run containers without Docker), package (to make the Debian package and try it).
# Needs root or sudo only if something is missing.
set -euo pipefail

build=(g++ cmake ninja-build pkg-config ccache mold libboost1.81-dev libmosquitto-dev libsimdjson-dev zlib1g-dev libssl-dev
       libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev libsqlite3-dev prometheus-cpp-dev catch2)
run=(mosquitto)
test=(mosquitto mosquitto-clients clang-format clang-14 libclang-rt-14-dev openssl git ca-certificates
      python3-boto3 chromium fonts-inter)
container=(buildah podman runc netavark aardvark-dns iptables debootstrap catatonit docker-compose binutils)
package=(debootstrap dpkg-dev file man-db)

wanted=()
for purpose in "$@"; do
  declare -n packages=$purpose
  wanted+=("${packages[@]}")
  # Node.js builds the page and runs the tests of the protocols; any from 18 on will do.
  if [ "$purpose" != run ] && ! command -v npm >/dev/null; then
    wanted+=(nodejs npm)
  fi
done

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=absent
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "these packages need root or sudo to be installed" >&2; exit 1; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
