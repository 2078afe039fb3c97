#!/usr/bin/env python3
"""How one engine stands against the fastest of the others, query by query.

    tools/fastest_of.py flint.json duckdb.json polars.json ...

Takes reports of sqlbench.py, the engine that is looked at first; prints the geometric mean of its times by the least of the others' and the
queries where it is furthest behind. A query that only one side answered is left out.
"""
import json
import math
import statistics
import sys


def medians(path):
    report = json.load(open(path))
    return report["engine"], {q: statistics.median(r["wall_s"]) for q, r in report["queries"].items() if "error" not in r}


def main():
    (name, ours), *others = [medians(path) for path in sys.argv[1:]]
    ratios = []
    for query, time in ours.items():
        peers = [(times[query], engine) for engine, times in others if query in times]
        if peers:
            best, engine = min(peers)
            ratios.append((time / best, query, engine))
    if not ratios:
        sys.exit("no query was answered by both sides")
    mean = math.exp(sum(math.log(r[0]) for r in ratios) / len(ratios))
    worst = ", ".join(f"{query} {ratio:.2f} ({engine})" for ratio, query, engine in sorted(ratios, reverse=True)[:5])
    print(f"{name} / fastest of {', '.join(e for e, _ in others)}: geometric mean {mean:.3f} over {len(ratios)} queries; furthest behind: {worst}")


main()
