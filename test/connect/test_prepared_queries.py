"""A query is planned while the client reads that it is a good one; what happens between `sql` and its run is seen all the same."""

import time

import pytest

from conftest import connect


def test_views_that_change_in_between(spark):
    spark.range(5).createOrReplaceTempView("prepared")
    assert spark.sql("SELECT sum(id) FROM prepared").collect()[0][0] == 10
    query = spark.sql("SELECT sum(id) FROM prepared")
    spark.range(6).createOrReplaceTempView("prepared")
    assert query.collect()[0][0] == 15
    again = spark.sql("SELECT sum(id) FROM prepared")
    spark.sql("DROP VIEW prepared")
    with pytest.raises(Exception, match="TABLE_OR_VIEW_NOT_FOUND"):
        again.collect()


def test_settings_that_change_in_between(spark):
    query = spark.sql("SELECT 1 / 0 AS x")
    spark.conf.set("spark.sql.ansi.enabled", "false")
    assert query.collect()[0][0] is None
    query = spark.sql("SELECT 1 / 0 AS x")
    spark.sql("SET spark.sql.ansi.enabled = true")
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        query.collect()


def test_variables_that_change_in_between(spark):
    spark.sql("DECLARE OR REPLACE VARIABLE prepared_variable = 1")
    query = spark.sql("SELECT prepared_variable")
    spark.sql("SET VAR prepared_variable = 2")
    assert query.collect()[0][0] == 2


def test_files_and_views_of_all_that_change_in_between(spark, server, tmp_path):
    folder = str(tmp_path / "rows")
    spark.range(3).write.parquet(folder)
    other = connect(server)
    query = spark.sql(f"SELECT count(*) FROM parquet.`{folder}`")
    other.range(4).write.mode("append").parquet(folder)
    assert query.collect()[0][0] == 7
    spark.range(1).createOrReplaceGlobalTempView("prepared_global")
    query = spark.sql("SELECT count(*) FROM global_temp.prepared_global")
    other.range(2).createOrReplaceGlobalTempView("prepared_global")
    assert query.collect()[0][0] == 2
    other.stop()


def test_the_time_is_that_of_the_run(spark):
    for text in ("SELECT current_timestamp()", "SELECT * FROM VALUES (now())", "SELECT max(t) FROM (SELECT timestamp_seconds(unix_timestamp()) AS t)"):
        query = spark.sql(text)
        time.sleep(1.1)
        started = time.time()
        assert query.collect()[0][0].timestamp() >= int(started) - 0.01


def test_cached_rows_that_go_in_between(spark, tmp_path):
    folder = str(tmp_path / "cached")
    spark.range(3).write.parquet(folder)
    spark.read.parquet(folder).createOrReplaceTempView("prepared_cached")
    frame = spark.table("prepared_cached").cache()
    assert frame.count() == 3
    query = spark.sql("SELECT count(*) FROM prepared_cached")
    frame.unpersist()
    assert query.collect()[0][0] == 3


def test_a_query_is_run_anew_each_time(spark):
    query = spark.sql("SELECT uuid() FROM range(2)")
    first = query.collect()
    assert len({row[0] for row in first}) == 2
    assert first != query.collect()
