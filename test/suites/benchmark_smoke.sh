#!/usr/bin/env bash
# TPC-H at scale factor 0.1 on Flint and on DuckDB, one after the other: a report of how their ratio stands to the recorded one. It fails nothing, and counts
# nothing: on a machine that others use times say little.
set -uo pipefail
if [ ! -f "$BENCH_DIR/sqlbench.py" ]; then
  echo "skipped there is no $BENCH_DIR; set BENCH_DIR" >"$FLINT_COUNTS"
  exit 0
fi
PATH=$(dirname "$FLINT_PYTHON"):$PATH
data=$FLINT_BUILD/tpch0.1
if [ -z "$(ls "$data" 2>/dev/null)" ]; then
  rm -rf "$data.partial"
  "$FLINT_PYTHON" "$BENCH_DIR/datagen.py" tpch --sf 0.1 --out "$data.partial" >"$FLINT_RESULTS/datagen.log" 2>&1 && mv "$data.partial" "$data"
fi
for engine in "connect --label flint --server '$FLINT_BIN server --port {port}' --log $FLINT_RESULTS/server.log" duckdb; do
  name=${engine#connect --label }
  name=${name%% *}
  eval "timeout 300 $FLINT_PYTHON -W ignore tools/sqlbench.py run --suite tpch --data $data --runs 5 --engine $engine --out $FLINT_RESULTS/$name.json" \
    >"$FLINT_RESULTS/$name.log" 2>&1 || { echo "benchmark smoke: $name did not end well; see $FLINT_RESULTS/$name.log"; }
done
"$FLINT_PYTHON" tools/benchmark_smoke.py "$FLINT_RESULTS/flint.json" "$FLINT_RESULTS/duckdb.json" bench/smoke_ratios.json || true
echo "0 0" >"$FLINT_COUNTS"
