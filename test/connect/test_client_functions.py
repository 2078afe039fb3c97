"""Functions that PySpark sends and SQL does not have, and reads that ask for more than rows."""

import sqlite3

import pandas as pd
import pytest
from pyspark.errors.exceptions.connect import AnalysisException, UnsupportedOperationException
from pyspark.ml.linalg import Vectors
from pyspark.sql import Window
from pyspark.sql import functions as F
from pyspark.sql.internal import InternalFunction as internal


def test_products_and_modes(spark):
    frame = spark.createDataFrame([(None, 1.0), (2, -2.0), (3, None), (3, 4.0), (None, 5.0), (None, 5.0)], "a int, d double")
    products = frame.select(internal.product(F.col("a"), True), internal.product(F.col("a"), False), internal.product(F.col("d"), True)).first()
    assert products[:2] == (18, None)
    assert products[2] == pytest.approx(-200)
    modes = frame.select(internal.mode(F.col("a"), True), internal.mode(F.col("a"), False), internal.mode(F.col("d"), True)).first()
    assert tuple(modes) == ([3], [None], [5.0])
    assert frame.where("a > 9").select(internal.mode(F.col("a"), True), internal.product(F.col("a"), True)).first()[:] == ([], 1)
    with pytest.raises(AnalysisException, match="UNRESOLVED_ROUTINE"):
        spark.sql("SELECT pandas_mode(1, true)").collect()


def test_windows_of_pandas(spark):
    frame = spark.createDataFrame([(0, None), (1, 2.0), (2, None), (3, None), (4, 6.0)], "i int, d double")
    window = Window.orderBy("i").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    column = F.col("d")
    rows = frame.select(internal.null_index(column).over(window), internal.ewm(column, 0.5, False).over(window), internal.ewm(column, 0.5, True).over(window))
    expected = pd.Series([None, 2.0, None, None, 6.0])
    assert [row[0] for row in rows.collect()] == [1, 0, 1, 2, 0]
    for i, ignores in ((1, False), (2, True)):
        found = [row[i] for row in rows.collect()]
        wanted = expected.ewm(alpha=0.5, ignore_na=ignores).mean()
        assert found[0] is None and found[1:] == pytest.approx(list(wanted[1:]))


def test_times_and_vectors(spark):
    time = spark.sql("SELECT TIMESTAMP_NTZ'1969-12-31 23:59:58.5' AS t")
    assert time.select(internal.timestamp_ntz_to_long(F.col("t"))).first()[0] == -2
    vectors = spark.createDataFrame([(Vectors.dense([1.0, 2.0]),), (Vectors.sparse(3, [1], [7.0]),), (Vectors.sparse(3, [2], [7.0]),)], ["v"])
    assert [row[0] for row in vectors.select(internal.vector_get(F.col("v"), F.lit(1))).collect()] == [2.0, 7.0, 0.0]


def test_streams_are_named_as_what_is_missing(spark):
    stream = spark.readStream.format("rate").load()
    assert stream.isStreaming and not spark.range(1).isStreaming
    with pytest.raises(UnsupportedOperationException, match="readStream"):
        stream.collect()
    with pytest.raises(UnsupportedOperationException, match="readStream"):
        spark.readStream.table("nowhere").schema
    with pytest.raises(UnsupportedOperationException, match="write_stream"):
        spark.range(1).writeStream.format("noop").start()


def test_jdbc_by_predicates(spark, tmp_path):
    path = tmp_path / "rows.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t(a INT, b TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?)", [(i, str(i)) for i in range(10)])
    frame = spark.read.jdbc(f"jdbc:sqlite:{path}", "t", predicates=["a < 3", "a >= 3 AND a < 8"])
    assert frame.count() == 8
    assert frame.select(F.spark_partition_id()).distinct().count() == 2
    assert [tuple(row) for row in frame.where("a = 5").collect()] == [(5, "5")]


def test_batches_are_of_one_partition(spark):
    @F.pandas_udf("int")
    def size(x: pd.Series) -> pd.Series:
        return pd.Series([len(x)] * len(x), dtype="int32")

    assert [row[0] for row in spark.range(10, numPartitions=3).select(size("id")).collect()] == [3] * 6 + [4] * 4


def test_watermarks_of_rows_that_all_came(spark):
    frame = spark.sql("SELECT TIMESTAMP'2020-01-01 00:00:00' AS t, 1 AS a")
    assert frame.withWatermark("t", "1 minute").count() == 1
    for column, delay, expected in (("x", "1 minute", "UNRESOLVED_COLUMN"), ("a", "1 minute", "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE"), ("t", "soon", "CANNOT_PARSE_INTERVAL")):
        with pytest.raises(AnalysisException, match=expected):
            frame.withWatermark(column, delay).collect()
    with pytest.raises(AnalysisException, match="not supported with batch"):
        frame.withWatermark("t", "1 minute").dropDuplicatesWithinWatermark(["a"]).collect()


def test_hints_of_partitions(spark):
    for hint in (("REPARTITION", 3, "id"), ("COALESCE", 2), ("REBALANCE", 3, "id"), ("REPARTITION",)):
        assert spark.range(3).hint(*hint).count() == 3
    for hint in (("REPARTITION", "id", 3), ("COALESCE", "id"), ("REPARTITION", 3, "nothing")):
        with pytest.raises(AnalysisException):
            spark.range(3).hint(*hint).collect()


def test_what_plots_ask(spark):
    plots = pytest.importorskip("pyspark.sql.plot.core")
    frame = spark.range(2000).selectExpr("id", "id % 10 AS digit", "CAST(id AS double) AS d")
    assert len(plots.PySparkTopNPlotBase().get_top_n(frame)) == 1000
    assert 0 < len(plots.PySparkSampledPlotBase().get_sampled(frame)) <= 2000
    columns = ["digit"]
    bins = plots.PySparkHistogramPlotBase.get_bins(frame.select(columns), 10)
    counts = plots.PySparkHistogramPlotBase.compute_hist(frame.select(columns), bins)
    assert sum(sum(each) for each in counts) == 2000
    box = plots.PySparkBoxPlotBase.compute_box(frame, ["d"], 1.5, 0.01, False)
    assert len(box) > 0


def test_rows_joined_as_pairs(spark):
    """What the Scala client sends for `joinWith`."""
    from pyspark.sql.connect import plan
    from pyspark.sql.connect.dataframe import DataFrame

    left = spark.createDataFrame([(1, "a"), (2, "b")], "id int, l string")
    right = spark.createDataFrame([(2, "x"), (3, "y")], "id int, r string")

    class Pairs(plan.Join):
        def plan(self, session):
            made = super().plan(session)
            made.join.join_data_type.is_left_struct = True
            made.join.join_data_type.is_right_struct = True
            return made

    def joined(how):
        return DataFrame(Pairs(left._plan, right._plan, (left["id"] == right["id"]), how), spark)

    assert joined("inner").dtypes == [("_1", "struct<id:int,l:string>"), ("_2", "struct<id:int,r:string>")]
    assert joined("inner").collect() == [((2, "b"), (2, "x"))]
    assert set(map(tuple, joined("full").collect())) == {((1, "a"), None), ((2, "b"), (2, "x")), (None, (3, "y"))}
    with pytest.raises(AnalysisException, match="INVALID_JOIN_TYPE_FOR_JOINWITH"):
        joined("leftsemi").collect()


def test_limits_reach_below_functions(spark):
    seen = F.pandas_udf(lambda x: pd.Series([len(x)] * len(x), dtype="int32"), "int")
    frame = spark.range(1000).repartition(1)
    assert [row[0] for row in frame.select(seen("id")).limit(3).collect()] == [3, 3, 3]
    assert frame.select(seen("id").alias("n")).where("n > 0").limit(3).count() == 3
