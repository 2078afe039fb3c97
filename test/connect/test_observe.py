"""Metrics that are computed while rows pass."""

import pytest
from pyspark.sql import Observation, functions as F


def test_metrics_of_all_rows(spark):
    observation = Observation("seen")
    frame = spark.range(100).observe(
        observation, F.count(F.lit(1)).alias("rows"), F.max("id").alias("top"), (F.sum("id") / F.count("id")).alias("mean"), F.lit("x").alias("text")
    )
    assert frame.where("id < 5").count() == 5
    assert observation.get == {"rows": 100, "top": 99, "mean": 49.5, "text": "x"}


def test_several_observations_and_groups_above(spark):
    below, above = Observation("below"), Observation("above")
    frame = spark.range(1000).observe(below, F.count("*").alias("n")).where("id % 2 = 0").observe(above, F.count("*").alias("n"), F.collect_list("id").alias("ids"))
    assert frame.groupBy((F.col("id") % 10).alias("k")).count().count() == 5
    assert below.get == {"n": 1000}
    assert above.get["n"] == 500 and above.get["ids"] == list(range(0, 1000, 2))


def test_no_rows(spark):
    observation = Observation()
    assert spark.range(0).observe(observation, F.count("*").alias("n"), F.max("id").alias("top")).collect() == []
    assert observation.get == {"n": 0, "top": None}


def test_writes(spark, tmp_path):
    observation = Observation("written")
    spark.range(10).observe(observation, F.count("*").alias("n")).write.parquet(str(tmp_path / "out"))
    assert observation.get == {"n": 10}


def test_cluster_cut(spark):
    spark.conf.set("spark.flint.execution.cut", "cluster")
    observation = Observation("parts")
    frame = spark.range(0, 1000, 1, 7).observe(observation, F.count("*").alias("n"), F.sum("id").alias("s"))
    assert frame.repartition(3).groupBy((F.col("id") % 3).alias("k")).count().count() == 3
    assert observation.get == {"n": 1000, "s": 499500}


def test_names(spark):
    frame = spark.range(10).observe("by_name", F.count("*").alias("n"))
    result = frame.collect()
    assert len(result) == 10
    assert frame.executionInfo.flows == [("by_name", {"n": 10})]
    with pytest.raises(Exception, match="[Aa]ggregate"):
        spark.range(10).observe("plain", F.col("id").alias("n")).collect()
