"""Columns that mean a DataFrame, subqueries of DataFrames, and functions that clients alone send."""

import pytest
from pyspark.errors import AnalysisException, IllegalArgumentException, SparkRuntimeException
from pyspark.sql import functions as F


def test_a_subquery_is_a_dataframe(spark):
    left = spark.createDataFrame([(1, 10), (2, 20)], ["a", "b"])
    right = spark.createDataFrame([(1, 5), (3, 7)], ["c", "d"])
    same = right.where(F.col("c") == F.col("a").outer())
    assert left.where(same.exists()).select("a").collect() == [(1,)]
    assert left.where(F.col("a").isin(right.select("c"))).select("a").collect() == [(1,)]
    assert left.select(right.select(F.max("d")).scalar().alias("m")).collect() == [(7,), (7,)]


def test_a_star_of_another_dataframe_is_refused(spark):
    first = spark.createDataFrame([(1, 2)], ["a", "b"])
    with pytest.raises(AnalysisException, match="CANNOT_RESOLVE_DATAFRAME_COLUMN"):
        first.withColumn("a", F.lit(0)).select(first["*"]).schema
    with pytest.raises(AnalysisException, match="AMBIGUOUS_COLUMN_REFERENCE"):
        first.join(first).select(first["*"]).schema


def test_a_column_of_the_nearer_plan_is_meant(spark):
    rows = spark.range(10).withColumn("value", F.lit(1))
    assert rows.join(rows.union(rows), rows.id == rows.id, "left").columns == ["id", "value", "id", "value"]


def test_dropping_by_a_name_of_two_columns_is_ambiguous(spark):
    both = spark.createDataFrame([(1, "x")], ["a", "name"]).join(spark.createDataFrame([(2, "y")], ["b", "name"]))
    assert both.drop("name").columns == ["a", "b"]
    with pytest.raises(AnalysisException, match="AMBIGUOUS_REFERENCE"):
        both.drop(F.col("name")).columns


def test_functions_of_clients(spark):
    numbers = spark.createDataFrame([(1.0,), (2.0,), (4.0,)], ["x"])
    assert numbers.agg(F.product("x")).collect() == [(8.0,)]
    assert [row.n for row in numbers.zipWithIndex("n").collect()] == [0, 1, 2]
    second = numbers.select(F.nth_value("x", 2, True).over(spark_window("x"))).collect()
    assert [row[0] for row in second] == [None, 2.0, 2.0]


def spark_window(column):
    from pyspark.sql import Window

    return Window.orderBy(column)


def test_shown_values(spark, capsys):
    spark.sql("SELECT array(1, NULL) AS `a rather long name of a column`, named_struct('b', X'4142') AS s, parse_json('[1]') AS v").show(truncate=3)
    assert capsys.readouterr().out.splitlines()[1] == "|a rather long name of a column|  s|  v|"
    spark.sql("SELECT array(1, NULL) AS a, named_struct('b', X'4142') AS s").show()
    assert capsys.readouterr().out.splitlines()[3] == "|[1, NULL]|{[41 42]}|"


def test_errors_that_programs_raise(spark):
    with pytest.raises(SparkRuntimeException, match="too big"):
        spark.range(1).select(F.raise_error("too big")).collect()
    with pytest.raises(IllegalArgumentException):
        spark.conf.set("some.key", None)
    with pytest.raises(IllegalArgumentException):
        spark.range(1).sample(-1.0).count()


def test_schemas_as_json(spark, tmp_path):
    rows = spark.createDataFrame([(1, "x")], ["a", "b"])
    rows.write.format("org.apache.spark.sql.json").save(str(tmp_path / "rows"))
    assert spark.read.schema(rows.schema).json(str(tmp_path / "rows")).collect() == [(1, "x")]


def test_tables_keep_buckets_and_clusters(spark):
    rows = spark.createDataFrame([(1, "x")], ["a", "b"])
    rows.write.bucketBy(2, "a").mode("overwrite").saveAsTable("bucketed")
    assert [c.name for c in spark.catalog.listColumns("bucketed") if c.isBucket] == ["a"]
    rows.write.clusterBy("b").mode("overwrite").saveAsTable("bucketed")
    assert [c.name for c in spark.catalog.listColumns("bucketed") if c.isCluster] == ["b"]
    rows.writeTo("bucketed").overwrite(F.lit(True))
    assert spark.table("bucketed").collect() == [(1, "x")]
    spark.sql("DROP TABLE bucketed")
