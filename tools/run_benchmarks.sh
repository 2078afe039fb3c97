#!/usr/bin/env bash
# Runs the SQL benchmarks on Flint and on other engines, one after the other, and writes docs/benchmarks.md.
#
#   tools/run_benchmarks.sh [suite[:scale]...]   tpch and tpcds unless named; h2o is the third. The scale is a factor of its data: 1 unless said
#
# BENCH_DIR holds the queries and data makers (default ../shared/bench), BENCH_DATA the data, made where it is
# missing (default build/benchmark_data), BENCH_ENGINES the engines beside Flint (default "duckdb datafusion polars"),
# BENCH_RUNS the runs of each query (default 3; the median counts), BENCH_SAIL the program `sail`, where it is to be measured too.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${FLINT_VENV:-$PWD/.venv}/bin/python
bench=${BENCH_DIR:-../shared/bench}
export BENCH_DIR=$bench
data=${BENCH_DATA:-$PWD/build/benchmark_data}
engines=${BENCH_ENGINES:-duckdb datafusion polars}
runs=${BENCH_RUNS:-3}
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(tpch tpcds)
binary=$PWD/build/release/bin/flint
results=$PWD/build/benchmarks

if [ ! -f "$bench/sqlbench.py" ]; then
  echo "flint: there is no $bench/sqlbench.py; set BENCH_DIR to the folder of the benchmarks" >&2
  exit 1
fi
mkdir -p "$results" "$data"
PATH=$(dirname "$python"):$PATH

for name in "${suites[@]}"; do
  suite=${name%%:*}
  scale=1
  [ "$suite" = "$name" ] || scale=${name#*:}
  if [ -z "$(ls "$data/$suite$scale" 2>/dev/null)" ]; then
    echo "flint: making the data of $suite at scale $scale"
    "$python" "$bench/datagen.py" "$suite" --sf "$scale" --out "$data/$suite$scale.partial"
    rm -rf "$data/$suite$scale"
    mv "$data/$suite$scale.partial" "$data/$suite$scale"
  fi
  peers=("$results/$name-flint.json")
  "$python" tools/sqlbench.py run --suite "$suite" --data "$data/$suite$scale" --runs "$runs" --engine connect --label flint \
    --server "$binary server --port {port}" --log "$results/$name-server.log" --out "$results/$name-flint.json"
  for engine in $engines; do
    "$python" tools/sqlbench.py run --suite "$suite" --data "$data/$suite$scale" --runs "$runs" --engine "$engine" \
      --out "$results/$name-$engine.json"
    peers+=("$results/$name-$engine.json")
  done
  if [ -n "${BENCH_SAIL:-}" ]; then
    "$python" tools/sqlbench.py run --suite "$suite" --data "$data/$suite$scale" --runs "$runs" --engine connect --label sail \
      --server "$BENCH_SAIL spark server --ip 127.0.0.1 --port {port}" --log "$results/$name-sail.log" --out "$results/$name-sail.json"
    peers+=("$results/$name-sail.json")
  fi
  reports=("${peers[@]}")
  answers=$bench/answers/$suite-sf1.json.gz
  [ "$scale" != 1 ] || [ ! -f "$answers" ] || reports+=("$answers")
  "$python" tools/sqlbench.py compare "${reports[@]}" >"$results/$name.md"
  "$python" tools/fastest_of.py "${peers[@]}" >>"$results/$name.md"
done

mkdir -p docs
{
  echo "# Benchmarks"
  echo
  echo "Made by \`make bench\` on $(date -u +%Y-%m-%d) at commit $(git rev-parse --short HEAD): scale factor 1 unless said, Parquet, the median of $runs runs in"
  echo "seconds. Answers are compared with those recorded from Spark 4.2.0, the last column of times, which has none."
  echo
  echo "- Processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) threads"
  echo "- Memory: $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
  echo "- Compiler: $(c++ --version | head -n 1)"
  "$python" - <<'PYTHON'
import importlib.metadata
names = ["duckdb", "datafusion", "polars"]
print("- Beside: " + ", ".join(f"{n} {importlib.metadata.version(n)}" for n in names))
PYTHON
  for name in "${suites[@]}"; do
    printf '\n## %s\n\n' "$name"
    cat "$results/$name.md"
  done
} >docs/benchmarks.md
echo "flint: wrote docs/benchmarks.md"
