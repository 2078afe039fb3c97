#!/usr/bin/env bash
# Runs every suite of test/suites against build/<preset> and closes with one line, `N passed, N failed`.
#
#   tools/run_tests.sh [preset] [suite...]
#
# A suite is a script test/suites/<name>.sh. It finds FLINT_BUILD (the build folder), FLINT_BIN, FLINT_PYTHON,
# FLINT_RESULTS (a folder of its own for reports), CONFORMANCE_DIR and BENCH_DIR in its environment, runs in the source
# folder, and writes one line to $FLINT_COUNTS: `<passed> <failed>`, or `skipped <why>` where what it tests with is absent.
# A suite that writes nothing or fails with all tests passed counts as one failure. With FLINT_REQUIRE_ALL=1 a skipped
# suite is a failure too.
set -uo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
[ $# -gt 0 ] && shift
export FLINT_BUILD=$PWD/build/$preset
export FLINT_BIN=$FLINT_BUILD/bin/flint
export FLINT_PYTHON=${FLINT_VENV:-$PWD/.venv}/bin/python
export CONFORMANCE_DIR=${CONFORMANCE_DIR:-$(realpath -m ../shared/conformance)}
export BENCH_DIR=${BENCH_DIR:-$(realpath -m ../shared/bench)}

suites=("$@")
if [ ${#suites[@]} -eq 0 ]; then
  for script in test/suites/*.sh; do suites+=("$(basename "$script" .sh)"); done
fi

total_passed=0
total_failed=0
skipped=()
results=$FLINT_BUILD/test_results
mkdir -p "$results"
for suite in "${suites[@]}"; do
  export FLINT_RESULTS=$results/$suite
  export FLINT_COUNTS=$FLINT_RESULTS/counts
  rm -rf "$FLINT_RESULTS"
  mkdir -p "$FLINT_RESULTS"
  started=$SECONDS
  bash "test/suites/$suite.sh"
  status=$?
  read -r passed failed <"$FLINT_COUNTS" 2>/dev/null || { passed=0 failed=1; }
  if [ "$passed" = skipped ]; then
    skipped+=("$suite ($failed)")
    passed=0
    failed=${FLINT_REQUIRE_ALL:-0}
  elif [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1
  fi
  printf -- '-- %s: %d passed, %d failed, %d s\n' "$suite" "$passed" "$failed" $((SECONDS - started))
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
done

if [ ${#skipped[@]} -gt 0 ]; then
  printf 'skipped:'
  printf ' %s' "${skipped[@]}"
  printf '\n'
fi
echo "$total_passed passed, $total_failed failed"
[ "$total_failed" -eq 0 ]
