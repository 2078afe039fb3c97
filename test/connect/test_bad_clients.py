"""Clients and functions that behave badly: each fails alone, with a clear error, and the server goes on."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import uuid

import grpc
import pytest
from pyspark.errors.exceptions.connect import PythonException
from pyspark.sql import functions as F
import pyspark.sql.connect.proto as pb

from conftest import connect

SERVICE = "/spark.connect.SparkConnectService/"
ALL_MESSAGES = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


@pytest.fixture(autouse=True)
def goes_on(server, spark):
    yield
    assert server.process.poll() is None
    assert spark.range(3).select(F.udf(lambda x: x + 1, "long")("id").alias("y")).agg(F.sum("y")).first()[0] == 6


def execute_request(spark, frame):
    user = pb.UserContext(user_id=spark.client._user_id or "")
    plan = frame._plan.to_proto(spark.client)
    request = pb.ExecutePlanRequest(session_id=spark.client._session_id, user_context=user, operation_id=str(uuid.uuid4()), plan=plan)
    request.request_options.add().reattach_options.reattachable = True
    return request


def of_operation(kind, request, **fields):
    return kind(session_id=request.session_id, user_context=request.user_context, operation_id=request.operation_id, **fields)


def test_messages_cut_short_and_changed(server, spark):
    frame = spark.range(10).filter("id > 3").select(F.udf(lambda x: x, "long")("id"), F.lit("text"), F.struct("id"))
    execute = execute_request(spark, frame)
    analyze = pb.AnalyzePlanRequest(session_id=execute.session_id, user_context=execute.user_context)
    analyze.schema.plan.CopyFrom(execute.plan)
    config = pb.ConfigRequest(session_id=execute.session_id, user_context=execute.user_context)
    config.operation.get.keys.append("spark.sql.ansi.enabled")
    order = random.Random(6)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        for name, message in (("ExecutePlan", execute), ("AnalyzePlan", analyze), ("Config", config)):
            call = channel.unary_stream(SERVICE + name) if name == "ExecutePlan" else channel.unary_unary(SERVICE + name)
            whole = message.SerializeToString()
            damaged = [whole[: order.randrange(len(whole))] for _ in range(40)]
            for _ in range(40):
                changed = bytearray(whole)
                for _ in range(order.randrange(1, 4)):
                    changed[order.randrange(len(changed))] = order.randrange(256)
                damaged.append(bytes(changed))
            for sent in damaged:
                try:
                    answer = call(sent, timeout=60)
                    if name == "ExecutePlan":
                        list(answer)
                except grpc.RpcError as error:
                    known = (grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND)
                    assert error.code() in known and error.details(), (error.code(), error.details())


def test_enormous_plans(server, spark):
    def request_of(size):
        request = execute_request(spark, spark.range(1))
        request.plan.Clear()
        project = request.plan.root.project
        project.input.range.end = project.input.range.step = 1
        project.expressions.add().literal.string = "x" * size
        return request

    with grpc.insecure_channel(f"127.0.0.1:{server.port}", options=ALL_MESSAGES) as channel:
        stub = pb.SparkConnectServiceStub(channel)
        assert sum(response.arrow_batch.row_count for response in stub.ExecutePlan(request_of(120 << 20))) == 1
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.ExecutePlan(request_of(140 << 20)))
        assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_reattach_and_release_out_of_order(server, spark):
    spark.range(1).collect()
    request = execute_request(spark, spark.range(1000))
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = pb.SparkConnectServiceStub(channel)
        seen = list(stub.ExecutePlan(request))
        first = seen[0].response_id
        until = of_operation(pb.ReleaseExecuteRequest, request)
        until.release_until.response_id = seen[-1].response_id
        stub.ReleaseExecute(until)
        # What was released cannot be had again, from whichever place.
        for last in (first, None, "no-such-response"):
            again = of_operation(pb.ReattachExecuteRequest, request)
            if last is not None:
                again.last_response_id = last
            with pytest.raises(grpc.RpcError) as caught:
                list(stub.ReattachExecute(again))
            assert "INVALID_CURSOR" in caught.value.details() or "INVALID_HANDLE" in caught.value.details()
        release = of_operation(pb.ReleaseExecuteRequest, request)
        release.release_all.SetInParent()
        stub.ReleaseExecute(release)
        stub.ReleaseExecute(release)
        stub.ReleaseExecute(until)
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.ReattachExecute(of_operation(pb.ReattachExecuteRequest, request)))
        assert "INVALID_HANDLE" in caught.value.details()
        # An operation of one session is none of another's.
        other = of_operation(pb.ReattachExecuteRequest, request)
        other.session_id = str(uuid.uuid4())
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.ReattachExecute(other))
        assert "INVALID_HANDLE" in caught.value.details()
        ended = pb.ReleaseSessionRequest(session_id=str(uuid.uuid4()), user_context=request.user_context)
        stub.ReleaseSession(ended)
        stub.ReleaseSession(ended)


def test_clients_killed_in_the_middle_of_a_result(server, spark, tmp_path):
    program = textwrap.dedent(
        """
        import os, signal, sys
        from pyspark.sql import SparkSession, functions as F
        spark = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).create()
        frame = spark.range(200_000_000).select("id", F.udf(lambda x: x, "long")("id") if sys.argv[1] == "python" else F.col("id") + 1)
        for _ in frame.toLocalIterator():
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    script = tmp_path / "client.py"
    script.write_text(program)
    environment = dict(os.environ, SPARK_REMOTE=server.remote)
    clients = [subprocess.Popen([sys.executable, "-W", "ignore", str(script), kind], env=environment) for kind in ("python", "plain", "python", "plain")]
    for client in clients:
        assert client.wait(120) == -signal.SIGKILL
    started = time.monotonic()
    assert spark.range(1_000_000).agg(F.sum("id")).first()[0] == sum(range(1_000_000))
    assert time.monotonic() - started < 60


def test_functions_that_take_all_memory(server):
    spark = connect(server, **{"spark.executor.pyspark.memory": "1g"})

    def greedy(x):
        taken = []
        while True:
            taken.append(bytearray(1 << 26))

    with pytest.raises(PythonException, match="MemoryError"):
        spark.range(2).select(F.udf(greedy, "long")("id")).collect()
    assert spark.range(2).select(F.udf(lambda x: x, "long")("id")).count() == 2
    spark.stop()


def test_functions_that_give_the_wrong_type(spark):
    with pytest.raises(PythonException, match="(?s)invalid literal|Could not convert|Failed to parse"):
        spark.range(1).select(F.udf(lambda x: "no number", "int", useArrow=True)("id")).collect()
    with pytest.raises(PythonException):
        spark.range(1).select(F.udf(lambda x: object(), "array<int>", useArrow=True)("id")).collect()
    with pytest.raises(PythonException, match="pandas.Series"):
        spark.range(1).select(F.pandas_udf(lambda x: 7, "int", F.PandasUDFType.SCALAR)("id")).collect()
    with pytest.raises(PythonException, match="SCHEMA_MISMATCH|length"):
        spark.range(3).select(F.pandas_udf(lambda x: x[:1], "long", F.PandasUDFType.SCALAR)("id")).collect()
    with pytest.raises(Exception, match="RecordBatch"):
        spark.range(1).mapInArrow(lambda batches: iter([1]), "a int").collect()


def test_functions_that_fork_and_end(spark):
    def leaves_children(x):
        for _ in range(3):
            if os.fork() == 0:
                os._exit(0)
        return x

    assert [row[0] for row in spark.range(4).select(F.udf(leaves_children, "long")("id")).collect()] == [0, 1, 2, 3]

    def prints_and_closes(x):
        print("x" * 100_000)
        sys.stdout.flush()
        return x

    assert spark.range(4).select(F.udf(prints_and_closes, "long")("id")).count() == 4

    def child_returns(x):
        os.fork()
        return x

    try:
        spark.range(2).select(F.udf(child_returns, "long")("id")).collect()
    except Exception as failure:  # two processes speak at once: an error, or the answer
        assert "INTERNAL_ERROR" in str(failure) or "PYTHON" in str(failure)


def test_functions_that_write_into_the_socket(spark):
    def rubbish(x):
        import stat

        for descriptor in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                    os.write(descriptor, os.urandom(1000))
            except OSError:
                pass
        return x

    with pytest.raises(Exception, match="worker|PYTHON"):
        spark.range(2).select(F.udf(rubbish, "long")("id")).collect()


def test_functions_that_write_into_shared_memory(spark):
    def scribbles(column):
        import mmap
        import gc

        for found in gc.get_objects():
            if isinstance(found, mmap.mmap):
                found[:4096] = os.urandom(4096)
        return column

    scribbling = F.arrow_udf(scribbles, "long")
    for _ in range(3):
        try:
            spark.range(0, 1_000_000, 1, 2).select(scribbling("id").alias("x")).agg(F.sum("x")).first()
        except Exception as failure:
            assert "SQLSTATE" in str(failure) or "worker" in str(failure)
