"""Batches between the engine and its Python workers: memory that both share, rows without lists, columns of numbers for pandas."""

import os

import pandas as pd
import pyarrow as pa
import pytest
from pyspark.errors.exceptions.connect import PythonException
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, IntegerType, LongType, StringType


def results(frame):
    return [row[-1] for row in frame.collect()]


@pytest.mark.parametrize("use_arrow", [True, False])
def test_numbers_of_rows(spark, use_arrow):
    def applied(function, kind, *columns):
        frame = spark.sql("SELECT id, id % 3 AS small, CAST(id AS int) AS i, id / 2D AS half, 'ä' || id AS text, IF(id = 1, NULL, id) AS gap FROM range(4)")
        return results(frame.select(F.udf(function, kind, useArrow=use_arrow)(*columns)))

    assert applied(lambda x: x + 1, LongType(), "id") == [1, 2, 3, 4]
    assert applied(lambda x: x / 4, DoubleType(), "half") == [0.0, 0.125, 0.25, 0.375]
    assert applied(lambda x, y: x * y, LongType(), "id", "i") == [0, 1, 4, 9]
    assert applied(len, LongType(), "text") == [2, 2, 2, 2]
    assert applied(lambda x: x, LongType(), "gap") == [0, None, 2, 3]
    assert applied(lambda x: None if x == 2 else x, LongType(), "id") == [0, 1, None, 3]
    assert applied(lambda x: type(x).__name__ == "int" and -x, LongType(), "i")[1:] == [-1, -2, -3]


def test_results_of_another_kind(spark):
    def applied(function, kind):
        return results(spark.range(3).select(F.udf(function, kind, useArrow=True)("id")))

    with pytest.raises(PythonException, match="Expected integer, got bool"):
        applied(lambda x: x if x < 2 else True, LongType())
    assert applied(lambda x: float(x), LongType()) == [0, 1, 2]
    assert applied(lambda x: x, DoubleType()) == [0.0, 1.0, 2.0]
    with pytest.raises(PythonException):
        applied(lambda x: 1 << 70, LongType())
    with pytest.raises(PythonException):
        applied(lambda x: 1 << 40, IntegerType())
    with pytest.raises(PythonException, match="STOP_ITERATION_OCCURRED"):
        applied(lambda x: next(iter([])), LongType())
    with pytest.raises(PythonException, match="out of order"):
        applied(raising, LongType())


def raising(x):
    raise ValueError("out of order")


def test_calls_happen_once_a_row(spark, tmp_path):
    calls = str(tmp_path / "calls")

    def count(x):
        with open(calls, "ab") as file:
            file.write(b".")
        return x if x % 2 else float(x)

    assert results(spark.range(0, 100, 1, 1).select(F.udf(count, LongType(), useArrow=True)("id"))) == list(range(100))
    assert os.path.getsize(calls) == 100


def test_batches_larger_than_a_slot(spark):
    @F.arrow_udf(StringType())
    def same(column: pa.Array) -> pa.Array:
        return column

    frame = spark.range(0, 300, 1, 1).select(F.expr("repeat(string(id), 20000)").alias("text"))
    lengths = frame.select(same("text").alias("text")).select(F.length("text"), F.substring("text", 1, 3)).collect()
    assert [row[0] for row in lengths] == [20000 * len(str(i)) for i in range(300)]
    assert lengths[123][1] == "123"


def test_functions_may_keep_what_they_got(spark):
    kept = []

    @F.arrow_udf(LongType())
    def changed(column: pa.Array) -> pa.Array:
        import pyarrow.compute as pc

        kept.append((column, pc.sum(column).as_py()))
        return pa.array([sum(pc.sum(each).as_py() != total for each, total in kept)] * len(column))

    frame = spark.range(0, 300000, 1, 1).select(changed("id").alias("changed"))
    assert frame.agg(F.count("changed"), F.max("changed")).first() == (300000, 0)


def test_a_function_that_forks_hurts_nobody(spark):
    @F.arrow_udf(LongType())
    def forks(column: pa.Array) -> pa.Array:
        import os

        child = os.fork()
        if child == 0:
            del column
            os._exit(0)
        os.waitpid(child, 0)
        return column

    assert spark.range(0, 200000, 1, 2).select(forks("id").alias("x")).agg(F.sum("x")).first()[0] == sum(range(200000))


def test_pandas_functions_of_numbers(spark):
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 100)
    frame = spark.sql("SELECT id, CAST(id AS double) AS d, IF(id % 7 = 0, NULL, id) AS gap, CAST(id % 100 AS tinyint) AS b FROM range(1000)")

    @F.pandas_udf(DoubleType())
    def without(x: pd.Series, y: pd.Series) -> pd.Series:
        return (x + y).where(x % 3 > 0)

    expected = [2.0 * i if i % 3 else None for i in range(1000)]
    assert results(frame.select(without("id", "d"))) == expected

    @F.pandas_udf(LongType())
    def filled(x: pd.Series) -> pd.Series:
        return x.fillna(-1).astype("int64")

    assert results(frame.select(filled("gap"))) == [-1 if i % 7 == 0 else i for i in range(1000)]

    @F.pandas_udf("struct<b: tinyint, d: double>")
    def swapped(rows: pd.DataFrame) -> pd.DataFrame:
        return rows[["d", "b"]]

    assert [tuple(row) for row in results(frame.select(swapped(F.struct("b", "d"))))] == [(i % 100, float(i)) for i in range(1000)]

    mapped = frame.select("id", "d").mapInPandas(lambda frames: (each.assign(d=each["d"] + 1) for each in frames), "id long, d double")
    assert [tuple(row) for row in mapped.collect()] == [(i, i + 1.0) for i in range(1000)]


def test_generators_give_more_than_they_get(spark):
    def repeated(batches):
        for batch in batches:
            for _ in range(50):
                yield batch

    frame = spark.range(0, 20000, 1, 1).selectExpr("id", "repeat('x', 100) AS text")
    assert frame.mapInArrow(repeated, "id long, text string").agg(F.count("text"), F.sum("id")).first() == (1000000, 50 * sum(range(20000)))
    assert frame.mapInArrow(repeated, "id long, text string").limit(5).count() == 5


def test_series_that_lie_as_those_before(spark):
    kept = []

    @F.pandas_udf(LongType())
    def changed(x: pd.Series) -> pd.Series:
        kept.append((x, x.sum()))
        return pd.Series([sum(each.sum() != total for each, total in kept)] * len(x), dtype="int64")

    frame = spark.range(0, 305000, 1, 1)
    assert frame.select(changed("id").alias("changed")).agg(F.count("changed"), F.max("changed")).first() == (305000, 0)

    @F.pandas_udf(DoubleType())
    def without(x: pd.Series) -> pd.Series:
        half = x / 2
        return half.where(x != 25000)[::-1][::-1] if x.iloc[0] else half

    missing = frame.select("id", without("id").alias("half")).where("half IS NULL OR half != id / 2").collect()
    assert [row[0] for row in missing] == [25000]

    @F.pandas_udf("struct<a: bigint, b: double, c: bigint>")
    def same(rows: pd.DataFrame) -> pd.DataFrame:
        return rows

    for columns in (["id AS a", "id / 2D AS b", "id + 1 AS c"], ["id AS a", "id / 2D AS b", "IF(id = 15000, NULL, id + 1) AS c"]):
        rows = frame.selectExpr(*columns).select(F.struct("a", "b", "c").alias("rows"))
        given = rows.select("rows", same("rows").alias("same"))
        if "NULL" not in columns[2]:
            assert given.where("rows = same").count() == 305000
        else:
            assert given.where("rows.c IS NULL AND same.c IS NULL").count() == 1
            assert given.where("rows.b = same.b").count() == 305000

    @F.pandas_udf(DoubleType())
    def both(rows: pd.DataFrame, x: pd.Series) -> pd.Series:
        return rows["a"] + rows["b"] + x

    even = frame.selectExpr("id / 2D AS a", "id / 4D AS b", "id AS c")
    assert even.select(both(F.struct("a", "b"), "c").alias("s"), "c").where("s = c * 1.75D").count() == 305000
