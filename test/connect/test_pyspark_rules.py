"""Further rules that PySpark's own tests hold a server to."""

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F


def test_nearest_rows(spark):
    users = spark.createDataFrame([(1, 10.0), (2, 20.0)], ["id", "score"])
    things = spark.createDataFrame([("a", 11.0), ("b", 22.0), ("c", 5.0)], ["thing", "value"])
    distance = F.abs(users.score - things.value)
    nearest = users.nearestByJoin(things, distance, 1, mode="exact", direction="distance").orderBy("id")
    assert nearest.select("id", "thing").collect() == [(1, "a"), (2, "b")]
    assert nearest.columns == ["id", "score", "thing", "value"]


def test_as_of_columns_keep_their_dataframe(spark):
    left = spark.createDataFrame([(1, "a"), (5, "b")], ["t", "l"])
    right = spark.createDataFrame([(1, 1), (3, 3)], ["t", "r"])
    joined = left._joinAsOf(right, leftAsOfColumn="t", rightAsOfColumn="t")
    assert joined.select(left.t, "l", "r").sort("t").collect() == [(1, "a", 1), (5, "b", 3)]


def test_functions_of_classes_are_known_and_not_run(spark):
    spark.sql("CREATE FUNCTION of_class AS 'org.example.Missing'")
    assert spark.catalog.functionExists("default.of_class")
    assert spark.catalog.getFunction("of_class").className == "org.example.Missing"
    with pytest.raises(AnalysisException, match="CANNOT_LOAD_FUNCTION_CLASS"):
        spark.sql("SELECT of_class(1)").collect()
    spark.sql("DROP FUNCTION of_class")
    assert not spark.catalog.functionExists("of_class")


def test_cross_joins_can_be_refused(spark):
    spark.conf.set("spark.sql.crossJoin.enabled", "false")
    one, other = spark.range(1).toDF("a"), spark.range(1).toDF("b")
    with pytest.raises(AnalysisException):
        one.join(other).collect()
    assert one.crossJoin(other).count() == 1
    assert one.join(other, one.a == other.b).count() == 1


def test_types_of_users(spark):
    vector = pytest.importorskip("pyspark.ml.linalg").Vectors
    rows = spark.createDataFrame([(vector.sparse(3, {1: 2.0}),)], ["v"])
    assert rows.select(F.unwrap_udt("v").alias("u")).schema["u"].dataType.fieldNames() == ["type", "size", "indices", "values"]
    assert rows.collect()[0].v == vector.sparse(3, {1: 2.0})


def test_json_of_other_encodings_and_without_values(spark, tmp_path):
    (tmp_path / "wide.json").write_bytes('[{"age": 1}, {"age": 2}]'.encode("utf-16-le"))
    assert spark.read.json(str(tmp_path / "wide.json"), multiLine=True, encoding="UTF-16LE").collect() == [(1,), (2,)]
    (tmp_path / "nulls.json").write_text('{"a": null, "b": 1}\n')
    assert spark.read.json(str(tmp_path / "nulls.json"), dropFieldIfAllNull=True).columns == ["b"]


def test_the_rows_of_a_range_partition(spark):
    rows = spark.createDataFrame([(3,), (1,), (2,)], ["a"]).repartitionByRange(3, "a")
    assert rows.select("a", F.spark_partition_id().alias("p")).orderBy("a").collect() == [(1, 0), (2, 1), (3, 2)]


def test_csv_headers_are_checked_on_demand(spark, tmp_path):
    (tmp_path / "rows.csv").write_text("f1,f2\n1,2\n")
    reader = spark.read.option("header", "true").schema("f2 INT, f1 INT")
    assert reader.csv(str(tmp_path)).collect() == [(1, 2)]
    with pytest.raises(Exception, match="header does not conform"):
        reader.csv(str(tmp_path), enforceSchema=False).collect()


def test_strata_of_another_type_match_nothing(spark):
    rows = spark.range(90).selectExpr("id % 3 AS k", "string(id % 3) AS s")
    assert rows.sampleBy("k", {0: 1.0, 1.0: 1.0}, seed=1).count() == 60
    assert rows.sampleBy("k", {"0": 1.0, True: 1.0}, seed=1).count() == 0
    assert rows.sampleBy("s", {"0": 1.0, 1: 1.0}, seed=1).count() == 30


def test_all_columns_of_a_dataframe_whose_other_form_is_joined(spark):
    one = spark.createDataFrame([(1, "v")], ["a", "b"])
    renamed = one.withColumnsRenamed({"a": "x", "b": "y"})
    joined = one.join(renamed)
    assert joined.select(one["*"]).columns == ["a", "b"]
    assert joined.select(renamed["*"]).columns == ["x", "y"]
    with pytest.raises(AnalysisException) as error:
        one.join(one).select(one["*"]).columns
    assert error.value.getCondition() == "AMBIGUOUS_COLUMN_REFERENCE"


def test_random_numbers_of_rows_in_the_plan_are_of_one_partition(spark):
    rows = spark.createDataFrame([(i, i % 3) for i in range(100)], ["a", "b"])
    assert rows.stat.sampleBy("b", fractions={0: 0.5, 1: 0.5}, seed=0).count() == 36
    assert rows.select(F.spark_partition_id()).distinct().collect() == [(0,)]


def test_transposed_columns_are_not_made_texts(spark):
    with pytest.raises(AnalysisException) as error:
        spark.createDataFrame([("x", "y", 1)], ["a", "b", "c"]).transpose().collect()
    assert error.value.getCondition() == "TRANSPOSE_NO_LEAST_COMMON_TYPE"


def test_rows_that_a_collation_makes_equal_are_one(spark):
    names = spark.createDataFrame([("Alice", 1), ("alice", 2), (None, 3)], "name STRING COLLATE UNICODE_CI, n INT")
    assert names.select("name").distinct().count() == 2
    assert sorted(names.dropDuplicates(["name"]).select("n").collect()) == [(1,), (3,)]


def test_a_scalar_subquery_is_a_group(spark):
    spark.createDataFrame([(1, 2.0), (1, 2.0), (2, 1.0)], ["a", "b"]).createOrReplaceTempView("l")
    right = spark.createDataFrame([(2, 3.0), (2, 3.0), (3, 2.0)], ["c", "d"])
    total = right.where(F.col("a").outer() == F.col("c")).select(F.sum("d")).scalar().alias("total")
    assert sorted(spark.table("l").groupBy("a", total).count().collect()) == [(1, None, 2), (2, 6.0, 1)]


def test_classes_of_spark_s_own_types_go_by_their_python_names(spark):
    from pyspark.sql.types import ArrayType, DoubleType, StructField, StructType, UserDefinedType

    class Elsewhere(UserDefinedType):
        """As a client may call the Python side of a class of the JVM."""

        @classmethod
        def sqlType(cls):
            return ArrayType(DoubleType(), False)

        @classmethod
        def module(cls):
            return "nowhere.at.all"

        @classmethod
        def scalaUDT(cls):
            return "org.apache.spark.sql.test.ExamplePointUDT"

        def serialize(self, point):
            return [point.x, point.y]

    from pyspark.testing.objects import ExamplePoint

    points = spark.createDataFrame([(ExamplePoint(1.0, 2.0),)], StructType([StructField("point", Elsewhere())]))
    for arrow in (False, True):
        assert points.select(F.udf(lambda point: point.y, "double", useArrow=arrow)("point")).first()[0] == 2.0
