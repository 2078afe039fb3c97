#!/usr/bin/env python3
"""The benchmark runner, sqlbench.py of BENCH_DIR, over CSV files: each engine is told the columns' types and parses the text in every query.

    bench/csv/csvbench.py make PARQUET_DIR CSV_DIR      writes NAME.csv, with a header, for each NAME.parquet
    bench/csv/csvbench.py run|compare ...               as tools/sqlbench.py; --data is the CSV folder, CSV_TYPES the Parquet files with the types
"""
import importlib.util
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools"))
from sqlbench import end_at_once

spec = importlib.util.spec_from_file_location("sqlbench", os.path.join(os.environ.get("BENCH_DIR", "../shared/bench"), "sqlbench.py"))
sqlbench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sqlbench)


def typed(name):
    return os.path.join(os.environ["CSV_TYPES"], name + ".parquet")


def tables(data):
    return {f[: -len(".csv")]: os.path.join(os.path.abspath(data), f) for f in sorted(os.listdir(data)) if f.endswith(".csv")}


def register_connect(engine, name, path):
    schema = engine.spark.read.parquet(typed(name)).schema
    engine.spark.read.schema(schema).option("header", True).csv(path).createOrReplaceTempView(name)


def register_duckdb(engine, name, path):
    columns = engine.db.execute(f"describe select * from read_parquet('{typed(name)}')").fetchall()
    types = "{" + ", ".join(f"'{c[0]}': '{c[1]}'" for c in columns) + "}"
    engine.db.execute(f"create view {name} as select * from read_csv('{path}', header = true, columns = {types})")


def register_datafusion(engine, name, path):
    import pyarrow.parquet

    engine.ctx.register_csv(name, path, schema=pyarrow.parquet.read_schema(typed(name)), has_header=True)


def register_polars(engine, name, path):
    engine.ctx.register(name, engine.pl.scan_csv(path, schema=engine.pl.read_parquet_schema(typed(name))))


def make(parquet, csv):
    import duckdb

    os.makedirs(csv, exist_ok=True)
    for name in sorted(f[: -len(".parquet")] for f in os.listdir(parquet) if f.endswith(".parquet")):
        duckdb.sql(f"copy (select * from read_parquet('{parquet}/{name}.parquet')) to '{csv}/{name}.csv' (header)")


sqlbench.tables = tables
sqlbench.Connect.register = register_connect
sqlbench.DuckDB.register = register_duckdb
sqlbench.DataFusion.register = register_datafusion
sqlbench.Polars.register = register_polars

if __name__ == "__main__":
    end_at_once(lambda: make(*sys.argv[2:4]) if sys.argv[1:2] == ["make"] else sqlbench.main())
