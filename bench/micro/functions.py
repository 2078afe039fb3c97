#!/usr/bin/env python3
"""Measures one function of each hot family, in Flint and in DuckDB, over the same columns in memory.

    tools/with_server.sh -- .venv/bin/python bench/micro/functions.py LINEITEM_PARQUET [--rows N] [--repeat N] [--only REGEX] [--json FILE]

Prints rows per second and core: rows divided by the CPU seconds that the engine took (the server's process for Flint, this one for DuckDB, which
runs on one thread), the best of the repetitions. CPU time does not depend on how busy the machine is as much as the clock does. A base line, the
count of the same column, is measured too and taken off both. The status is 0 whatever comes out.
"""
import argparse
import json
import os
import re
import time

import duckdb
from pyspark.sql import SparkSession

# family: (column that is read, Flint's expression over the whole column, DuckDB's)
FAMILIES = {
    "comparison": ("price", "count_if(price > 30000.50 AND quantity < 25)", "count_if(price > 30000.50 AND quantity < 25)"),
    "arithmetic": ("orderkey", "sum(orderkey * 3 + partkey - 7)", "sum(orderkey * 3 + partkey - 7)"),
    "decimal multiply": ("price", "sum(price * discount)", "sum(price * discount)"),
    "like": ("comment", "count_if(comment LIKE '%regular%deposits%')", "count_if(comment LIKE '%regular%deposits%')"),
    "substring": ("comment", "sum(length(substring(comment, 3, 8)))", "sum(length(substring(comment, 3, 8)))"),
    "regexp_extract": ("comment", "sum(length(regexp_extract(comment, '([a-z]+) ([a-z]+)', 2)))", "sum(length(regexp_extract(comment, '([a-z]+) ([a-z]+)', 2)))"),
    "date_trunc": ("shipdate", "max(date_trunc('MONTH', shipdate))", "max(date_trunc('month', shipdate))"),
    "from_json": ("document", "sum(from_json(document, 'a BIGINT, b STRING').a)", "sum(from_json(document, '{\"a\":\"BIGINT\",\"b\":\"VARCHAR\"}').a)"),
    "concat": ("comment", "sum(length(concat(mode, '-', comment)))", "sum(length(concat(mode, '-', comment)))"),
    "hash": ("comment", "sum(xxhash64(comment) & 255)", "sum((hash(comment) & 255)::BIGINT)"),
    "sum": ("quantity", "sum(quantity)", "sum(quantity)"),
    "avg": ("quantity", "avg(quantity)", "avg(quantity)"),
    "min/max of strings": ("comment", "min(comment), max(comment)", "min(comment), max(comment)"),
    "count distinct": ("partkey", "count(DISTINCT partkey)", "count(DISTINCT partkey)"),
    "collect_list": ("orderkey", "size(collect_list(orderkey))", "len(list(orderkey))"),
    "percentile": ("price", "percentile(price, 0.5)", "quantile_cont(price, 0.5)"),
    "split": ("comment", "sum(size(split(comment, ' ')))", "sum(len(string_split(comment, ' ')))"),
    "to_timestamp": ("moment", "max(to_timestamp(moment, 'yyyy-MM-dd HH:mm:ss'))", "max(strptime(moment, '%Y-%m-%d %H:%M:%S'))"),
    "date_format": ("shipdate", "max(date_format(shipdate, 'yyyy/MM/dd'))", "max(strftime(shipdate, '%Y/%m/%d'))"),
}
# Whole queries, where a call over the column is none.
QUERIES = {
    "explode": ("orderkey", "SELECT sum(x) FROM (SELECT explode(array(orderkey, partkey, suppkey)) AS x FROM rows)",
                "SELECT sum(x) FROM (SELECT unnest([orderkey, partkey, suppkey]) AS x FROM rows)"),
}


def source(path, text_type, limit):
    columns = [("l_orderkey", "orderkey"), ("l_partkey", "partkey"), ("l_suppkey", "suppkey"), ("l_quantity", "quantity"), ("l_extendedprice", "price"),
               ("l_discount", "discount"), ("l_shipdate", "shipdate"), ("l_shipmode", "mode"), ("l_comment", "comment")]
    listed = ", ".join(f"{column} AS {name}" for column, name in columns)
    document = """concat('{"a":', l_orderkey, ',"b":"', l_shipmode, '","c":[1,2,3]}')"""
    return (f"SELECT {listed}, {document} AS document, concat(CAST(l_shipdate AS {text_type}), ' 12:34:56') AS moment "
            f"FROM {path} LIMIT {limit}")


class Flint:
    def __init__(self, path, rows):
        self.spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
        self.clock = (~int(os.environ["FLINT_SERVER_PID"]) << 3) | 2  # the server's CPU clock, as Linux numbers it
        self.spark.sql(source(f"parquet.`{os.path.abspath(path)}`", "STRING", rows)).createOrReplaceTempView("rows")
        self.spark.sql("CACHE TABLE rows")
        self.numRows = self.spark.sql("SELECT count(*) FROM rows").collect()[0][0]

    def cpu_seconds(self):
        return time.clock_gettime(self.clock)

    def run(self, query):
        self.spark.sql(query).collect()


class DuckDb:
    def __init__(self, path, rows):
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        self.connection.execute(f"CREATE TABLE rows AS {source(repr(os.path.abspath(path)), 'VARCHAR', rows)}")
        self.numRows = self.connection.execute("SELECT count(*) FROM rows").fetchall()[0][0]

    def cpu_seconds(self):
        return time.process_time()

    def run(self, query):
        self.connection.execute(query).fetchall()


def measured(engine, query, repeat):
    engine.run(query)
    best = None
    for _ in range(repeat):
        before = engine.cpu_seconds()
        engine.run(query)
        taken = engine.cpu_seconds() - before
        best = taken if best is None else min(best, taken)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lineitem")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--json")
    options = parser.parse_args()
    engines = {"flint": Flint(options.lineitem, options.rows), "duckdb": DuckDb(options.lineitem, options.rows)}
    cases = {family: (column, f"SELECT {mine} FROM rows", f"SELECT {theirs} FROM rows") for family, (column, mine, theirs) in FAMILIES.items()}
    cases.update(QUERIES)
    least = 1e-4  # what is faster is not told apart from the base line
    results = {}
    print(f"{'family':20} {'Flint rows/s':>14} {'DuckDB rows/s':>14} {'ratio':>7}")
    for family, (column, *queries) in cases.items():
        if not re.search(options.only, family):
            continue
        speeds = []
        for engine, query in zip(engines.values(), queries):
            base = measured(engine, f"SELECT count({column}) FROM rows", options.repeat)
            speeds.append(engine.numRows / max(measured(engine, query, options.repeat) - base, least))
        results[family] = dict(zip(engines, speeds))
        print(f"{family:20} {speeds[0]:14,.0f} {speeds[1]:14,.0f} {speeds[0] / speeds[1]:7.2f}", flush=True)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(results, out, indent=1)
    os._exit(0)  # the client's good-byes would wait for a server that ends with this script


if __name__ == "__main__":
    main()
