#!/usr/bin/env python3
"""Collects the fuzzers' seeds, one file an input.

    corpus.py sql FOLDER       the statements of test/sql and, where CONFORMANCE_DIR has them, of Spark's SQL tests
    corpus.py connect FOLDER   plans that the installed PySpark client builds, against the server at $SPARK_REMOTE
"""

import gzip
import hashlib
import json
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MAX_STATEMENT = 20_000  # characters


def write(folder, content, suffix):
    name = hashlib.sha1(content).hexdigest()[:16]
    (folder / f"{name}.{suffix}").write_bytes(content)


def slt_statements(path):
    for block in re.split(r"\n\s*\n", path.read_text()):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines and re.match(r"(statement|query)\b", lines[0]):
            body = "\n".join(lines[1:])
            yield body.split("\n----")[0]


def suite_statements(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as lines:
        for line in lines:
            sql = json.loads(line).get("sql")
            if sql:
                yield sql


def collect_sql(folder):
    for path in sorted((ROOT / "test/sql").rglob("*.slt")):
        for sql in slt_statements(path):
            write(folder, sql.encode(), "sql")
    suites = pathlib.Path(os.environ.get("CONFORMANCE_DIR", "")) / "sqltests"
    if suites.is_dir():
        for path in sorted([*suites.glob("*.jsonl"), *suites.glob("*.jsonl.gz")]):
            for sql in suite_statements(path):
                if len(sql) <= MAX_STATEMENT:
                    write(folder, sql.encode(), "sql")


def plans(spark):
    from pyspark.sql import Window, functions as F

    rows = spark.createDataFrame([(1, "a", 1.5, [1, 2]), (2, "b", None, []), (3, None, 2.5, None)], "i int, s string, f double, a array<int>")
    other = spark.createDataFrame([(1, "x"), (3, "y")], "i int, t string")
    numbers = spark.range(10)
    window = Window.partitionBy("s").orderBy("i")
    yield rows
    yield numbers.filter("id > 3").select((F.col("id") * 2).alias("twice"), F.lit("x"))
    yield spark.range(0, 100, 3, 4).repartition(3).sortWithinPartitions("id")
    yield rows.select("i", rows.s, F.col("a")[0], F.struct("i", "s").alias("st")).select("st.*", "st.i")
    yield rows.withColumn("n", F.col("i") + 1).withColumnRenamed("n", "m").drop("f")
    yield rows.withColumnsRenamed({"i": "j", "s": "r"}).toDF("a", "b", "c", "d")
    yield rows.groupBy("s").agg(F.sum("i"), F.countDistinct("f"), F.collect_list("i"), F.max(F.struct("i", "f")))
    yield rows.rollup("s", "i").agg(F.count("*"), F.grouping("s"))
    yield rows.cube("s", "i").count()
    yield rows.groupingSets([["s"], []], "s").agg(F.avg("f"))
    yield rows.groupBy("s").pivot("i", [1, 2]).agg(F.sum("f"))
    yield rows.join(other, "i", "left").select("i", "t")
    yield rows.alias("l").join(other.alias("r"), F.col("l.i") == F.col("r.i"), "full")
    for how in ("left_semi", "left_anti", "right", "inner"):
        yield rows.join(other, ["i"], how)
    yield rows.crossJoin(other)
    yield rows.union(rows).unionByName(rows, allowMissingColumns=True)
    yield numbers.intersect(numbers.limit(3)).exceptAll(numbers.limit(1))
    yield rows.distinct().dropDuplicates(["s"]).orderBy(F.desc("i"), F.col("s").asc_nulls_last()).limit(2).offset(1)
    yield rows.select(F.row_number().over(window), F.lag("i", 1).over(window), F.sum("i").over(window.rowsBetween(-1, 1)))
    yield rows.select(F.transform("a", lambda x: x + 1), F.aggregate("a", F.lit(0), lambda x, y: x + y), F.exists("a", lambda x: x > 1))
    yield rows.select(F.when(F.col("i") == 1, "one").when(F.col("i") > 1, "more").otherwise(None), F.col("i").isin(1, 2), F.col("i").between(1, 2))
    yield rows.select(F.explode_outer("a"), "i")
    yield rows.select(F.posexplode("a"))
    yield rows.select(F.col("s").cast("int"), F.col("i").try_cast("string"), F.expr("i + 1"), F.col("s").substr(1, 2), F.col("s").like("a%"))
    yield rows.fillna({"s": "z", "f": 0.0}).na.drop(how="all").replace("a", "b", "s")
    yield rows.describe("i")
    yield rows.summary("count", "min", "50%")
    yield rows.stat.crosstab("i", "s")
    yield rows.stat.freqItems(["i"], 0.4)
    yield rows.sample(0.5, seed=1)
    yield rows.sampleBy("i", {1: 0.5}, 3)
    yield rows.unpivot(["i"], ["f"], "name", "value")
    yield rows.transpose("s")
    yield rows.hint("broadcast").repartition(2, "i").coalesce(1)
    yield rows.selectExpr("i * 2 AS x", "*").where("x > 2")
    yield rows.select(rows.colRegex("`(i|s)`"))
    yield rows.withMetadata("i", {"a": 1})
    yield spark.sql("SELECT * FROM range(5) WHERE id > :low", args={"low": 2})
    yield spark.sql("SELECT ?, array(?, 1)", args=["x", 5])
    yield spark.sql("SELECT count(*) FROM {t}", t=numbers)
    yield rows.select(F.lit(None), F.lit([1, 2]), F.lit(1.5).cast("decimal(10,2)"), F.create_map(F.lit("a"), F.col("i")))
    yield rows.to(rows.select("i", "s").schema)
    yield rows.filter(F.col("i") > F.lit(1)).observe("o", F.count(F.lit(1)))
    yield rows.select(F.current_timestamp() > F.lit("2020-01-01").cast("timestamp"), F.monotonically_increasing_id(), F.rand(1), F.spark_partition_id())
    yield rows.groupBy().agg(F.first("i"), F.expr("percentile(f, 0.5)"), F.expr("count_if(i > 1)"), F.expr("any_value(s)"))
    yield rows.select(F.col("a").getItem(0), F.element_at("a", 1), F.size("a"), F.sort_array("a"), F.array_contains("a", 1))
    yield rows.select(F.struct("i", "s").withField("x", F.lit(1)).dropFields("i"))
    deep = numbers
    for _ in range(30):
        deep = deep.withColumn("id", F.col("id") + 1)
    yield deep
    expression = F.col("id")
    for _ in range(30):
        expression = expression + 1
    yield numbers.select(expression)


def collect_connect(folder):
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
    for frame in plans(spark):
        write(folder, frame._plan.to_proto(spark.client).SerializeToString(), "plan")


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("sql", "connect"):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    {"sql": collect_sql, "connect": collect_connect}[sys.argv[1]](folder)
    print(f"{sum(1 for _ in folder.iterdir())} seeds in {folder}")


if __name__ == "__main__":
    main()
