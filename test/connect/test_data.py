"""Reading, writing, caching and checkpoints through the client."""

import pytest
from pyspark.sql import functions as F


@pytest.mark.parametrize("form", ["parquet", "json", "csv"])
def test_files_are_written_and_read_back(spark, tmp_path, form):
    path = str(tmp_path / "out")
    frame = spark.range(10).select("id", F.concat(F.lit("n"), F.col("id").cast("string")).alias("name"))
    frame.write.format(form).option("header", True).save(path)
    back = spark.read.format(form).option("header", True).schema("id long, name string").load(path)
    assert sorted(tuple(row) for row in back.collect()) == [(i, f"n{i}") for i in range(10)]
    frame.write.format(form).mode("append").option("header", True).save(path)
    assert spark.read.format(form).option("header", True).schema("id long, name string").load(path).count() == 20
    frame.write.format(form).mode("overwrite").option("header", True).save(path)
    assert spark.read.format(form).option("header", True).schema("id long, name string").load(path).count() == 10


def test_an_existing_folder_is_not_overwritten(spark, tmp_path):
    from pyspark.errors import AnalysisException

    path = str(tmp_path / "out")
    spark.range(1).write.parquet(path)
    with pytest.raises(AnalysisException) as caught:
        spark.range(1).write.parquet(path)
    assert caught.value.getCondition() == "PATH_ALREADY_EXISTS"
    spark.range(5).write.mode("ignore").parquet(path)
    assert spark.read.parquet(path).count() == 1


def test_partition_folders(spark, tmp_path):
    path = str(tmp_path / "out")
    spark.range(6).select("id", (F.col("id") % 2).alias("odd")).write.partitionBy("odd").parquet(path)
    back = spark.read.parquet(path)
    assert back.columns == ["id", "odd"]
    assert sorted(row.id for row in back.where("odd = 1").collect()) == [1, 3, 5]


def test_a_cached_frame_gives_the_same_rows_again(spark):
    frame = spark.range(100).select(F.rand().alias("r")).cache()
    assert frame.collect() == frame.collect()
    assert frame.storageLevel.useMemory
    frame.unpersist()
    assert not frame.storageLevel.useMemory


def test_a_local_checkpoint_gives_the_same_rows_again(spark):
    frame = spark.range(100).select(F.rand().alias("r")).localCheckpoint()
    assert frame.collect() == frame.collect()


def test_a_path_that_is_not_there(spark):
    from pyspark.errors import AnalysisException

    with pytest.raises(AnalysisException) as caught:
        spark.read.parquet("/no/such/path").collect()
    assert caught.value.getCondition() == "PATH_NOT_FOUND"


def test_what_may_be_null_to_spark(spark):
    """A quotient, and a cast that may fail, count as nullable even where such a failure is an error."""
    frame = spark.sql("SELECT id % 3, id div 2, id / 2, CAST(id AS DECIMAL(3,1)), CAST('1' AS INT), CAST(id AS DECIMAL(21,1)), CAST(id AS INT), id * 2 FROM range(1)")
    assert [field.nullable for field in frame.schema] == [True, True, True, True, True, False, False, False]
