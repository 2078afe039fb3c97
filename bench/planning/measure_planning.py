#!/usr/bin/env python3
"""Times of parsing, analyzing, optimizing and planning, as EXPLAIN through Spark Connect takes them.

    tools/with_server.sh -- bench/planning/measure_planning.py [--tpcds QUERIES DATA] [--only PART]...

Parts: `tpcds` (the benchmark's queries over tables in the folder DATA, one folder or file each; the best of three times a query), `wide` (a query of
1,000 columns and 200 joins), `partitions` (a table of 100,000 partitions pruned to one), `text` (10 MB of SQL), `nesting` (5,000 levels).
Of the queries of `tpcds` what EXPLAIN SELECT 1 takes is taken off: most of that is the client's and the protocol's.
A line a part: what it took and what it may take; the status is 1 where one is over.
"""
import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pyspark.sql import SparkSession


def seconds(spark, sql):
    started = time.perf_counter()
    rows = spark.sql("EXPLAIN " + sql).collect()
    took = time.perf_counter() - started
    if "== Physical Plan ==" not in rows[0][0] or len(rows[0][0]) < 40:
        raise SystemExit(f"no plan for {sql[:80]}: {rows[0][0][:500]}")
    return took


def tpcds(spark, queries, data):
    for table in Path(data).iterdir():
        name = table.name.split(".")[0]
        spark.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM parquet.`{table}`")
    times = {}
    for query in sorted(Path(queries).glob("*.sql")):
        for number, sql in enumerate(re.sub(r"--.*", "", query.read_text()).split(";")):
            if sql.strip():
                times[f"{query.stem}.{number}"] = min(seconds(spark, sql) for _ in range(3))
    round_trip = statistics.median(seconds(spark, "SELECT 1") for _ in range(50))
    times = {name: took - round_trip for name, took in times.items()}
    slowest = max(times, key=times.get)
    median = statistics.median(times.values())
    print(f"tpcds: {len(times)} queries, round trip of {round_trip * 1e3:.1f} ms taken off, median {median * 1e3:.1f} ms of 5, slowest {slowest} {times[slowest] * 1e3:.1f} ms of 40")
    for name in sorted(times, key=times.get, reverse=True)[:5]:
        print(f"  {name} {times[name] * 1e3:.1f} ms")
    return median <= 0.005 and times[slowest] <= 0.040


def report(name, took, limit):
    print(f"{name}: {took:.2f} s of {limit}")
    return took <= limit


def wide(spark):
    columns = ", ".join(f"id + {i} AS c{i}" for i in range(1000))
    spark.sql(f"CREATE OR REPLACE TEMP VIEW wide AS SELECT id, {columns} FROM range(10)")
    joins = " ".join(f"JOIN (SELECT id AS k{i}, id * {i} AS v{i} FROM range(10)) t{i} ON wide.c{i} = t{i}.k{i}" for i in range(200))
    picked = ", ".join([f"wide.c{i}" for i in range(1000)] + [f"v{i}" for i in range(200)])
    return report("wide", seconds(spark, f"SELECT {picked} FROM wide {joins} WHERE wide.c1 > 3"), 2)


def partitions(spark):
    with tempfile.TemporaryDirectory() as folder:
        spark.sql(f"INSERT OVERWRITE DIRECTORY '{folder}/one' USING parquet SELECT 1 AS a")
        source = next(Path(folder, "one").glob("*.parquet"))
        for i in range(100_000):
            part = Path(folder, "t", f"p={i}")
            part.mkdir(parents=True)
            shutil.copyfile(source, part / "part-0.parquet")
        spark.sql("DROP TABLE IF EXISTS many_partitions")
        spark.sql(f"CREATE TABLE many_partitions (a INT, p INT) USING parquet PARTITIONED BY (p) LOCATION '{folder}/t'")
        first = seconds(spark, "SELECT * FROM many_partitions WHERE p = 4711")
        took = seconds(spark, "SELECT * FROM many_partitions WHERE p = 4712")
        spark.sql("DROP TABLE many_partitions")
    print(f"  the first query of them {first:.2f} s")
    return report("partitions", took, 0.5)


def text(spark):
    rows = ", ".join(f"({i}, 'row {i}')" for i in range(450_000))
    sql = f"SELECT count(*) FROM VALUES {rows} AS t(a, b)"
    took = seconds(spark, sql)
    return report(f"text of {len(sql) / 1e6:.0f} MB", took, 30)


def nesting(spark):
    good = report("nested parentheses", seconds(spark, "SELECT " + "(" * 5000 + "1" + ")" * 5000), 5)
    good &= report("nested calls", seconds(spark, "SELECT " + "abs(" * 5000 + "id" + ")" * 5000 + " FROM range(1)"), 5)
    good &= report("long sum", seconds(spark, "SELECT " + " + ".join(["id"] * 5000) + " FROM range(1)"), 5)
    return good & report("nested subqueries", seconds(spark, "SELECT * FROM (" * 1000 + "SELECT 1" + ")" * 1000), 5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remote", default=os.environ.get("SPARK_REMOTE"))
    parser.add_argument("--tpcds", nargs=2, metavar=("QUERIES", "DATA"))
    parser.add_argument("--only", action="append", choices=["tpcds", "wide", "partitions", "text", "nesting"])
    arguments = parser.parse_args()
    spark = SparkSession.builder.remote(arguments.remote).getOrCreate()
    good = True
    for part in arguments.only or ["tpcds", "wide", "partitions", "text", "nesting"]:
        if part == "tpcds":
            good &= arguments.tpcds is None or tpcds(spark, *arguments.tpcds)
        else:
            good &= globals()[part](spark)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
