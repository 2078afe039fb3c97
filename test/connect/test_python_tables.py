"""Table functions in Python: rows, tables as arguments, lateral joins, registration."""

import pyarrow as pa
import pytest
from pyspark.errors import AnalysisException, PythonException
from pyspark.sql import Row
from pyspark.sql.functions import arrow_udtf, array, col, lit, udtf
from pyspark.sql.types import ArrayType, LongType, StructType
from pyspark.sql.udtf import AnalyzeArgument, AnalyzeResult, OrderingColumn, PartitioningColumn


class Twice:
    def eval(self, x: int):
        if x != 1:
            yield x, x + 1
            yield x, None

    def terminate(self):
        yield -1, -1


class Totals:
    def __init__(self):
        self.key, self.total = None, 0

    def eval(self, row: Row):
        assert row.__fields__ == ["k", "v"]
        self.key, self.total = row["k"], self.total + row["v"]

    def terminate(self):
        yield self.key, self.total


def rows(frame):
    return list(map(tuple, frame.collect()))


@pytest.mark.parametrize("use_arrow", [True, False])
def test_rows_of_values_and_of_lateral_joins(spark, use_arrow):
    twice = udtf(Twice, returnType="a: int, b: int", useArrow=use_arrow)
    assert rows(twice(lit(3))) == [(3, 4), (3, None), (-1, -1)]
    spark.udtf.register("twice", twice)
    assert rows(spark.sql("SELECT b FROM twice(x => 5) AS t(a, b)")) == [(6,), (None,), (-1,)]
    joined = spark.sql("SELECT r.id, t.a, t.b FROM range(0, 3, 1, 1) r, LATERAL twice(CAST(r.id AS INT)) t")
    assert rows(joined) == [(0, 0, 1), (0, 0, None), (2, 2, 3), (2, 2, None), (2, -1, -1)]
    assert len(rows(spark.range(0, 30000, 1, 1).lateralJoin(twice(col("id").cast("int").outer())))) == 2 * 29999 + 1


def test_tables_are_arguments(spark):
    totals = udtf(Totals, returnType="k: int, total: int")
    spark.udtf.register("totals", totals)
    numbers = spark.range(10).selectExpr("CAST(id % 3 AS INT) AS k", "CAST(id AS INT) AS v")
    assert rows(totals(numbers.asTable().partitionBy("k").orderBy(col("v").desc()))) == [(0, 18), (1, 12), (2, 15)]
    numbers.createOrReplaceTempView("python_table_numbers")
    assert rows(spark.sql("SELECT total FROM totals(TABLE(python_table_numbers) WITH SINGLE PARTITION)")) == [(45,)]

    @arrow_udtf(returnType="v: long")
    class Doubled:
        def eval(self, batch: pa.RecordBatch):
            yield pa.table({"v": pa.compute.multiply(batch.column("id"), 2)})

    assert sorted(rows(Doubled(spark.range(4).asTable()))) == [(0,), (2,), (4,), (6,)]


def test_errors(spark):
    class Broken:
        def eval(self, x: int):
            raise ValueError("this is broken")

    with pytest.raises(PythonException, match="(?s)UDTF_EXEC_ERROR.*this is broken"):
        udtf(Broken, returnType="a: int")(lit(1)).collect()
    spark.udtf.register("twice", udtf(Twice, returnType="a: int, b: int"))
    with pytest.raises(AnalysisException, match="NUM_TABLE_VALUE_ALIASES_MISMATCH"):
        spark.sql("SELECT * FROM twice(1) AS t(a)").collect()
    with pytest.raises(AnalysisException, match="NOT_A_SCALAR_FUNCTION"):
        spark.sql("SELECT twice(1)").collect()


def test_analyze_says_what_a_call_gives(spark):
    @udtf
    class Same:
        @staticmethod
        def analyze(value: AnalyzeArgument, **others):
            assert value.isConstantExpression and all(other.value == [1, 2] for other in others.values())
            return AnalyzeResult(StructType().add("v", value.dataType))

        def eval(self, value, **others):
            yield (value,)

    assert Same(lit("x"), more=array(lit(1), lit(2))).collect() == [Row(v="x")]

    @udtf
    class Parts:
        def __init__(self, analyzed):
            self.schema, self.ids = analyzed.schema, []

        @staticmethod
        def analyze(row: AnalyzeArgument):
            assert row.isTable
            schema = StructType().add("ids", ArrayType(LongType()))
            return AnalyzeResult(schema, partitionBy=[PartitioningColumn("id % 2")], orderBy=[OrderingColumn("id", ascending=False)])

        def eval(self, row):
            self.ids.append(row["id"])

        def terminate(self):
            yield (self.ids,)

    assert rows(Parts(spark.range(5).asTable())) == [([4, 2, 0],), ([3, 1],)]
    with pytest.raises(AnalysisException, match="TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INCOMPATIBLE_WITH_CALL"):
        Parts(spark.range(5).asTable().partitionBy("id")).collect()

    @udtf
    class Failing:
        @staticmethod
        def analyze():
            raise ValueError("no answer")

        def eval(self):
            yield (1,)

    with pytest.raises(AnalysisException, match="(?s)TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON.*no answer"):
        Failing().collect()
