"""The program's session, on one server for the whole program."""

import os
import sys
import threading

from flint.server import Server, _text

_lock = threading.Lock()
_server = None
_session = None
_owner = None  # the process that started them: a fork starts its own


def session(*, memory=None, port=0, config=None, directory=None):
    """The program's Spark Connect session; the first call starts the server.

    Later calls give the same session, whose settings those of their `config` replace; what belongs to the server (`memory`, `port`, `directory`)
    counts only for the call that starts it. Parameters: as of `flint.Server`.
    """
    global _server, _session, _owner

    with _lock:
        if _owner != os.getpid():
            _server = _session = None
            _owner = os.getpid()
        if _server is None or not _server.is_running:
            _server = Server(memory=memory, port=port, config=config, directory=directory)
            _session = None
        if _session is None or _session.is_stopped:
            _session = _client().builder.remote(_server.remote).create()
            if _is_notebook():
                _session.conf.set("spark.sql.repl.eagerEval.enabled", "true")
        for key, value in (config or {}).items():
            if _session.conf.isModifiable(key):
                _session.conf.set(key, _text(value))
        return _session


def stop():
    """Ends the session and the server; the next `session()` starts others."""
    global _server, _session
    with _lock:
        if _owner == os.getpid():
            if _session is not None:
                _session.stop()
            if _server is not None:
                _server.stop()
        _server = _session = None


def _client():
    """The client's session class. In a program without a file (`python -c`) the client looks for a Spark folder while it loads, and ends without one."""
    import pyspark

    is_set = "SPARK_HOME" in os.environ
    os.environ.setdefault("SPARK_HOME", os.path.dirname(pyspark.__file__))
    try:
        from pyspark.sql import SparkSession
        import pyspark.sql.connect.session  # noqa: F401
    finally:
        if not is_set:
            del os.environ["SPARK_HOME"]
    return SparkSession


def _is_notebook():
    shell = sys.modules.get("IPython")
    instance = shell.get_ipython() if shell is not None else None
    return instance is not None and getattr(instance, "kernel", None) is not None
