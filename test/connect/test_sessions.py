"""Sessions, settings, operations and the server's life."""

import os
import signal
import subprocess
import threading
import time
import uuid

import grpc
import pytest
from pyspark.errors.exceptions.connect import SparkConnectException
from pyspark.sql import SparkSession
import pyspark.sql.connect.proto as pb

from conftest import BINARY, Server, connect, free_port


def test_settings(spark):
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    assert spark.conf.get("spark.sql.shuffle.partitions") == "7"
    spark.conf.unset("spark.sql.shuffle.partitions")
    assert spark.conf.get("spark.sql.shuffle.partitions") == "200"
    assert spark.conf.get("no.such.key", "otherwise") == "otherwise"
    assert spark.conf.isModifiable("spark.sql.shuffle.partitions")


def test_sessions_do_not_see_each_other(server, spark):
    other = connect(server)
    spark.range(1).createOrReplaceTempView("mine")
    other.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    assert not other.catalog.tableExists("mine")
    assert spark.conf.get("spark.sql.session.timeZone") != "Asia/Tokyo"
    other.stop()


def test_a_cloned_session_has_views_and_settings(spark):
    spark.range(3).createOrReplaceTempView("numbers")
    spark.conf.set("spark.sql.shuffle.partitions", "5")
    clone = spark.cloneSession()
    assert clone.table("numbers").count() == 3
    assert clone.conf.get("spark.sql.shuffle.partitions") == "5"


def test_a_closed_session_stays_closed(server):
    session = connect(server)
    session.range(1).collect()
    client = session.client
    request = pb.ConfigRequest(session_id=client._session_id, user_context=pb.UserContext(user_id=client._user_id or ""))
    request.operation.get_all.SetInParent()
    session.stop()
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = pb.SparkConnectServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.Config(request)
    assert caught.value.code() == grpc.StatusCode.INTERNAL
    assert "INVALID_HANDLE.SESSION_CLOSED" in caught.value.details()


def test_a_session_id_that_is_no_uuid(server):
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        with pytest.raises(grpc.RpcError) as caught:
            pb.SparkConnectServiceStub(channel).Config(pb.ConfigRequest(session_id="me"))
    assert "INVALID_HANDLE.FORMAT" in caught.value.details()


def endless(spark):
    return spark.sql("select count(*) from range(1000000000000) a where id % 7 = 3")


def test_interrupt_by_tag(spark):
    caught = []

    def run():
        spark.addTag("slow")
        try:
            endless(spark).collect()
        except Exception as error:
            caught.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    deadline = time.monotonic() + 60
    while worker.is_alive() and time.monotonic() < deadline:
        spark.interruptTag("slow")
        worker.join(timeout=0.1)
    assert not worker.is_alive()
    assert "OPERATION_CANCELED" in str(caught[0])


def plan_of(spark, frame):
    return frame._plan.to_proto(spark.client)


def execute_request(spark, frame, operation_id):
    request = pb.ExecutePlanRequest(
        session_id=spark.client._session_id,
        user_context=pb.UserContext(user_id=spark.client._user_id or ""),
        operation_id=operation_id,
        plan=plan_of(spark, frame),
    )
    request.request_options.add().reattach_options.reattachable = True
    return request


def test_a_stream_is_taken_up_again(server, spark):
    spark.range(1).collect()
    operation_id = str(uuid.uuid4())
    request = execute_request(spark, spark.range(100_000), operation_id)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = pb.SparkConnectServiceStub(channel)
        first = stub.ExecutePlan(request)
        seen = [next(first), next(first)]
        first.cancel()
        again = pb.ReattachExecuteRequest(
            session_id=request.session_id,
            user_context=request.user_context,
            operation_id=operation_id,
            last_response_id=seen[-1].response_id,
        )
        seen += list(stub.ReattachExecute(again))
        assert sum(response.arrow_batch.row_count for response in seen) == 100_000
        assert seen[-1].HasField("result_complete")
        assert len({response.response_id for response in seen}) == len(seen)
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.ExecutePlan(request))
        assert "OPERATION_ALREADY_EXISTS" in caught.value.details()
        release = pb.ReleaseExecuteRequest(
            session_id=request.session_id, user_context=request.user_context, operation_id=operation_id
        )
        release.release_all.SetInParent()
        stub.ReleaseExecute(release)
        again.ClearField("last_response_id")
        again.operation_id = str(uuid.uuid4())
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.ReattachExecute(again))
        assert "INVALID_HANDLE.OPERATION_NOT_FOUND" in caught.value.details()


def test_a_second_reader_takes_over(server, spark):
    spark.range(1).collect()
    operation_id = str(uuid.uuid4())
    request = execute_request(spark, endless(spark), operation_id)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = pb.SparkConnectServiceStub(channel)
        first = stub.ExecutePlan(request)
        next(first)
        second = stub.ReattachExecute(
            pb.ReattachExecuteRequest(
                session_id=request.session_id, user_context=request.user_context, operation_id=operation_id
            )
        )
        next(second)
        with pytest.raises(grpc.RpcError) as caught:
            list(first)
        assert "INVALID_CURSOR.DISCONNECTED" in caught.value.details()
        assert operation_id in spark.interruptOperation(operation_id)


def test_malformed_requests_are_refused_and_the_server_goes_on(server, spark):
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        call = channel.unary_unary("/spark.connect.SparkConnectService/Config")
        with pytest.raises(grpc.RpcError) as caught:
            call(b"\xff\xff\xff\xff")
        assert caught.value.code() == grpc.StatusCode.INTERNAL
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/spark.connect.SparkConnectService/NoSuchCall")(b"")
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert spark.range(1).count() == 1


def test_results_wait_for_a_slow_reader(server, spark):
    spark.range(1).collect()
    request = execute_request(spark, spark.range(20_000_000), str(uuid.uuid4()))
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stream = pb.SparkConnectServiceStub(channel).ExecutePlan(request)
        rows = sum(response.arrow_batch.row_count for response in stream)
    assert rows == 20_000_000


def test_a_token_is_asked_for(start_server):
    server = start_server("--conf", "spark.connect.authenticate.token=secret")
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = pb.SparkConnectServiceStub(channel)
        request = pb.ConfigRequest(session_id=str(uuid.uuid4()))
        request.operation.get_all.SetInParent()
        with pytest.raises(grpc.RpcError) as caught:
            stub.Config(request)
        assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(grpc.RpcError):
            stub.Config(request, metadata=[("authorization", "Bearer wrong!")])
        stub.Config(request, metadata=[("authorization", "Bearer secret")])


def refused(*options, cwd):
    done = subprocess.run([BINARY, "server", *options], capture_output=True, text=True, timeout=60, cwd=cwd)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_what_cannot_start_says_why_in_one_line(server, tmp_path):
    assert "port is in use" in refused("--port", str(server.port), cwd=tmp_path)
    assert "no port" in refused("--port", "many", cwd=tmp_path)
    assert "needs a token" in refused("--host", "0.0.0.0", "--port", str(free_port()), cwd=tmp_path)
    assert "cannot read" in refused("--properties-file", "missing.conf", cwd=tmp_path)
    assert "unknown option" in refused("--nonsense", cwd=tmp_path)
    assert "key=value" in refused("--conf", "nonsense", cwd=tmp_path)
    assert "spark.driver.memory" in refused("--conf", "spark.driver.memory=much", "--port", str(free_port()), cwd=tmp_path)


def test_properties_come_from_a_file_and_options_win(start_server, tmp_path):
    (tmp_path / "flint.conf").write_text("# comment\nspark.sql.shuffle.partitions 11\nspark.sql.ansi.enabled=false\n")
    server = start_server("--properties-file", str(tmp_path / "flint.conf"), "--conf", "spark.sql.ansi.enabled=true")
    session = connect(server)
    assert session.conf.get("spark.sql.shuffle.partitions") == "11"
    assert session.conf.get("spark.sql.ansi.enabled") == "true"
    session.stop()


def test_sigterm_ends_it_with_status_zero(tmp_path):
    server = Server(tmp_path)
    session = connect(server)
    assert session.range(3).count() == 3
    session.stop()
    assert server.stop() == 0
