#!/usr/bin/env python3
"""Python functions and data frames that change sides: Flint beside Spark and Sail, in one run through one client.

    .venv/bin/python bench/python_udf.py [--spark VENV] [--sail VENV] [--rows 10000000] [--only PART]... [--engine NAME]...

VENV is a virtual environment with `pyspark` (the whole of it, and Java 17 on the machine), or with `pysail`; an engine without one is left out.
Parts:

    plain      x + 1 a row, over ROWS rows of `range`, summed up
    pandas     the same as a pandas function of batches          arrow    the same as an Arrow function of batches
    wide       an Arrow function that gives back its only argument, of eight doubles a row: bytes moved
    frame      a pandas function of the same kind
    first      the first call of a function in a session, while other sessions have idle workers; the best of five
    collect    toPandas() of ROWS rows of five numbers and five doubles
    create     createDataFrame() of the same pandas frame, and its count

Each line has the wall time, and the CPU seconds of the server's processes and of this one: on a machine that is not quiet judge by these. Functions are
run twice, the second time counts. Ratios are CPU seconds of all processes, Flint's against another's; `moved` is what goes to the workers and back,
a second of the CPU that the server's processes take more than for the same query with an expression in the function's place.
"""

import argparse
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings

warnings.simplefilter("ignore")
os.environ.setdefault("SPARK_CONNECT_PROGRESS_BAR_ENABLED", "0")

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
PARTS = ("plain", "pandas", "arrow", "wide", "frame", "first", "collect", "create")
# Bytes that a row takes to the workers and back.
MOVED = {"plain": 16, "pandas": 16, "arrow": 16, "wide": 128, "frame": 128}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_below(root):
    """The process and its descendants with their CPU seconds, those of ended children among them."""
    parents, seconds = {}, {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry)] = int(fields[1])
        seconds[int(entry)] = sum(map(int, fields[11:15])) / TICKS
    found, added = {root}, True
    while added:
        more = {process for process, parent in parents.items() if parent in found} - found
        added = bool(more)
        found |= more
    return {process: seconds[process] for process in found if process in seconds}


class Engine:
    """A server of an engine, working in a folder of its own."""

    def __init__(self, name, command, environment):
        self.name = name
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix=f"flint_bench_{name}_")
        log = open(os.path.join(self.folder, "log"), "wb")
        command = [part.replace("{port}", str(self.port)).replace("{folder}", self.folder) for part in command]
        self.process = subprocess.Popen(command, cwd=self.folder, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 120
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{name} does not start:\n" + pathlib.Path(self.folder, "log").read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def session(self):
        return SparkSession.builder.remote(f"sc://127.0.0.1:{self.port}").create()

    def cpu(self):
        return sum(processes_below(self.process.pid).values())

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(name, options):
    if name == "flint":
        binary = os.environ.get("FLINT_BIN", str(ROOT / "build/release/bin/flint"))
        return Engine(name, [binary, "server", "--port", "{port}"], {"PYSPARK_PYTHON": sys.executable})
    if name == "sail":
        return Engine(name, [f"{options.sail}/bin/sail", "spark", "server", "--port", "{port}"], {})
    home = subprocess.run([f"{options.spark}/bin/python", "-c", "import pyspark; print(pyspark.__path__[0])"], check=True, capture_output=True, text=True)
    home = home.stdout.strip()
    command = [f"{home}/bin/spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[*]"]
    command += ["--driver-memory", "4g", "--conf", "spark.connect.grpc.binding.port={port}", "--conf", "spark.connect.grpc.binding.address=127.0.0.1"]
    command += ["--conf", "spark.ui.enabled=false", "--conf", "spark.log.level=ERROR", "--conf", "spark.sql.warehouse.dir=file:{folder}/warehouse"]
    command += ["--conf", "spark.driver.maxResultSize=0", "spark-internal"]
    return Engine(name, command, {"SPARK_HOME": home, "PYSPARK_PYTHON": f"{options.spark}/bin/python", "SPARK_LOCAL_IP": "127.0.0.1"})


def measured(engine, work):
    """Wall time, CPU seconds of the server's processes and of this one, and what `work` gives."""
    server, own, started = engine.cpu(), time.process_time(), time.perf_counter()
    result = work()
    return time.perf_counter() - started, engine.cpu() - server, time.process_time() - own, result


def plus_one(rows):
    return rows + 1


def functions():
    import pandas as pd
    import pyarrow as pa

    def of_pandas(column: pd.Series) -> pd.Series:
        return column + 1

    def of_arrow(column: pa.Array) -> pa.Array:
        import pyarrow.compute

        return pyarrow.compute.add(column, 1)

    def same(column: pa.Array) -> pa.Array:
        return column

    def same_frame(frame: pd.DataFrame) -> pd.DataFrame:
        return frame

    eight_doubles = "struct<" + ",".join(f"a{i}:double" for i in range(8)) + ">"
    return {
        "plain": F.udf(plus_one, "bigint"),
        "pandas": F.pandas_udf(of_pandas, "bigint"),
        "arrow": F.arrow_udf(of_arrow, "bigint"),
        "wide": F.arrow_udf(same, eight_doubles),
        "frame": F.pandas_udf(same_frame, eight_doubles),
    }


def run_function(spark, part, rows, without=False):
    """Whether the answer is right; `without` the function an expression takes its place."""
    function = functions()[part]
    if without:
        function = (lambda row: row) if part in ("wide", "frame") else (lambda name: F.col(name) + 1)
    if part in ("wide", "frame"):
        row = F.struct(*[(F.col("id") + float(i)).alias(f"a{i}") for i in range(8)])
        return spark.range(rows).select(function(row).alias("s")).agg(F.sum("s.a7")).first()[0] == rows * (rows - 1) / 2 + 7.0 * rows
    return spark.range(rows).select(function("id").alias("y")).agg(F.sum("y")).first()[0] == rows * (rows + 1) // 2


def first_call(engine):
    """Seconds of the first function of a session; others have gone before, and one statement of its own that needs no worker."""
    best = 1e9
    for _ in range(5):
        spark = engine.session()
        spark.range(1).collect()
        started = time.perf_counter()
        assert spark.range(1).select(F.udf(plus_one, "bigint")("id")).first()[0] == 1
        best = min(best, time.perf_counter() - started)
        spark.stop()
    return best


def frame(rows):
    import numpy as np
    import pandas as pd

    ids = np.arange(rows)
    return pd.DataFrame({f"c{i}": ids + i if i < 5 else ids * 0.5 + i for i in range(10)})


def run_part(engine, part, rows):
    spark = engine.session()
    try:
        if part == "first":
            run_function(spark, "plain", 10)
            return first_call(engine), 0.0, 0.0, True
        if part == "collect":
            table = spark.range(rows).selectExpr(*[f"id + {i} AS c{i}" if i < 5 else f"id * 0.5D + {i}D AS c{i}" for i in range(10)])
            spark.conf.set("spark.sql.execution.arrow.pyspark.enabled", "true")
            return measured(engine, lambda: table.toPandas().shape == (rows, 10))
        if part == "create":
            data = frame(rows)
            return measured(engine, lambda: spark.createDataFrame(data).count() == rows)
        run_function(spark, part, rows)
        base = measured(engine, lambda: run_function(spark, part, rows, without=True))[1]
        result = measured(engine, lambda: run_function(spark, part, rows))
        return *result, max(result[1] - base, 1 / TICKS)
    finally:
        spark.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spark", help="virtual environment with pyspark")
    parser.add_argument("--sail", help="virtual environment with pysail")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--engine", action="append", choices=("flint", "spark", "sail"))
    options = parser.parse_args()
    engines = [name for name in ("flint", "spark", "sail") if name == "flint" or getattr(options, name)]
    cpu = {}
    for name in [name for name in engines if not options.engine or name in options.engine]:
        engine = start(name, options)
        try:
            for part in options.only or PARTS:
                try:
                    wall, server, client, right, *functions_cpu = run_part(engine, part, options.rows)
                except Exception as error:  # of that engine; the others go on
                    reason = error.details() if hasattr(error, "details") else str(error)
                    print(f"{name:6} {part:8} failed: {reason.splitlines()[0][:150]}", flush=True)
                    continue
                cpu[name, part] = wall if part == "first" else server + client
                line = f"{name:6} {part:8} {wall:8.3f} s"
                if part != "first":
                    line += f"   CPU server {server:7.2f} s, client {client:6.2f} s   {options.rows / wall:12,.0f} rows/s"
                if functions_cpu:
                    line += f"   moved {MOVED[part] * options.rows / functions_cpu[0] / 1e9:.2f} GB/s"
                print(line + ("" if right else "   WRONG ANSWER"), flush=True)
        finally:
            engine.stop()
    for part in options.only or PARTS:
        for other in ("spark", "sail"):
            if ("flint", part) in cpu and (other, part) in cpu:
                print(f"{part:8} {cpu[other, part] / max(cpu['flint', part], 1e-3):6.1f} times as fast as {other}")


if __name__ == "__main__":
    main()
