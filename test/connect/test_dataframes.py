"""Everyday DataFrame calls give what Spark gives."""

import datetime
import decimal

import pandas as pd
import pyarrow as pa
import pytest
from pyspark.sql import Row, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T


def rows(frame):
    return [tuple(row) for row in frame.collect()]


def test_range_filter_and_count(spark):
    assert spark.range(10).filter("id % 2 = 0").groupBy().count().collect() == [Row(count=5)]
    assert spark.range(3).count() == 3


def test_sql_shows_a_table(spark, capsys):
    spark.sql("select 1 as one, 'a' as letter").show()
    assert capsys.readouterr().out == "+---+------+\n|one|letter|\n+---+------+\n|  1|     a|\n+---+------+\n\n"


def test_show_truncates_and_says_that_there_is_more(spark, capsys):
    spark.range(3).select(F.repeat(F.lit("x"), 30).alias("text")).show(2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[3] == "|xxxxxxxxxxxxxxxxx...|"
    assert lines[-1] == "only showing top 2 rows"


def test_an_empty_result_has_its_columns(spark):
    empty = spark.range(5).where("id > 100")
    assert empty.collect() == []
    assert list(empty.toPandas().columns) == ["id"]


def test_create_from_rows(spark):
    frame = spark.createDataFrame([Row(a=1, b="x"), Row(a=2, b=None)])
    assert rows(frame) == [(1, "x"), (2, None)]
    assert frame.schema == T.StructType([T.StructField("a", T.LongType()), T.StructField("b", T.StringType())])


def test_create_with_a_schema(spark):
    schema = "i int, d decimal(10,2), t timestamp, day date, a array<int>, m map<string,int>, s struct<x:int,y:string>, f float, bin binary"
    row = (
        1,
        decimal.Decimal("1.50"),
        datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
        datetime.date(2024, 1, 2),
        [1, None],
        {"k": 1},
        (1, "y"),
        1.5,
        bytearray(b"\x01"),
    )
    back = spark.createDataFrame([row, (None,) * 9], schema).collect()
    assert tuple(back[0])[:6] == row[:6]
    assert back[0].s == Row(x=1, y="y")
    assert back[0].bin == b"\x01"
    assert tuple(back[1]) == (None,) * 9


def test_create_from_pandas(spark):
    data = pd.DataFrame({"n": [1, 2, 3], "s": ["a", "b", None], "f": [0.5, 1.5, 2.5]})
    back = spark.createDataFrame(data).toPandas()
    assert list(back.n) == [1, 2, 3]
    assert list(back.f) == [0.5, 1.5, 2.5]
    assert list(back.s)[:2] == ["a", "b"]


def test_create_from_arrow(spark):
    table = pa.table({"n": pa.array([1, None], pa.int32()), "l": pa.array([[1], []], pa.list_(pa.int64()))})
    assert spark.createDataFrame(table).toArrow().to_pydict() == {"n": [1, None], "l": [[1], []]}


def test_create_from_much_data_goes_by_artifacts(spark):
    data = pd.DataFrame({"n": range(300_000), "s": [f"text number {i}" for i in range(300_000)]})
    frame = spark.createDataFrame(data)
    assert frame.agg(F.count("*"), F.sum("n"), F.max("s")).collect()[0][:2] == (300_000, 300_000 * 299_999 // 2)


def test_columns_are_added_replaced_renamed_and_dropped(spark):
    frame = spark.range(2).withColumn("a", F.col("id") + 1).withColumn("id", F.lit("x")).withColumnRenamed("a", "b")
    assert rows(frame) == [("x", 1), ("x", 2)]
    assert frame.columns == ["id", "b"]
    assert frame.drop("id", "not there").columns == ["b"]
    assert frame.withColumns({"c": F.lit(1), "d": F.lit(2)}).columns == ["id", "b", "c", "d"]
    assert frame.toDF("x", "y").columns == ["x", "y"]


def test_join_on_columns_of_both_sides_then_drop_one(spark):
    left = spark.createDataFrame([(1, "a"), (2, "b"), (3, "c")], "id int, l string")
    right = spark.createDataFrame([(1, "x"), (3, "y"), (4, "z")], "id int, r string")
    joined = left.join(right, left.id == right.id).drop(right.id)
    assert joined.columns == ["id", "l", "r"]
    assert sorted(rows(joined)) == [(1, "a", "x"), (3, "c", "y")]
    assert sorted(rows(left.join(right, "id", "left"))) == [(1, "a", "x"), (2, "b", None), (3, "c", "y")]
    assert sorted(rows(left.join(right, "id", "full").select("id"))) == [(1,), (2,), (3,), (4,)]
    assert rows(left.join(right, "id", "left_anti")) == [(2, "b")]
    assert left.crossJoin(right).count() == 9


def test_groups(spark):
    frame = spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], "k string, v int")
    assert sorted(rows(frame.groupBy("k").agg(F.sum("v").alias("s"), F.count("*")))) == [("a", 4, 2), ("b", 2, 1)]
    assert sorted(rows(frame.groupBy((F.col("v") % 2).alias("odd")).count())) == [(0, 1), (1, 2)]
    assert sorted(rows(frame.rollup("k").sum("v")), key=str) == [("a", 4), ("b", 2), (None, 6)]
    assert frame.agg({"v": "max"}).collect()[0][0] == 3
    assert frame.groupBy("k").agg(F.collect_list("v").alias("l")).where("k = 'a'").collect()[0].l == [1, 3]


def test_pivot_with_and_without_values(spark):
    frame = spark.createDataFrame([("a", "x", 1), ("a", "y", 2), ("b", "x", 3)], "k string, p string, v int")
    expected = [("a", 1, 2), ("b", 3, None)]
    assert sorted(rows(frame.groupBy("k").pivot("p", ["x", "y"]).sum("v"))) == expected
    assert sorted(rows(frame.groupBy("k").pivot("p").sum("v"))) == expected


def test_sort_limit_offset_tail(spark):
    frame = spark.range(10)
    assert rows(frame.orderBy(F.desc("id")).limit(2)) == [(9,), (8,)]
    assert rows(frame.offset(8)) == [(8,), (9,)]
    assert frame.tail(2) == [Row(id=8), Row(id=9)]
    assert frame.first() == Row(id=0)
    assert frame.orderBy("id").take(2) == [Row(id=0), Row(id=1)]


def test_set_operations(spark):
    one = spark.createDataFrame([(1,), (2,), (2,)], "n int")
    two = spark.createDataFrame([(2,), (3,)], "n int")
    assert sorted(rows(one.union(two))) == [(1,), (2,), (2,), (2,), (3,)]
    assert sorted(rows(one.intersect(two))) == [(2,)]
    assert sorted(rows(one.subtract(two))) == [(1,)]
    assert sorted(rows(one.exceptAll(two))) == [(1,), (2,)]
    assert sorted(rows(one.distinct())) == [(1,), (2,)]
    named = spark.createDataFrame([(5, "x")], "m int, n string").select("n", "m")
    assert rows(named.unionByName(spark.createDataFrame([(6, "y")], "m int, n string"))) == [("x", 5), ("y", 6)]


def test_duplicates_are_dropped_by_some_columns(spark):
    frame = spark.createDataFrame([(1, "a"), (1, "b"), (2, "c")], "k int, v string")
    assert sorted(row.k for row in frame.dropDuplicates(["k"]).collect()) == [1, 2]


def test_windows(spark):
    frame = spark.createDataFrame([("a", 1), ("a", 2), ("b", 5)], "k string, v int")
    window = Window.partitionBy("k").orderBy("v")
    ranked = frame.select("k", "v", F.row_number().over(window), F.sum("v").over(window.rowsBetween(Window.unboundedPreceding, 0)))
    assert sorted(rows(ranked)) == [("a", 1, 1, 1), ("a", 2, 2, 3), ("b", 5, 1, 5)]


def test_nulls_are_filled_dropped_and_replaced(spark):
    frame = spark.createDataFrame([(1, None, 1.0), (None, "b", float("nan")), (3, "c", 3.0)], "i int, s string, d double")
    assert rows(frame.fillna(0).select("i", "d")) == [(1, 1.0), (0, 0.0), (3, 3.0)]
    assert rows(frame.fillna({"s": "?"}).select("s")) == [("?",), ("b",), ("c",)]
    assert rows(frame.dropna()) == [(3, "c", 3.0)]
    assert frame.dropna(how="all", subset=["i", "s"]).count() == 3
    assert frame.dropna(thresh=2).count() == 2
    assert rows(frame.replace("b", "B", ["s"]).select("s")) == [(None,), ("B",), ("c",)]


def test_conditions(spark):
    frame = spark.range(4).select(F.when(F.col("id") == 0, "zero").when(F.col("id") < 3, "few").otherwise("many"))
    assert rows(frame) == [("zero",), ("few",), ("few",), ("many",)]
    assert rows(spark.range(5).where(F.col("id").isin(1, 3) | F.col("id").isNull())) == [(1,), (3,)]


def test_views_and_sql_with_arguments(spark):
    spark.range(5).createOrReplaceTempView("numbers")
    assert spark.sql("select sum(id) from numbers where id > :least", args={"least": 2}).collect()[0][0] == 7
    assert spark.sql("select sum(id) from numbers where id > ?", args=[3]).collect()[0][0] == 4
    assert spark.sql("select count(*) from {df}", df=spark.range(7)).collect()[0][0] == 7
    assert [table.name for table in spark.catalog.listTables()] == ["numbers"]
    assert spark.catalog.dropTempView("numbers")
    assert not spark.catalog.tableExists("numbers")


def test_schemas_and_plans_are_described(spark, capsys):
    frame = spark.range(3).select("id", F.col("id").cast("string").alias("text"))
    assert frame.dtypes == [("id", "bigint"), ("text", "string")]
    frame.printSchema()
    frame.explain()
    printed = capsys.readouterr().out
    assert printed.startswith("root\n |-- id: long (nullable = false)\n |-- text: string (nullable = false)\n")
    assert "== Physical Plan ==" in printed
    assert spark.version == "4.2.0"


def test_rows_come_one_by_one(spark):
    assert sum(row.id for row in spark.range(100_000).toLocalIterator()) == 100_000 * 99_999 // 2


def test_wide_and_long_results_arrive_whole(spark):
    frame = spark.range(50_000).select("id", F.repeat(F.lit("abc"), 200).alias("text"))
    table = frame.toArrow()
    assert table.num_rows == 50_000
    assert table.column("id").to_pylist() == list(range(50_000))


def test_lambdas_and_nested_values(spark):
    frame = spark.sql("select array(1, 2, 3) as a, named_struct('x', 1, 'y', 'z') as s, map('k', 1) as m")
    assert frame.select(F.transform("a", lambda x: x + 1)).collect()[0][0] == [2, 3, 4]
    assert frame.select("s.x", F.col("a")[0], F.col("m")["k"]).collect()[0] == (1, 1, 1)
    assert frame.select(F.explode("a").alias("e")).count() == 3


def test_samples_and_partitions(spark):
    assert 0 < spark.range(1000).sample(0.5, seed=1).count() < 1000
    assert spark.range(10).repartition(3).count() == 10
    assert sum(part.count() for part in spark.range(100).randomSplit([0.5, 0.5], seed=3)) == 100


def test_statistics(spark):
    frame = spark.createDataFrame([(1, 2.0), (2, 4.0), (3, 6.0)], "a int, b double")
    assert frame.stat.corr("a", "b") == pytest.approx(1.0)
    assert frame.stat.cov("a", "b") == pytest.approx(2.0)
    described = {row[0]: row[1:] for row in frame.describe().collect()}
    assert described["count"] == ("3", "3") and described["mean"] == ("2.0", "4.0")


def test_unpivot(spark):
    frame = spark.createDataFrame([(1, 10, 20)], "id int, a int, b int")
    assert rows(frame.unpivot("id", ["a", "b"], "name", "value")) == [(1, "a", 10), (1, "b", 20)]


def test_an_expression_of_many_levels(spark):
    column = F.col("id")
    for _ in range(30):
        column = column + 1
    assert spark.range(1).select(column).collect()[0][0] == 30
    frame = spark.range(1)
    for i in range(100):
        frame = frame.withColumn("id", F.col("id") + 1)
    assert frame.collect()[0][0] == 100


def test_samples_with_replacement_are_those_of_spark(spark):
    """Recorded from Spark 4.2.0."""
    sample = [row.id for row in spark.range(0, 30, 1, 1).sample(True, 0.5, 7).collect()]
    assert sample == [0, 3, 7, 7, 9, 10, 11, 11, 15, 17, 21, 23]
    sample = [row.id for row in spark.range(0, 30, 1, 2).sample(True, 0.5, -3).collect()]
    assert sample == [0, 1, 2, 3, 4, 7, 8, 10, 12, 14, 17, 19, 19, 19, 21, 22, 22, 22, 24, 25, 28, 29]


def test_explain_shows_each_mode(spark):
    frame = spark.range(1500).groupBy((F.col("id") % 3).alias("k")).count()
    assert frame._explain_string(mode="simple").startswith("== Physical Plan ==\n")
    extended = frame._explain_string(extended=True)
    assert [line for line in extended.splitlines() if line.startswith("==")] == [
        "== Parsed Logical Plan ==", "== Analyzed Logical Plan ==", "== Optimized Logical Plan ==", "== Physical Plan =="]
    assert "Range (0, 1500, step=1), Statistics(sizeInBytes=11.7 KiB, rowCount=1.50E+3)" in frame._explain_string(mode="cost")
    assert "\n(1) Range\nOutput [1]: [id#" in frame._explain_string(mode="formatted")
    assert frame._explain_string(mode="codegen") == "Found 0 WholeStageCodegen subtrees.\n"
