"""A `flint server` process that belongs to this program."""

import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import weakref

_PACKAGE = pathlib.Path(__file__).resolve().parent
_SECONDS_TO_END = 20


class ServerError(RuntimeError):
    """The server did not start; the message has what it said."""


def _end(process, log):
    """Closes the server's input, which is how it learns that nobody needs it any more."""
    for pipe in (process.stdin, process.stdout):
        pipe.close()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()


class Server:
    """Starts a server, and ends it with `stop`, with the `with` statement, or with the program, in whatever way that ends.

    Parameters: `memory` is the most that queries may take ("4g"; without, the engine's default), `port` the one to listen on (0: a free one),
    `config` further settings of `flint server`, `directory` the folder that it works in (without, this program's): relative names of files, and
    `spark-warehouse` for tables.
    """

    def __init__(self, *, memory=None, port=0, config=None, directory=None):
        settings = dict(config or {})
        if memory is not None:
            settings["spark.driver.memory"] = memory
        self.token = settings.pop("spark.connect.authenticate.token", None) or secrets.token_urlsafe(24)
        command = [os.environ.get("FLINT_BIN", str(_PACKAGE / "bin/flint")), "server", "--attached", "--host", "127.0.0.1", "--port", str(port)]
        for key, value in settings.items():
            command += ["--conf", f"{key}={_text(value)}"]
        # Its log is a file: a pipe that nobody reads would stop it.
        log = tempfile.TemporaryFile(prefix="flint_server")
        # In a session of its own: Ctrl-C interrupts the program's query, not the server.
        self._process = subprocess.Popen(
            command,
            cwd=directory,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        self.stop = weakref.finalize(self, _end, self._process, log)
        # A fork of this program must not keep the server's input open.
        pipe = weakref.ref(self._process.stdin)
        os.register_at_fork(after_in_child=lambda: pipe() is not None and pipe().close())
        answer = self._process.stdout.readline()
        if not answer:
            self._process.wait()
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
            self.stop()
            raise ServerError(f"the server did not start: {said}")
        self.port = int(answer)

    def _environment(self):
        """The server's: functions run by this program's interpreter, and find the modules that it finds."""
        environment = dict(os.environ, SPARK_CONNECT_AUTHENTICATE_TOKEN=self.token)
        environment.setdefault("PYSPARK_PYTHON", sys.executable)
        environment["PYTHONPATH"] = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
        environment.pop("SPARK_REMOTE", None)
        return environment

    @property
    def remote(self):
        """Where `SparkSession.builder.remote(...)` finds the server."""
        return f"sc://localhost:{self.port}/;token={self.token}"  # by this name the client sends a token without TLS

    @property
    def is_running(self):
        return self._process.poll() is None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)
