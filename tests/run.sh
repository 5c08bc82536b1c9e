#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Closes with a line "N passed, N failed".
#
#   tests/run.sh              everything, as CI does
#   tests/run.sh STAGE...     only some of: format unit integration page crash container package asan tsan fuzz
set -uo pipefail
cd "$(dirname "$0")/.."

stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=(format unit integration page crash container package asan tsan fuzz)
passed=0
failed=0

config/packages.sh build run test || exit 1

note() { printf '\n== %s (%(%H:%M:%S)T)\n' "$1" -1; }

# check NAME COMMAND...: one test that is not counted by a test runner
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
    return 1
  fi
}

build() {  # preset, targets...
  local preset=$1
  shift
  cmake --preset "$preset" >/dev/null && cmake --build --preset "$preset" ${@:+--target "$@"}
}

# Tests that start the daemon wait most of the time. Beside them the asked sanitizers' tests are compiled, when nothing
# else wants the processor. What fails here fails again, and is told, in the stage that needs it.
ahead=
build_ahead() {
  local stage
  [ -z "$ahead" ] || return 0
  {
    renice -n 19 -p "$BASHPID" >/dev/null
    for stage in "${stages[@]}"; do
      case $stage in
        asan) build asan-ubsan unit_tests ;;
        tsan) build tsan unit_tests ;;
      esac
    done
  } >/dev/null 2>&1 &
  ahead=$!
}
end_build_ahead() {
  [ -z "$ahead" ] || wait "$ahead"
  ahead=
}
trap 'trap - TERM; kill 0' INT TERM  # with what is compiled ahead

# run_ctest PRESET ARGUMENTS...: adds what CTest counted
run_ctest() {
  local preset=$1 log total bad
  shift
  log=$(mktemp)
  ctest --preset "$preset" -j2 "$@" | tee "$log"
  total=$(sed -n 's/.*tests\? failed out of \([0-9]*\)$/\1/p' "$log")
  bad=$(sed -n 's/.*, \([0-9]*\) tests\? failed out of.*/\1/p' "$log")
  rm -f "$log"
  if [ -z "$total" ]; then
    failed=$((failed + 1))
    return
  fi
  failed=$((failed + bad))
  passed=$((passed + total - bad))
}

# run_node FOLDER FLAG...: adds what Node's test runner counted; all tests share the packages of tests/integration
run_node() {
  local folder=$1 log
  shift
  log=$(mktemp)
  { (cd tests/integration && npm ci --no-audit --no-fund --silent) && (cd "$folder" && node --test --test-reporter=tap "$@"); } >"$log" 2>&1
  if ! grep -q '^# pass ' "$log"; then
    tail -40 "$log"
    failed=$((failed + 1))
  else
    grep -E '^ *not ok|# SKIP|NOT RUN|^# (tests|pass|fail)|^ *# [0-9]+ (frames|bytes)' "$log"
    [ "$(sed -n 's/^# fail //p' "$log")" = 0 ] || cat "$log"
    passed=$((passed + $(sed -n 's/^# pass //p' "$log")))
    failed=$((failed + $(sed -n 's/^# fail //p' "$log") + $(sed -n 's/^# cancelled //p' "$log")))
  fi
  rm -f "$log"
}

# run_vitest: adds what the page's unit tests counted
run_vitest() {
  local log
  log=$(mktemp)
  (cd src/web && npm test --silent -- --reporter=tap-flat) >"$log" 2>&1
  if ! grep -q '^ok ' "$log" || grep -q '^not ok ' "$log"; then
    cat "$log"
  fi
  passed=$((passed + $(grep -c '^ok ' "$log")))
  failed=$((failed + $(grep -c '^not ok ' "$log")))
  grep -q '^ok ' "$log" || failed=$((failed + 1))
  rm -f "$log"
}

stage_format() { check "clang-format" sh -c 'git ls-files -z "*.cpp" "*.hpp" | xargs -0 clang-format --dry-run -Werror'; }
stage_unit() { check "release build" build release && run_ctest release -L unit; }
# Most of these tests wait most of the time; a Node.js that cannot run some of them side by side takes longer.
stage_integration() {
  local together=--test-concurrency=3
  node $together -e 0 2>/dev/null || together=
  check "release build" build release alleycatd alleycat-sim || return
  build_ahead
  run_node tests/integration $together
}
# The build installs the page's packages, too.
stage_page() {
  check "release build" build release alleycatd alleycat-sim
  check "page types" npm run --silent --prefix src/web check
  run_vitest
  run_node tests/browser
}
stage_crash() {
  check "release build" build release alleycatd alleycat-sim || return
  build_ahead
  run_node tests/crash
}
# Where packages cannot be installed, or this machine cannot do what they need, the tests of both say NOT RUN.
stage_container() {
  config/packages.sh container
  check "release build" build release alleycatd alleycat-sim || return
  build_ahead
  run_node tests/container
}
stage_package() {
  config/packages.sh container package
  check "release build" build release alleycatd alleycat-sim || return
  build_ahead
  run_node tests/package
}
stage_asan() {
  end_build_ahead
  check "asan-ubsan build" build asan-ubsan unit_tests && run_ctest asan-ubsan -L unit
}
stage_tsan() {
  end_build_ahead
  check "tsan build" build tsan unit_tests && run_ctest tsan -L unit
}
stage_fuzz() { check "fuzz build" build fuzz fuzz_record fuzz_payload fuzz_websocket fuzz_http && run_ctest fuzz -L fuzz; }

for stage in "${stages[@]}"; do
  note "$stage"
  declare -F "stage_$stage" >/dev/null || { echo "no such stage: $stage" >&2; exit 2; }
  "stage_$stage"
done

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
