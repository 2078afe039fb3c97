#!/usr/bin/env bash
# Measures small queries against a Spark Connect server that is up: SELECT 1, a key in a cached table of a million rows, a key in a sorted
# Parquet table of a million rows; 32 clients, then one.
#
#   tools/with_server.sh -- bench/load/measure_load.sh            the server of with_server.sh
#   bench/load/measure_load.sh HOST:PORT PID                      any other; PID is its process
#
# LOAD_SECONDS is how long each query is asked (default 8). The server needs an empty warehouse: the table `numbers` is made in it.
set -euo pipefail
cd "$(dirname "$0")/../.."
address=${1:-${SPARK_REMOTE#sc://}}
pid=${2:-${FLINT_SERVER_PID:-}}
seconds=${LOAD_SECONDS:-8}
generator=build/release/bin/load_generator
[ -x "$generator" ] || { echo "flint: build it first: ninja -C build/release load_generator" >&2; exit 1; }

ask() {
  printf '%-16s ' "$1"
  shift
  "$generator" --address "$address" --server-pid "$pid" --seconds "$seconds" --keys 1000000 "$@"
}

lookup='SELECT v FROM numbers WHERE id = {key}'
ask "SELECT 1" --setup "CREATE TABLE numbers USING parquet AS SELECT id, id * 3 AS v FROM range(1000000)" "SELECT 1"
ask "sorted Parquet" "$lookup"
ask "cached table" --setup "CACHE TABLE numbers" "$lookup"
for one in "SELECT 1" "$lookup"; do ask "one client" --clients 1 "$one"; done
