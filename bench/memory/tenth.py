#!/usr/bin/env python3
"""Runs queries with a tenth of the memory that they would like.

    tenth.py SUITE DATA [query...]      (BENCH_DIR names the folder of sqlbench.py; FLINT_BIN the binary)

Each query runs on a server of the default budget, which tells its peak memory (the metric "peak memory" of the result), and
on one whose `spark.driver.memory` is a tenth of that. Printed for each: the peak in MiB, the limit, both times in seconds (the
better of two runs), how many times as long the limited one took, and whether the rows are the same. The status is 1 where a
query failed or gave other rows.
"""
import os
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.environ.get("BENCH_DIR", "../shared/bench"))
import sqlbench  # noqa: E402

RUNS = 2
LEAST_BYTES = 1 << 20


class Server:
    def __init__(self, *options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        binary = os.path.abspath(os.environ.get("FLINT_BIN", "build/release/bin/flint"))
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([binary, "server", "--host", "127.0.0.1", "--port", str(port), *options],
                                        cwd=self.folder.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        from pyspark.sql import SparkSession

        self.session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()

    def tables(self, data):
        for name, path in sqlbench.tables(data).items():
            self.session.read.parquet(path).createOrReplaceTempView(name)
        return self

    def stop(self):
        self.session.stop()
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def run(session, query):
    best, rows, peak = float("inf"), None, 0
    for _ in range(RUNS):
        frame = session.sql(query)
        start = time.perf_counter()
        rows = frame.collect()
        best = min(best, time.perf_counter() - start)
        for plan in frame.executionInfo.metrics._metrics:
            for metric in plan._metrics:
                if metric.name == "peak memory":
                    peak = max(peak, metric.value)
    return best, rows, peak


def main():
    suite, data, *only = sys.argv[1:]
    free = Server().tables(data)
    worst, failed = 0.0, False
    for name, query in sqlbench.load_suite(suite, only).items():
        usual, rows, peak = run(free.session, query)
        limit = max(peak // 10, LEAST_BYTES)
        limited = Server("--conf", f"spark.driver.memory={limit}b").tables(data)
        try:
            tight, same, _ = run(limited.session, query)
            equal = rows == same
            worst = max(worst, tight / usual)
            print(f"{name:5} peak {peak / 2**20:8.1f} limit {limit / 2**20:7.1f}  {usual:7.3f} s {tight:7.3f} s  {tight / usual:5.2f} x  {'same' if equal else 'OTHER ROWS'}", flush=True)
            failed = failed or not equal
        except Exception as error:  # noqa: BLE001 a failed query is reported, the others go on
            failed = True
            print(f"{name:5} peak {peak / 2**20:8.1f} limit {limit / 2**20:7.1f}  {usual:7.3f} s FAILED {str(error)[:150]}", flush=True)
        limited.stop()
    free.stop()
    print(f"worst {worst:.2f} x")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
