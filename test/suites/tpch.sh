#!/usr/bin/env bash
# The 22 queries of TPC-H at scale factor 0.01 through a server, their answers compared by value with DuckDB's.
set -uo pipefail
if [ ! -f "$BENCH_DIR/sqlbench.py" ]; then
  echo "skipped there is no $BENCH_DIR; set BENCH_DIR" >"$FLINT_COUNTS"
  exit 0
fi
# The maker of the data is a program of the virtual environment.
PATH=$(dirname "$FLINT_PYTHON"):$PATH
data=$FLINT_BUILD/tpch0.01
if [ -z "$(ls "$data" 2>/dev/null)" ]; then
  rm -rf "$data.partial"
  "$FLINT_PYTHON" "$BENCH_DIR/datagen.py" tpch --sf 0.01 --out "$data.partial" >"$FLINT_RESULTS/datagen.log" 2>&1 && mv "$data.partial" "$data"
fi
# The server outlives the client, which at its end would wait minutes for one that is gone.
# shellcheck disable=SC2016
FLINT_SERVER_LOG=$FLINT_RESULTS/server.log tools/with_server.sh -- sh -c '"$FLINT_PYTHON" -W ignore "$BENCH_DIR/sqlbench.py" run --suite tpch \
  --data "$1" --runs 1 --engine connect --label flint --remote "$SPARK_REMOTE" --out "$FLINT_RESULTS/flint.json"' sh "$data" \
  </dev/null >"$FLINT_RESULTS/flint.log" 2>&1
"$FLINT_PYTHON" -W ignore "$BENCH_DIR/sqlbench.py" run --suite tpch --data "$data" --runs 1 --engine duckdb --out "$FLINT_RESULTS/duckdb.json" \
  >"$FLINT_RESULTS/duckdb.log" 2>&1
"$FLINT_PYTHON" "$BENCH_DIR/sqlbench.py" compare "$FLINT_RESULTS/flint.json" "$FLINT_RESULTS/duckdb.json" >"$FLINT_RESULTS/answers.md" || exit 1
# A query passes that both have answered, alike.
passed=$(grep -c '^| q[0-9]* | [0-9.]* | [0-9.]* |.*| same |$' "$FLINT_RESULTS/answers.md")
grep '^| q' "$FLINT_RESULTS/answers.md" | grep -v '^| q[0-9]* | [0-9.]* | [0-9.]* |.*| same |$'
echo "$passed $((22 - passed))" >"$FLINT_COUNTS"
