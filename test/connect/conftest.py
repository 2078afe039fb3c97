"""A server of its own for the whole run, and a session of its own for each test: the stock PySpark client, unchanged."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import warnings

warnings.simplefilter("ignore", FutureWarning)

import pytest
from pyspark.sql import SparkSession

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("FLINT_BIN", str(ROOT / "build/release/bin/flint"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A `flint server` process on a free port, working in `folder`."""

    def __init__(self, folder, *options, **variables):
        self.port = free_port()
        self.log = open(pathlib.Path(folder) / "server.log", "ab")
        # Python workers are of the same interpreter as the tests, and find the tests' modules: functions of these are pickled by name.
        environment = dict(os.environ, PYSPARK_PYTHON=sys.executable, PYTHONPATH=str(ROOT / "test/connect"), **variables)
        self.process = subprocess.Popen(
            [BINARY, "server", "--port", str(self.port), *options], cwd=folder, stderr=self.log, stdout=self.log, env=environment
        )
        deadline = time.monotonic() + 60
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            assert self.process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server does not listen"
            time.sleep(0.02)

    @property
    def remote(self):
        return f"sc://127.0.0.1:{self.port}"

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        finally:
            self.process.kill()
            self.log.close()


def connect(server, **settings):
    builder = SparkSession.builder.remote(server.remote)
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.create()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    assert started.stop() == 0


@pytest.fixture
def spark(server):
    session = connect(server)
    yield session
    session.stop()


@pytest.fixture
def start_server(tmp_path):
    """Starts further servers, with options and environment variables, which are stopped at the end of the test."""
    started = []

    def start(*options, **variables):
        started.append(Server(tmp_path, *options, **variables))
        return started[-1]

    yield start
    for one in started:
        one.stop()
