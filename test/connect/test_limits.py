"""What ends operations, streams and sessions: interrupts, sizes, times. And how far queries have come."""

import os
import threading
import time
import uuid

import grpc
import pytest
import pyspark.sql.connect.proto as pb
from pyspark.sql import functions as F

from conftest import connect
from test_sessions import endless, execute_request


def in_background(run):
    caught = []

    def body():
        try:
            caught.append(run())
        except Exception as error:
            caught.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    return thread, caught


def interrupted(thread, interrupt):
    """Interrupts until it took effect; the seconds from then to the end."""
    deadline = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < deadline:
        if interrupt():
            began = time.monotonic()
            thread.join(timeout=30)
            assert not thread.is_alive()
            return time.monotonic() - began
        thread.join(timeout=0.05)
    raise AssertionError("nothing was there to interrupt")


def test_an_interrupted_write_leaves_nothing(spark, tmp_path):
    path = str(tmp_path / "out")
    thread, caught = in_background(lambda: endless(spark).union(spark.range(0, 10**12, 1, 4)).write.parquet(path))
    assert interrupted(thread, spark.interruptAll) < 5
    assert "OPERATION_CANCELED" in str(caught[0])
    assert not os.path.exists(path) or os.listdir(path) == []


def test_an_interrupted_insert_leaves_nothing(spark):
    spark.sql("DROP TABLE IF EXISTS interrupted")
    spark.sql("CREATE TABLE interrupted (id BIGINT) USING parquet")
    thread, caught = in_background(lambda: spark.sql("INSERT INTO interrupted SELECT id FROM range(1000000000000)"))
    interrupted(thread, spark.interruptAll)
    assert "OPERATION_CANCELED" in str(caught[0])
    assert spark.table("interrupted").count() == 0
    spark.sql("DROP TABLE interrupted")


def test_an_interrupted_cached_query_can_be_run_again(spark):
    frame = endless(spark).cache()
    thread, caught = in_background(frame.collect)
    interrupted(thread, spark.interruptAll)
    assert "OPERATION_CANCELED" in str(caught[0])
    frame.unpersist()
    assert spark.range(3).count() == 3


def test_results_have_a_largest_size(start_server):
    server = start_server("--conf", "spark.driver.maxResultSize=1m")
    spark = connect(server)
    assert len(spark.range(1000).collect()) == 1000
    with pytest.raises(Exception, match="bigger than spark.driver.maxResultSize"):
        spark.range(1_000_000).collect()
    assert spark.range(1_000_000).count() == 1_000_000
    spark.stop()


def test_streams_end_themselves_and_are_taken_up_again(start_server):
    server = start_server("--conf", "spark.connect.execute.reattachable.senderMaxStreamSize=200k")
    spark = connect(server)
    assert [row.id for row in spark.range(200_000).collect()] == list(range(200_000))
    request = execute_request(spark, spark.range(200_000), str(uuid.uuid4()))
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        first = list(pb.SparkConnectServiceStub(channel).ExecutePlan(request))
    assert first and not first[-1].HasField("result_complete")
    spark.stop()


def test_streams_end_after_a_time(start_server):
    server = start_server("--conf", "spark.connect.execute.reattachable.senderMaxStreamDuration=300ms", "--conf", "spark.connect.progress.reportInterval=100ms")
    spark = connect(server)
    spark.range(1).collect()
    request = execute_request(spark, endless(spark), str(uuid.uuid4()))
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        began = time.monotonic()
        responses = list(pb.SparkConnectServiceStub(channel).ExecutePlan(request))
    assert time.monotonic() - began < 20
    assert not any(response.HasField("result_complete") for response in responses)
    assert spark.interruptAll()
    spark.stop()


def test_operations_that_nobody_reads_are_abandoned(start_server):
    server = start_server("--conf", "spark.connect.execute.manager.detachedTimeout=300ms")
    spark = connect(server)
    spark.range(1).collect()
    request = execute_request(spark, endless(spark), str(uuid.uuid4()))
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = pb.SparkConnectServiceStub(channel)
        stream = stub.ExecutePlan(request)
        stream.initial_metadata()
        time.sleep(0.3)  # the request is on its way to a thread
        stream.cancel()
        again = pb.ReattachExecuteRequest(session_id=request.session_id, user_context=request.user_context, operation_id=request.operation_id)
        deadline = time.monotonic() + 30
        details = ""
        while "OPERATION_ABANDONED" not in details and time.monotonic() < deadline:
            status = pb.GetStatusRequest(session_id=request.session_id, user_context=request.user_context)
            status.operation_status.operation_ids.append(request.operation_id)
            state = stub.GetStatus(status).operation_statuses[0].state
            if state in (pb.GetStatusResponse.OperationStatus.OPERATION_STATE_RUNNING, pb.GetStatusResponse.OperationStatus.OPERATION_STATE_UNKNOWN):
                time.sleep(0.1)
                continue
            with pytest.raises(grpc.RpcError) as caught:
                list(stub.ReattachExecute(again))
            details = caught.value.details()
    assert "OPERATION_ABANDONED" in details
    spark.stop()


def test_sessions_that_nobody_uses_end(start_server):
    server = start_server("--conf", "spark.connect.session.manager.defaultSessionTimeout=300ms")
    spark = connect(server)
    spark.range(1).createOrReplaceTempView("mine")
    time.sleep(1.5)
    with pytest.raises(Exception, match="SESSION_CLOSED|SESSION_CHANGED|SESSION_NOT_FOUND"):
        spark.table("mine").collect()
    spark.stop()


def test_progress_of_stages(start_server):
    server = start_server("--conf", "spark.connect.progress.reportInterval=100ms")
    spark = connect(server)
    seen = []

    def handler(stages, inflight_tasks, operation_id, done):
        seen.append((list(stages or []), inflight_tasks, done))

    spark.registerProgressHandler(handler)
    spark.range(0, 30_000_000, 1, 8).select((F.col("id") % 1_000_003).alias("k")).groupBy("k").count().agg(F.max("count")).collect()
    spark.removeProgressHandler(handler)
    stages = [stage for entry in seen for stage in entry[0]]
    assert seen[-1][2] and stages
    assert max(stage.num_tasks for stage in stages) >= 8
    last = [entry[0] for entry in seen if entry[0]][-1]
    assert all(stage.done and stage.num_completed_tasks == stage.num_tasks for stage in last)
    before = len(seen)
    spark.range(10).collect()
    assert len(seen) == before
    spark.stop()


def test_progress_of_the_cluster_cut(start_server):
    server = start_server("--conf", "spark.flint.execution.cut=cluster")
    spark = connect(server)
    seen = []
    spark.registerProgressHandler(lambda stages, inflight_tasks, operation_id, done: seen.append(list(stages or [])))
    spark.range(0, 100_000, 1, 8).groupBy((F.col("id") % 10).alias("k")).count().collect()
    first = [stages for stages in seen if stages][0]
    assert max(stage.num_tasks for stage in first) >= 8
    spark.range(0, 40_000_000, 1, 8).groupBy((F.col("id") % 1_000_003).alias("k")).count().agg(F.max("count")).collect()
    last = [stages for stages in seen if stages][-1]
    assert max(stage.num_tasks for stage in last) >= 8 and all(stage.done for stage in last)
    spark.stop()


def resident_mib(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def test_an_unused_server_gives_memory_back(start_server):
    server = start_server("--conf", "spark.connect.progress.reportInterval=100ms")
    session = connect(server)
    session.sql("SELECT 1").collect()
    start = resident_mib(server)
    rows = session.sql("SELECT max(size(l)) FROM (SELECT collect_list(repeat(CAST(id AS STRING), 20)) l FROM range(1500000))").collect()
    assert rows[0][0] == 1500000
    deadline = time.monotonic() + 30
    while resident_mib(server) > start + 64 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert resident_mib(server) <= start + 64
    session.stop()
