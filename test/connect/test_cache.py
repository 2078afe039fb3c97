"""Cached queries: which use the rows, when these are made, and what makes them go."""

import os
import shutil

import pytest
from pyspark import StorageLevel
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F

from conftest import connect


@pytest.fixture(autouse=True)
def nothing_cached(spark):
    yield
    spark.catalog.clearCache()


def explained(frame):
    return frame._explain_string()


def reads_cache(frame):
    return "InMemoryTableScan" in explained(frame)


def test_storage_levels(spark):
    frame = spark.range(10).where("id > 3")
    assert frame.storageLevel == StorageLevel.NONE
    frame.cache()
    assert frame.storageLevel == StorageLevel.MEMORY_AND_DISK_DESER
    frame.persist(StorageLevel.DISK_ONLY)  # is cached already
    assert frame.storageLevel == StorageLevel.MEMORY_AND_DISK_DESER
    frame.unpersist()
    frame.persist(StorageLevel.DISK_ONLY)
    assert frame.storageLevel == StorageLevel.DISK_ONLY
    assert frame.count() == 6
    assert [row.id for row in frame.collect()] == [4, 5, 6, 7, 8, 9]


def test_equal_queries_use_the_rows(spark):
    spark.range(100).withColumn("twice", F.col("id") * 2).where("twice > 50").cache()
    same = spark.range(100).withColumn("double", F.col("id") * 2).where("50 < double")
    assert reads_cache(same.groupBy().count())
    assert same.columns == ["id", "double"]
    assert same.agg(F.sum("double")).first()[0] == sum(2 * i for i in range(26, 100))
    assert not reads_cache(spark.range(101).withColumn("twice", F.col("id") * 2).where("twice > 50"))
    assert "InMemoryRelation" in explained(same) and "StorageLevel(disk, memory, deserialized, 1 replicas)" in explained(same)
    joined = same.alias("a").join(same.alias("b"), F.col("a.id") == F.col("b.double"))
    assert explained(joined).count("InMemoryTableScan") == 2
    assert joined.count() == len([i for i in range(26, 100) if 26 <= i // 2 and i % 2 == 0 and i // 2 < 100 and 2 * (i // 2) == i and i // 2 >= 26])


def test_rows_are_made_once(spark):
    random = spark.range(1000).select(F.rand().alias("value"), F.randn().alias("name")).cache()
    first = random.collect()
    assert random.collect() == first
    assert sorted(random.toPandas()["name"]) == sorted(row.name for row in first)
    random.unpersist()


def test_local_rows_are_compared_by_value(spark):
    spark.createDataFrame([(1, "a"), (2, None)], "n int, s string").cache()
    assert reads_cache(spark.createDataFrame([(1, "a"), (2, None)], "n int, s string"))
    assert not reads_cache(spark.createDataFrame([(1, "a"), (2, "b")], "n int, s string"))


def test_subqueries_use_the_rows(spark):
    spark.range(5).createOrReplaceTempView("five")
    spark.sql("CACHE TABLE five")
    assert reads_cache(spark.sql("SELECT * FROM range(10) WHERE id IN (SELECT id FROM five)"))
    assert spark.sql("SELECT (SELECT max(id) FROM five) AS top").first().top == 4


def test_other_sessions_use_the_rows(server, spark):
    spark.range(77).cache()
    other = connect(server)
    assert reads_cache(other.range(77))
    other.catalog.clearCache()
    assert not reads_cache(spark.range(77))
    other.stop()


def test_catalog_calls(spark):
    spark.range(3).createOrReplaceTempView("numbers")
    assert not spark.catalog.isCached("numbers")
    spark.catalog.cacheTable("numbers")
    assert spark.catalog.isCached("numbers")
    spark.catalog.uncacheTable("numbers")
    assert not spark.catalog.isCached("numbers")
    spark.catalog.cacheTable("numbers", StorageLevel.OFF_HEAP)
    assert spark.table("numbers").storageLevel == StorageLevel.OFF_HEAP
    spark.catalog.clearCache()
    assert not spark.catalog.isCached("numbers")
    for call in (spark.catalog.isCached, spark.catalog.cacheTable, spark.catalog.uncacheTable, spark.catalog.refreshTable):
        with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
            call("no_such_table")


def test_sql(spark):
    spark.sql("CACHE TABLE evens AS SELECT id FROM range(10) WHERE id % 2 = 0")
    assert spark.catalog.isCached("evens")
    assert spark.table("evens").count() == 5
    with pytest.raises(AnalysisException, match="TEMP_TABLE_OR_VIEW_ALREADY_EXISTS"):
        spark.sql("CACHE TABLE evens AS SELECT 1")
    spark.sql("UNCACHE TABLE evens")
    assert not spark.catalog.isCached("evens")
    spark.sql("CACHE LAZY TABLE evens OPTIONS ('storageLevel' 'DISK_ONLY')")
    assert spark.table("evens").storageLevel == StorageLevel.DISK_ONLY
    spark.sql("CLEAR CACHE")
    assert not spark.catalog.isCached("evens")
    spark.sql("UNCACHE TABLE IF EXISTS no_such_table")
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.sql("UNCACHE TABLE no_such_table")
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        spark.sql("CACHE TABLE broken AS SELECT 1 / (id - 1) AS q FROM range(3)")
    assert not spark.catalog.tableExists("broken")


def test_a_dropped_view_takes_its_rows_along(spark):
    spark.range(3).createOrReplaceTempView("gone")
    spark.sql("CACHE TABLE gone")
    spark.catalog.dropTempView("gone")
    assert not reads_cache(spark.range(3))
    spark.range(3).createOrReplaceTempView("gone")
    spark.sql("CACHE TABLE gone")
    spark.range(4).createOrReplaceTempView("gone")
    assert not reads_cache(spark.range(3))


def test_writes_to_the_source_are_seen(spark, tmp_path):
    path = str(tmp_path / "numbers")
    spark.range(5).write.parquet(path)
    read = lambda: spark.read.parquet(path)
    read().cache()
    assert read().count() == 5
    spark.range(3).write.mode("append").parquet(path)
    assert reads_cache(read()) and read().count() == 8
    spark.range(2).write.mode("overwrite").parquet(path)
    assert reads_cache(read()) and read().count() == 2


def test_changes_from_outside_are_seen_after_refresh(spark, tmp_path):
    path = str(tmp_path / "texts")
    os.mkdir(path)
    spark.sql("DROP TABLE IF EXISTS texts")
    spark.sql(f"CREATE TABLE texts (line STRING) USING TEXT LOCATION '{path}'")
    spark.sql("INSERT INTO texts SELECT 'abc'")
    spark.catalog.cacheTable("texts")
    assert spark.table("texts").count() == 1
    shutil.rmtree(path)
    os.mkdir(path)
    assert spark.table("texts").count() == 1
    spark.catalog.refreshTable("texts")
    assert spark.table("texts").count() == 0
    spark.sql("DROP TABLE texts")
    spark.sql(f"CREATE TABLE texts (line STRING) USING TEXT LOCATION '{path}'")
    assert not spark.catalog.isCached("texts")
    spark.sql("DROP TABLE texts")


def test_cluster_cut(spark):
    spark.conf.set("spark.flint.execution.cut", "cluster")
    frame = spark.range(1000).repartition(7).withColumn("k", F.col("id") % 3).cache()
    assert sorted((row.k, row["count"]) for row in frame.groupBy("k").count().collect()) == [(0, 334), (1, 333), (2, 333)]
    assert reads_cache(frame)
    assert frame.count() == 1000


def test_rows_leave_memory_for_queries(start_server):
    server = start_server("--conf", "spark.driver.memory=24m", "--conf", "spark.memory.storageFraction=0.1")
    spark = connect(server)
    frame = spark.range(1_500_000).select("id", (F.col("id") * 3).alias("b")).cache()
    assert frame.count() == 1_500_000
    # The sort needs memory that the cached rows hold.
    assert spark.range(600_000).select(F.col("id"), F.rand(1).alias("r")).orderBy("r").tail(1)[0] is not None
    assert frame.agg(F.sum("b")).first()[0] == 3 * sum(range(1_500_000))
    spark.stop()


def test_same_semantics(spark):
    frame = spark.range(10)
    assert frame.withColumn("a", frame.id * 2).sameSemantics(frame.withColumn("b", frame.id * 2))
    assert not frame.withColumn("a", frame.id * 2).sameSemantics(frame.withColumn("a", frame.id * 3))
    assert frame.selectExpr("id + 1").semanticHash() == frame.selectExpr("1 + id").semanticHash()


def test_a_cached_table_outlives_its_files_until_it_is_refreshed(spark, tmp_path):
    folder = tmp_path / "rows"
    folder.mkdir()
    spark.sql(f"CREATE TABLE kept_rows (line STRING) USING text LOCATION '{folder}'")
    spark.sql("INSERT INTO kept_rows SELECT 'abc'")
    spark.catalog.cacheTable("kept_rows")
    assert spark.table("kept_rows").count() == 1
    shutil.rmtree(folder)
    assert spark.table("kept_rows").count() == 1
    spark.catalog.refreshTable("kept_rows")
    assert spark.table("kept_rows").count() == 0
    spark.sql("DROP TABLE kept_rows")
