"""Flint in one line: a Spark session on a server of the program's own.

    import flint

    spark = flint.session()
    spark.range(10).show()

The server runs on this machine, listens on a free port of the loopback interface, takes this program's calls only, and ends with it.
"""

from flint.server import Server, ServerError
from flint.sessions import session, stop

__all__ = ["Server", "ServerError", "session", "stop"]
