"""Python functions that give rows: over partitions, groups and pairs of groups, and aggregates."""

from typing import Iterator

import pandas as pd
import pyarrow as pa
import pytest
from pyspark.errors import AnalysisException, PythonException
from pyspark.sql import functions as F
from pyspark.sql.functions import col, pandas_udf


@pytest.fixture
def numbers(spark):
    return spark.range(10).select((col("id") % 3).alias("k"), col("id").alias("v"))


def rows(frame):
    return sorted(map(tuple, frame.collect()))


def test_map_in_pandas_and_arrow(spark, numbers):
    def only_even(frames):
        for frame in frames:
            yield frame[frame.v % 2 == 0]

    assert rows(numbers.mapInPandas(only_even, "k long, v long")) == [(0, 0), (0, 6), (1, 4), (2, 2), (2, 8)]

    def doubled(batches):
        for batch in batches:
            yield pa.RecordBatch.from_arrays([pa.compute.multiply(batch.column("v"), 2)], ["w"])

    assert rows(numbers.mapInArrow(doubled, "w long")) == [(2 * i,) for i in range(10)]


def test_a_function_sees_a_partition_at_once(spark):
    def count(frames):
        yield pd.DataFrame({"n": [sum(len(frame) for frame in frames)]})

    assert rows(spark.range(0, 100000, 1, 4).mapInPandas(count, "n long")) == [(25000,)] * 4

    def first(frames):
        yield next(frames).head(1)

    assert len(spark.range(0, 100000, 1, 3).mapInPandas(first, "id long").collect()) == 3


def test_columns_that_do_not_fit(spark, numbers):
    with pytest.raises(PythonException, match="RESULT_COLUMN_NAMES_MISMATCH.*Missing: x"):
        numbers.mapInPandas(lambda frames: frames, "x long, v long").collect()
    with pytest.raises(PythonException, match="UDF_RETURN_TYPE"):
        numbers.mapInPandas(lambda frames: 5, "v long").collect()


def test_groups(numbers):
    def center(frame):
        return frame.assign(v=frame.v - frame.v.mean())

    expected = sorted((i % 3, i - [4.5, 4.0, 5.0][i % 3]) for i in range(10))
    assert rows(numbers.groupBy("k").applyInPandas(center, "k long, v double")) == expected

    def keyed(key, frame):
        return pd.DataFrame({"k": [key[0]], "n": [len(frame)]})

    assert rows(numbers.groupBy(col("k") * 10).applyInPandas(keyed, "k long, n long")) == [(0, 4), (10, 3), (20, 3)]
    assert rows(numbers.groupBy().applyInPandas(lambda frame: frame.agg({"v": ["sum"]}), "v long")) == [(45,)]

    def in_arrow(key, table):
        return pa.Table.from_pydict({"k": [key[0].as_py()], "s": [pa.compute.sum(table["v"]).as_py()]})

    assert rows(numbers.groupBy("k").applyInArrow(in_arrow, "k long, s long")) == [(0, 18), (1, 12), (2, 15)]


def test_many_groups_over_batches(spark):
    frame = spark.range(0, 30000, 1, 3).select((col("id") % 100).alias("k"), col("id"))
    sizes = frame.groupBy("k").applyInPandas(lambda f: pd.DataFrame({"n": [len(f)], "k": [f.k.nunique()]}), "n long, k long")
    assert rows(sizes) == [(300, 1)] * 100


def test_aggregates(numbers):
    @pandas_udf("double")
    def mean(v: pd.Series) -> float:
        return v.mean()

    @pandas_udf("long")
    def top(v: pd.Series) -> int:
        return v.max()

    assert rows(numbers.groupBy("k").agg(mean("v"), top(col("v") + 1))) == [(0, 4.5, 10), (1, 4.0, 8), (2, 5.0, 9)]
    assert rows(numbers.agg(mean("v").alias("m"))) == [(4.5,)]
    assert rows(numbers.groupBy((col("k") + 1).alias("g")).agg((mean("v") + 1).alias("m")).where("m > 5.2")) == [(1, 5.5), (3, 6.0)]
    with pytest.raises(AnalysisException, match="INVALID_PANDAS_UDF_PLACEMENT"):
        numbers.groupBy("k").agg(mean("v"), F.sum("v")).collect()


def test_pairs_of_groups(spark, numbers):
    other = spark.createDataFrame([(0, "a"), (2, "b"), (2, "c"), (7, "d")], "k long, t string")

    def pair(key, left, right):
        return pd.DataFrame({"k": [key[0]], "left": [len(left)], "right": ["".join(sorted(right.t))]})

    joined = numbers.groupBy("k").cogroup(other.groupBy("k")).applyInPandas(pair, "k long, left long, right string")
    assert rows(joined) == [(0, 4, "a"), (1, 3, ""), (2, 3, "bc"), (7, 0, "d")]
    self = numbers.groupBy("k").cogroup(numbers.groupBy("k")).applyInPandas(lambda a, b: pd.DataFrame({"n": [len(a) * len(b)]}), "n long")
    assert rows(self) == [(9,), (9,), (16,)]
