#!/usr/bin/env python3
"""Runs .slt files against a Spark Connect server, each file in a session of its own, in one or more modes.

    run_slt.py --remote sc://HOST:PORT [--mode NAME]... [FILE or FOLDER]...

A file is a list of blocks, separated by empty lines; lines that start with # are comments:

    statement ok                       query                                query error DIVIDE_BY_ZERO 22012
    CREATE TEMP VIEW v AS SELECT 1     SELECT a, b FROM t ORDER BY a        SELECT 1 div 0
                                       ----
    statement error CONDITION          1	x
    ...                                2	NULL

`query` compares rows in order, `query rowsort` as a multiset. Columns are separated by tabs; NULL, true, false; decimals with all their
digits; doubles as Python prints them; strings as they are ((empty) for an empty one); arrays and structs as [a,b], maps as {k:v}.
A mode is a set of settings under which every answer must be the same. The last line is `N passed, N failed`.
"""
import argparse
import datetime
import decimal
import logging
import sys
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

logging.disable(logging.CRITICAL)  # the client logs every failed statement

MODES = {
    "default": {},
    "cluster": {"spark.flint.execution.cut": "cluster"},
    "one-row-batches": {"spark.flint.execution.batchRows": "1"},
    "one-thread": {"spark.flint.execution.threads": "1"},
    "seven-threads": {"spark.flint.execution.threads": "7"},
    "spill": {"spark.flint.memory.spillThreshold": "1m"},
    "constant-hash": {"spark.flint.execution.constantHash": "true"},
}


def blocks(path):
    """Yields (line number, lines) of each block."""
    block, start = [], 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() + [""], 1):
        if line.strip():
            if not line.startswith("#"):
                block.append(line)
                start = start or number
        elif block:
            yield start, block
            block, start = [], 0


def text(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (bytes, bytearray)):
        return value.hex().upper()
    if isinstance(value, dict):
        return "{" + ",".join(f"{text(k)}:{text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(text(v) for v in value) + "]"
    return str(value) if value != "" else "(empty)"


def run_block(spark, block):
    """None when the block holds, else what went wrong."""
    head = block[0].split()
    body = block[1:]
    expected = []
    if "----" in body:
        cut = body.index("----")
        expected, body = body[cut + 1:], body[:cut]
    sql = "\n".join(body)
    wants_error = len(head) > 1 and head[1] == "error"
    try:
        rows = ["\t".join(text(v) for v in row) for row in spark.sql(sql).collect()]
    except PySparkException as error:
        if not wants_error:
            return f"{type(error).__name__}: {error}"
        got = [error.getCondition(), error.getSqlState()]
        wanted = head[2:4]
        return None if got[: len(wanted)] == wanted else f"wanted {wanted}, got {got}"
    if wants_error:
        return f"wanted {' '.join(head[2:])}, got {len(rows)} rows"
    if head[0] == "statement":
        return None
    if "rowsort" in head:
        rows, expected = sorted(rows), sorted(expected)
    return None if rows == expected else "wanted\n    " + "\n    ".join(expected) + "\n  got\n    " + "\n    ".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remote", required=True)
    parser.add_argument("--mode", action="append", choices=MODES, default=[])
    parser.add_argument("paths", nargs="*", type=Path, default=[Path(__file__).parent])
    args = parser.parse_args()
    files = sorted(f for p in args.paths for f in (p.rglob("*.slt") if p.is_dir() else [p]))
    passed = failed = 0
    for mode in args.mode or ["default"]:
        for path in files:
            spark = SparkSession.builder.remote(args.remote).create()
            for key, value in {"spark.sql.session.timeZone": "UTC", **MODES[mode]}.items():
                spark.conf.set(key, value)
            for line, block in blocks(path):
                problem = run_block(spark, block)
                passed += problem is None
                failed += problem is not None
                if problem is not None:
                    print(f"{path}:{line} [{mode}]\n  {problem}")
            spark.stop()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
