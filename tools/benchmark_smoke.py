#!/usr/bin/env python3
"""Whether Flint has become slower beside DuckDB: a report for continuous integration, which fails nothing.

    tools/benchmark_smoke.py flint.json duckdb.json bench/smoke_ratios.json            compares
    tools/benchmark_smoke.py flint.json duckdb.json bench/smoke_ratios.json --record   writes the ratios anew

Takes reports of sqlbench.py of the same run of a machine. A ratio is the least time of Flint by the least of DuckDB; one is said to have fallen where it is more
than a quarter above what was recorded.
"""
import json
import math
import sys

ALLOWED = 1.25


def least(path):
    return {query: min(run["wall_s"]) for query, run in json.load(open(path))["queries"].items() if "error" not in run}


def main():
    ours, theirs = least(sys.argv[1]), least(sys.argv[2])
    ratios = {query: round(ours[query] / theirs[query], 3) for query in ours if query in theirs}
    if "--record" in sys.argv:
        with open(sys.argv[3], "w") as file:
            json.dump(ratios, file, indent=0)
            file.write("\n")
        return
    recorded = json.load(open(sys.argv[3]))
    common = sorted(set(ratios) & set(recorded), key=lambda query: int(query[1:]))
    if not common:
        sys.exit("no query was answered by both engines")

    def mean(values):
        return math.exp(sum(math.log(values[query]) for query in common) / len(common))

    now, before = mean(ratios), mean(recorded)
    print(f"benchmark smoke: Flint / DuckDB {now:.3f} over {len(common)} queries, recorded {before:.3f}: {'within a quarter' if now <= before * ALLOWED else 'SLOWER'}")
    slower = [query for query in common if ratios[query] > recorded[query] * ALLOWED]
    if slower:
        print("  more than a quarter above: " + ", ".join(f"{query} {ratios[query]:.2f} (was {recorded[query]:.2f})" for query in slower))


main()
