"""What workers are given and what is seen of them: profiles, files of the session, an end that says why, silence that ends them."""

import ctypes
import os
import threading
import time
import zipfile

import pytest
from pyspark.errors import AnalysisException
from pyspark.errors.exceptions.connect import SparkException
from pyspark.sql.functions import lit, udf, udtf
from pyspark.sql.types import LongType, StructType
from pyspark.sql.udtf import AnalyzeResult


@udf(LongType())
def plus_one(x):
    return x + 1


@pytest.mark.parametrize("plan_cache, ids", [("true", 2), ("false", 4)])
def test_profiles_of_calls(spark, capsys, plan_cache, ids):
    spark.conf.set("spark.sql.pyspark.udf.profiler", "perf")
    spark.conf.set("spark.connect.session.planCache.enabled", plan_cache)
    frame = spark.range(10).select(plus_one("id"), plus_one("id"), plus_one(lit(1)))
    frame.collect()
    frame.collect()
    found = list(spark._profiler_collector._profile_results)
    assert len(found) == ids
    spark.profile.show(found[0], type="perf")
    assert f"Profile of UDF<id={found[0]}>" in capsys.readouterr().out
    spark.profile.clear()
    spark.conf.set("spark.sql.pyspark.udf.profiler", "")
    frame.collect()
    assert not spark._profiler_collector._profile_results


def test_observations_stand_beside_profiles(spark):
    from pyspark.sql import Observation
    from pyspark.sql.functions import count

    spark.conf.set("spark.sql.pyspark.udf.profiler", "perf")
    seen = Observation("__python_accumulator")
    assert spark.range(3).observe(seen, count(lit(1)).alias("n")).select(plus_one("id")).count() == 3
    assert seen.get == {"n": 3}


def test_files_and_archives_lie_where_functions_run(spark, tmp_path):
    (tmp_path / "words.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr("inner/more.txt", "world")
    spark.addArtifacts(str(tmp_path / "words.txt"), file=True)
    spark.addArtifacts(str(tmp_path / "pack.zip") + "#unpacked", archive=True)

    def read():
        with open("words.txt") as first, open(os.path.join("unpacked", "inner", "more.txt")) as second:
            return first.read() + " " + second.read()

    assert spark.range(1).select(udf(read)()).collect()[0][0] == "hello world"

    @udtf
    class Named:
        @staticmethod
        def analyze():
            return AnalyzeResult(StructType().add(read().replace(" ", "_"), LongType()))

        def eval(self):
            yield len(read()),

    rows = Named()
    assert rows.columns == ["hello_world"]
    assert rows.collect()[0][0] == 11


def test_a_crash_is_told_with_its_traceback(spark):
    crash = udf(lambda x: ctypes.string_at(0))
    with pytest.raises(SparkException, match="Consider setting"):
        spark.range(1).select(crash("id")).collect()
    spark.conf.set("spark.sql.execution.pyspark.udf.faulthandler.enabled", "true")
    with pytest.raises(SparkException, match="Segmentation fault"):
        spark.range(1).select(crash("id")).collect()


def analyzed_slowly():
    @udtf
    class Slow:
        @staticmethod
        def analyze():
            time.sleep(600)

        def eval(self):
            yield 1,

    return Slow()


def test_silence_ends_a_worker(spark):
    spark.conf.set("spark.sql.execution.pyspark.udf.idleTimeoutSeconds", "1s")
    spark.conf.set("spark.sql.execution.pyspark.udf.killOnIdleTimeout", "true")
    message = r"terminated due to idle timeout \(timeout: 1 seconds\)"
    forever = udf(lambda x: time.sleep(600))
    with pytest.raises(SparkException, match=message):
        spark.range(1).select(forever("id")).collect()

    with pytest.raises(AnalysisException, match=message):
        analyzed_slowly().collect()
    # Those that do their work are left alone.
    assert spark.range(2).select(plus_one("id")).count() == 2


def test_an_analysis_that_takes_long_is_interrupted(spark):
    def interrupt():
        deadline = time.monotonic() + 60
        while not spark.interruptAll() and time.monotonic() < deadline:
            pass

    stopper = threading.Thread(target=interrupt)
    stopper.start()
    began = time.monotonic()
    with pytest.raises(Exception, match="OPERATION_CANCELED"):
        analyzed_slowly().collect()
    stopper.join()
    assert time.monotonic() - began < 60


def test_several_tables_as_arguments(spark):
    class Pairs:
        def eval(self, a, b):
            yield a[0], b[0]

    spark.udtf.register("pairs_of", udtf(Pairs, returnType="a: int, b: int"))
    query = "SELECT * FROM pairs_of(TABLE (SELECT id FROM range(2)), TABLE (SELECT id FROM range(3)))"
    with pytest.raises(AnalysisException, match="TOO_MANY_TABLE_ARGUMENTS"):
        spark.sql(query).collect()
    spark.conf.set("spark.sql.tvf.allowMultipleTableArguments.enabled", "true")
    assert sorted(map(tuple, spark.sql(query).collect())) == [(a, b) for a in range(2) for b in range(3)]


def test_a_barrier_task_and_columns_without_null(spark):
    def kind(batches):
        import pandas as pd
        from pyspark import BarrierTaskContext, TaskContext

        for _ in batches:
            yield pd.DataFrame({"barrier": [isinstance(TaskContext.get(), BarrierTaskContext)]})

    frame = spark.range(1)
    assert frame.mapInPandas(kind, "barrier boolean", barrier=True).collect()[0][0] is True
    assert frame.mapInPandas(kind, "barrier boolean").collect()[0][0] is False

    def nothing(batches):
        import pandas as pd

        for _ in batches:
            yield pd.DataFrame({"a": [1, None]})

    with pytest.raises(Exception, match="`a` is null"):
        frame.mapInPandas(nothing, "a long not null").collect()


def test_a_barrier_stage_is_one_task(spark):
    def meet(batches):
        import pandas as pd
        from pyspark import BarrierTaskContext

        context = BarrierTaskContext.get()
        context.barrier()
        said = context.allGather(str(context.partitionId()))
        rows = sum(len(batch) for batch in batches)
        yield pd.DataFrame({"rows": [rows], "said": [",".join(said)], "tasks": [len(context.getTaskInfos())]})

    frame = spark.range(0, 10000, 1, 4)
    assert [tuple(row) for row in frame.mapInPandas(meet, "rows long, said string, tasks long", barrier=True).collect()] == [(10000, "0", 1)]

    def same(batches):
        from pyspark import BarrierTaskContext

        BarrierTaskContext.get().barrier()
        yield from batches

    assert frame.mapInArrow(same, "id long", barrier=True).agg({"id": "sum"}).first()[0] == sum(range(10000))


def test_resource_profiles_are_taken(spark, monkeypatch):
    from pyspark.resource import ExecutorResourceRequests, ResourceProfileBuilder, TaskResourceRequests
    from pyspark.sql.connect.session import SparkSession

    # Profiles know their session by way of the active one.
    SparkSession._set_default_and_active_session(spark)
    needs = ExecutorResourceRequests().cores(2).memory("6g").resource("gpu", 2, "find_gpus", "nvidia.com")
    profile = ResourceProfileBuilder().require(needs).require(TaskResourceRequests().cpus(2)).build
    assert profile.id > 0
    frame = spark.range(10)
    assert frame.mapInPandas(lambda batches: batches, frame.schema, False, profile).count() == 10
    assert frame.mapInArrow(lambda batches: batches, frame.schema, False, profile).count() == 10
