#!/usr/bin/env bash
# The fuzzers, FLINT_FUZZ_RUNS inputs each (default: what takes some 20 s) or FLINT_FUZZ_SECONDS long, from the seed FLINT_FUZZ_SEED (default 1), and the
# sweep of all functions, FLINT_SWEEP_CALLS random calls each (default 20). A number of runs tries the same inputs on any machine. INTERNAL_ERROR as the answer to a random text or plan fails with FLINT_FUZZ_STRICT=1 alone. A fuzzer counts as one test, a function as another. Failing inputs stay in the results folder.
set -uo pipefail
root=$PWD
seed=${FLINT_FUZZ_SEED:-1}
passed=0
failed=0

"$FLINT_PYTHON" test/fuzz/corpus.py sql "$FLINT_RESULTS/sql" >"$FLINT_RESULTS/corpus.log" 2>&1 || failed=$((failed + 1))
tools/with_server.sh -- "$FLINT_PYTHON" -W ignore test/fuzz/corpus.py connect "$FLINT_RESULTS/connect" </dev/null >>"$FLINT_RESULTS/corpus.log" 2>&1 ||
  { failed=$((failed + 1)); tail -n 5 "$FLINT_RESULTS/corpus.log"; }

run_fuzzer() {
  local name=$1
  local length=(--runs "${FLINT_FUZZ_RUNS:-$2}")
  [ -z "${FLINT_FUZZ_SECONDS:-}" ] || length=(--seconds "$FLINT_FUZZ_SECONDS")
  shift 2
  if (cd "$FLINT_RESULTS" && "$FLINT_BUILD/bin/$name" "${length[@]}" --seed "$seed" ${FLINT_FUZZ_STRICT:+--strict} --failing "$FLINT_RESULTS/$name.failing" "$@") >"$FLINT_RESULTS/$name.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$name (see $FLINT_RESULTS):"
    tail -n 12 "$FLINT_RESULTS/$name.log"
  fi
}
run_fuzzer sql_fuzzer 40000 --corpus "$root/test/fuzz/corpus/sql" --corpus "$FLINT_RESULTS/sql"
run_fuzzer connect_fuzzer 4000 --corpus "$root/test/fuzz/corpus/connect" --corpus "$FLINT_RESULTS/connect"
run_fuzzer expression_fuzzer 6000 --corpus "$root/test/fuzz/corpus/expression"

"$FLINT_BUILD/bin/function_sweep" --calls "${FLINT_SWEEP_CALLS:-20}" --seed "$seed" >"$FLINT_RESULTS/function_sweep.log" 2>&1
counts=$(tail -n 1 "$FLINT_RESULTS/function_sweep.log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
read -r sweep_passed sweep_failed <<<"${counts:-0 1}"
[ "$sweep_failed" -eq 0 ] || grep -v ' passed, ' "$FLINT_RESULTS/function_sweep.log" | tail -n 60
echo "$((passed + sweep_passed)) $((failed + sweep_failed))" >"$FLINT_COUNTS"
