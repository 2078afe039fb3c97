"""Python functions over rows: `udf`, `pandas_udf`, registered functions, and what becomes of those that go wrong."""

import os
import threading
import time
from typing import Iterator

import pandas as pd
import pytest
from pyspark.errors import AnalysisException, PythonException
from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.sql.functions import col, pandas_udf, udf
from pyspark.sql.types import LongType


@udf(LongType())
def plus_one(x):
    return x + 1


@pandas_udf(LongType())
def times_two(x: pd.Series) -> pd.Series:
    return x * 2


def values(frame):
    return [row[0] for row in frame.collect()]


def test_plain(spark):
    assert values(spark.range(5).select(plus_one("id"))) == [1, 2, 3, 4, 5]
    assert spark.range(2).select(plus_one("id"), plus_one(col("id") + 1)).columns == ["plus_one(id)", "plus_one((id + 1))"]


def test_many_rows_keep_their_order_and_other_columns(spark):
    rows = spark.range(0, 50000, 1, 7).select("id", plus_one("id").alias("next"), times_two("id").alias("double")).collect()
    assert [tuple(row) for row in rows] == [(i, i + 1, 2 * i) for i in range(50000)]


def test_chained_and_mixed(spark):
    frame = spark.range(3).select(plus_one(plus_one("id")), times_two(plus_one("id")), plus_one(times_two("id")) + 10)
    assert [tuple(row) for row in frame.collect()] == [(2, 2, 11), (3, 4, 13), (4, 6, 15)]


def test_filters_groups_joins_and_sorts(spark):
    numbers = spark.range(10)
    is_even = udf(lambda x: x % 2 == 0, "boolean")
    assert values(numbers.where(is_even("id") & (col("id") > 3))) == [4, 6, 8]
    groups = numbers.groupBy(udf(lambda x: x % 3, "int")("id").alias("k")).agg(F.sum(plus_one("id")).alias("s")).orderBy("k")
    assert [tuple(row) for row in groups.collect()] == [(0, 22), (1, 15), (2, 18)]
    totals = numbers.groupBy((col("id") % 2).alias("k")).agg(plus_one(F.sum("id")).alias("s")).orderBy("k")
    assert [tuple(row) for row in totals.collect()] == [(0, 21), (1, 26)]
    other = spark.range(3).withColumnRenamed("id", "other")
    same = udf(lambda a, b: a == b + 7, "boolean")
    assert sorted(map(tuple, numbers.join(other, same("id", "other")).collect())) == [(7, 0), (8, 1), (9, 2)]
    one_sided = numbers.join(other, plus_one("id") == col("other"), "left").where(col("other").isNotNull())
    assert sorted(map(tuple, one_sided.collect())) == [(0, 1), (1, 2)]
    assert values(spark.range(4).orderBy(udf(lambda x: -x, "long")("id"))) == [3, 2, 1, 0]
    with pytest.raises(AnalysisException, match="PYTHON_UDF_IN_ON_CLAUSE"):
        numbers.join(other, same("id", "other"), "left").collect()


def test_types(spark):
    row = spark.sql(
        "SELECT 1Y a, 2S b, 3 c, 4L d, 1.5F e, 2.5D f, 1.25BD g, 'text' h, X'01' i, DATE'2024-02-29' j, "
        "TIMESTAMP'2024-02-29 12:00:00' k, array(1, 2) l, map('x', 1) m, struct(1 AS y) n, true o, CAST(NULL AS INT) p"
    )
    for name, kind in row.dtypes:
        for use_arrow in (True, False):
            same = udf(lambda value: value, kind, useArrow=use_arrow)
            assert row.select(same(name), name).collect()[0][0] == row.collect()[0][name], (name, kind, use_arrow)


def test_pickled_results_that_do_not_fit_are_null(spark):
    odd = udf(lambda x: "text" if x else 1, "int", useArrow=False)
    assert values(spark.range(2).select(odd("id"))) == [1, None]
    text = udf(lambda x: [x, True, 1.0], "string", useArrow=False)
    assert values(spark.range(1).select(text("id"))) == ["[0, true, 1.0]"]


def test_named_arguments_and_no_arguments(spark):
    minus = udf(lambda a, b: a - b, "long")
    assert values(spark.range(2).select(minus(b=col("id"), a=F.lit(10)))) == [10, 9]
    assert values(spark.range(2).select(udf(lambda: "x", "string")())) == ["x", "x"]


def test_pandas_iterator(spark):
    @pandas_udf("long")
    def running(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        total = 100
        for batch in batches:
            yield batch + total

    assert values(spark.range(3).select(running("id"))) == [100, 101, 102]


def test_batches_have_the_size_that_is_set(spark):
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "3")
    try:
        size = pandas_udf(lambda x: pd.Series([len(x)] * len(x)), "int")
        assert values(spark.range(0, 7, 1, 1).select(size("id"))) == [3, 3, 3, 3, 3, 3, 1]
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")


def test_registered(spark):
    spark.udf.register("shout", lambda text: text.upper() + "!")
    assert values(spark.sql("SELECT shout(v) FROM VALUES ('a'), ('b') t(v)")) == ["A!", "B!"]
    spark.udf.register("twice", times_two)
    assert spark.sql("SELECT twice(id) AS t FROM range(3) WHERE twice(id) > 1").collect() == [Row(t=2), Row(t=4)]
    assert values(spark.range(1).selectExpr("shout('c')")) == ["C!"]


@pytest.mark.parametrize("use_arrow", [True, False])
def test_errors_carry_the_traceback(spark, use_arrow):
    def broken(x):
        raise ValueError("this is broken")

    with pytest.raises(PythonException, match=r"(?s)An exception was thrown from the Python worker.*in broken.*ValueError: this is broken"):
        spark.range(3).select(udf(broken, "int", useArrow=use_arrow)("id")).collect()
    assert values(spark.range(1).select(plus_one("id"))) == [1]


def test_a_worker_that_ends_fails_its_query_alone(spark):
    for end in (lambda x: os._exit(3), lambda x: os.kill(os.getpid(), 9)):
        with pytest.raises(Exception, match="exited unexpectedly"):
            spark.range(3).select(udf(end, "int")("id")).collect()
    with pytest.raises(PythonException, match="SystemExit"):
        spark.range(3).select(udf(lambda x: exit_with(3), "int")("id")).collect()
    with pytest.raises(PythonException, match="No module named 'is_not_there'"):
        spark.range(3).select(udf(lambda x: __import__("is_not_there"), "int")("id")).collect()
    assert values(spark.range(1).select(plus_one("id"))) == [1]


def exit_with(code):
    raise SystemExit(code)


def test_cancelling_ends_a_loop(spark):
    def forever(x):
        while True:
            pass

    failures = []

    def run():
        spark.addTag("looping")
        try:
            spark.range(3).select(udf(forever, "int")("id")).collect()
        except Exception as failure:
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.time() + 60
    while thread.is_alive() and time.time() < deadline:
        spark.interruptTag("looping")
        thread.join(0.2)
    assert not thread.is_alive() and "OPERATION_CANCELED" in str(failures[0])


def test_limits_do_not_wait_for_all_rows(spark):
    assert spark.range(10_000_000).select(plus_one("id").alias("n")).limit(3).collect() == [Row(n=1), Row(n=2), Row(n=3)]
