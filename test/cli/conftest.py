import os
import pathlib
import subprocess

import pytest
from pseudo_terminal import Terminal

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("FLINT_BIN", str(ROOT / "build/release/bin/flint"))


@pytest.fixture
def run(tmp_path):
    """Runs `flint sql` with arguments in an empty folder."""

    def run_sql(*arguments, input=None):
        return subprocess.run([BINARY, "sql", *map(str, arguments)], input=input, capture_output=True, text=True, timeout=120, cwd=tmp_path)

    return run_sql


@pytest.fixture
def shell(tmp_path):
    """Starts `flint sql` on a terminal; the history is in tmp_path."""
    started = []

    def start(*arguments):
        environment = {**os.environ, "FLINT_HISTORY": str(tmp_path / "history")}
        started.append(Terminal(["env", "-C", str(tmp_path), BINARY, "sql", *arguments], environment))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()
