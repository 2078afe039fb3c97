"""Errors reach the client as Spark's: class, condition, SQLSTATE, parameters and context."""

import pytest
from pyspark.errors import (
    PySparkException,
    AnalysisException,
    ArithmeticException,
    NumberFormatException,
    ParseException,
    SparkNoSuchElementException,
    UnsupportedOperationException,
)
from pyspark.errors.exceptions.connect import InvalidPlanInput
from pyspark.sql import functions as F


def test_a_name_that_is_not_there(spark):
    with pytest.raises(AnalysisException) as caught:
        spark.range(1).select("missing").collect()
    assert caught.value.getCondition() == "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    assert caught.value.getSqlState() == "42703"
    assert caught.value.getMessageParameters()["objectName"] == "`missing`"


def test_a_table_that_is_not_there(spark):
    with pytest.raises(AnalysisException) as caught:
        spark.table("nowhere").schema
    assert caught.value.getCondition() == "TABLE_OR_VIEW_NOT_FOUND"


def test_text_that_is_no_sql(spark):
    with pytest.raises(ParseException) as caught:
        spark.sql("selec 1")
    assert caught.value.getCondition() == "PARSE_SYNTAX_ERROR"
    assert caught.value.getSqlState() == "42601"


def test_division_by_zero_tells_where(spark):
    with pytest.raises(ArithmeticException) as caught:
        spark.sql("select id / 0 from range(1)").collect()
    assert caught.value.getCondition() == "DIVIDE_BY_ZERO"
    context = caught.value.getQueryContext()[0]
    assert context.fragment() == "id / 0"
    assert (context.startIndex(), context.stopIndex()) == (7, 12)


def test_a_dataframe_call_is_named_with_its_place(spark):
    with pytest.raises(ArithmeticException) as caught:
        spark.range(1).select(F.col("id") / 0).collect()
    context = caught.value.getQueryContext()[0]
    assert context.fragment() == "__truediv__"
    assert "test_errors.py" in context.callSite()


def test_a_cast_that_fails(spark):
    with pytest.raises(NumberFormatException) as caught:
        spark.sql("select cast('x' as int)").collect()
    assert caught.value.getCondition() == "CAST_INVALID_INPUT"


def test_a_setting_that_is_not_there(spark):
    with pytest.raises(SparkNoSuchElementException) as caught:
        spark.conf.get("no.such.key")
    assert caught.value.getCondition() == "SQL_CONF_NOT_FOUND"


def test_what_is_not_served_is_said(spark):
    with pytest.raises(UnsupportedOperationException) as caught:
        spark.range(1).writeStream.format("noop").start()
    assert "write_stream_operation_start" in str(caught.value)


def test_a_missing_dataframe(spark):
    import pyspark.sql.connect.plan as plan
    from pyspark.sql.connect.dataframe import DataFrame

    with pytest.raises(InvalidPlanInput):
        DataFrame(plan.CachedRemoteRelation("nothing", spark), spark).schema


def test_the_session_goes_on_after_errors(spark):
    for _ in range(3):
        with pytest.raises(AnalysisException):
            spark.sql("select nothing")
    assert spark.range(2).count() == 2


def test_errors_about_bytes_that_are_no_text(spark):
    with pytest.raises(PySparkException) as caught:
        spark.sql("SELECT CAST(CAST(X'41FF42' AS STRING) AS INT)").collect()
    assert caught.value.getCondition() == "CAST_INVALID_INPUT"
    assert "A\ufffdB" in str(caught.value)
