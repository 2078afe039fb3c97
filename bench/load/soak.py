#!/usr/bin/env python3
"""Many clients with mixed queries on one server: whether all answers are right, memory comes back, and small queries stay quick.

    tools/with_server.sh -- bench/load/soak.py [--seconds 20] [--clients 64] [--pause 1.0]

Each client is a session that asks one query after the other, chosen at random, with pauses of `--pause` seconds on average between them (0: none; then
the clients' own CPU time is most of the load). Every query has one right answer, among them errors, and a session is replaced now and then. Meanwhile a
process of its own asks `SELECT 1`, as it does before alone. The status is 1 where an answer was wrong, where the memory of the server and of its Python
processes does not return to a fourth and 64 MB above what it was after the first round, or where the 99th percentile of small queries is more than 50 ms
above what it was alone. Figures are of wall time: on a machine that is not quiet the last one says nothing.
"""

import argparse
import logging
import multiprocessing
import os
import pathlib
import random
import sys
import threading
import time
import traceback
import warnings

warnings.simplefilter("ignore")
logging.disable()  # the client writes a page for each error

from pyspark.errors import ArithmeticException, AnalysisException, PythonException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

CLIENTS_A_PROCESS = 8
MOST_MORE_MS = 50
SECONDS_TO_SETTLE = 30
SECONDS_ALONE = 10  # a hundredth of what is asked meanwhile are several queries
QUERIES_A_SESSION = 25


def small(spark, _):
    assert spark.sql("SELECT 1 AS one").first().one == 1


def aggregate(spark, choice):
    groups = choice.randint(2, 2000)
    rows = spark.range(200_000).groupBy((F.col("id") % groups).alias("k")).count().agg(F.count("*"), F.sum("count")).first()
    assert tuple(rows) == (groups, 200_000)


def join(spark, choice):
    step = choice.randint(1, 50)
    assert spark.range(0, 100_000, step).join(spark.range(0, 100_000, 7), "id").count() == len(set(range(0, 100_000, step)) & set(range(0, 100_000, 7)))


def sort(spark, choice):
    limit = choice.randint(1, 500)
    rows = spark.range(100_000).orderBy(F.desc(F.col("id") * 7919 % 100_003)).limit(limit).collect()
    assert len(rows) == limit


def frame(spark, choice):
    rows = choice.randint(1, 20_000)
    assert spark.range(rows).selectExpr("id", "CAST(id AS STRING) AS s", "id / 2 AS h").toPandas().s.iloc[-1] == str(rows - 1)


def upload(spark, choice):
    rows = [(i, str(i)) for i in range(choice.randint(1, 300))]
    assert [tuple(row) for row in spark.createDataFrame(rows, "a INT, b STRING").collect()] == rows


def function(spark, choice):
    more = choice.randint(1, 9)
    assert spark.range(1000).select(F.udf(lambda x: x + more, "bigint")("id").alias("y")).agg(F.sum("y")).first()[0] == 499_500 + 1000 * more


def view(spark, choice):
    spark.range(choice.randint(1, 100)).createOrReplaceTempView("seen")
    first = spark.sql("SELECT max(id) - min(id) + 1 - count(*) FROM seen").first()[0]
    assert first == 0 and spark.catalog.dropTempView("seen")


def cached(spark, choice):
    rows = choice.randint(1, 50_000)
    data = spark.range(rows).cache()
    assert data.count() == rows and data.agg(F.sum("id")).first()[0] == rows * (rows - 1) // 2
    data.unpersist(blocking=True)


def refused(spark, _):
    for query, error in (("SELECT nowhere", AnalysisException), ("SELECT 1 / (id - id) FROM range(3)", ArithmeticException)):
        try:
            spark.sql(query).collect()
        except error:
            continue
        raise AssertionError(f"{query} gave an answer")


def raising(spark, _):
    try:
        spark.range(3).select(F.udf(lambda x: x // 0, "bigint")("id")).collect()
    except PythonException as error:
        assert "ZeroDivisionError" in str(error)
    else:
        raise AssertionError("a function that raises gave an answer")


QUERIES = {query: weight for query, weight in ((small, 30), (aggregate, 15), (join, 10), (sort, 10), (frame, 8), (upload, 8), (function, 8), (view, 6),
                                               (cached, 3), (refused, 5), (raising, 1))}


def client(remote, number, end, pause, failures, counts):
    choice = random.Random(number)
    spark = None
    asked = 0
    while time.time() < end:
        query = choice.choices(list(QUERIES), list(QUERIES.values()))[0]
        try:
            if spark is None:
                spark = SparkSession.builder.remote(remote).create()
            query(spark, choice)
        except Exception:
            failures.append(f"{query.__name__}: {traceback.format_exc(limit=-2)}")
        asked += 1
        counts[number] = asked
        if asked % QUERIES_A_SESSION == 0:
            spark.stop()
            spark = None
        time.sleep(choice.uniform(0, 2 * pause))
    if spark is not None:
        spark.stop()


def client_process(remote, first, clients, seconds, pause, results):
    os.nice(10)  # what clients do with their answers does not delay the process that measures
    failures, counts = [], {}
    end = time.time() + seconds
    threads = [threading.Thread(target=client, args=(remote, first + i, end, pause, failures, counts)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((sum(counts.values()), failures))


def small_latencies(remote, seconds, results):
    """Milliseconds of small queries, one after the other with pauses."""
    spark = SparkSession.builder.remote(remote).create()
    for _ in range(20):
        small(spark, None)
    took = []
    end = time.time() + seconds
    while time.time() < end:
        started = time.perf_counter()
        small(spark, None)
        took.append((time.perf_counter() - started) * 1e3)
        time.sleep(0.01)
    spark.stop()
    results.put(sorted(took))


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def resident_mb(process):
    """Of the process and those below it; memory that they share counts once."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parent = int(pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
    total, rest = 0, [process]
    while rest:
        one = rest.pop()
        rest += children.get(one, [])
        try:
            lines = pathlib.Path("/proc", str(one), "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--pause", type=float, default=1.0)
    options = parser.parse_args()
    remote, server = os.environ["SPARK_REMOTE"], int(os.environ["FLINT_SERVER_PID"])
    context = multiprocessing.get_context("spawn")

    def run(target, *arguments):
        results = context.Queue()
        process = context.Process(target=target, args=(*arguments, results))
        process.start()
        return process, results

    def clients(seconds):
        started = []
        for first in range(0, options.clients, CLIENTS_A_PROCESS):
            started.append(run(client_process, remote, first, min(CLIENTS_A_PROCESS, options.clients - first), seconds, options.pause))
        return started

    def finish(started):
        asked, failures = 0, []
        for process, results in started:
            count, failed = results.get(timeout=options.seconds + 120)
            process.join()
            asked += count
            failures += failed
        return asked, failures

    # The first round makes what stays: workers, caches, the allocator's own.
    _, failures = finish(clients(max(5, options.seconds / 5)))
    before = resident_mb(server)
    _, results = run(small_latencies, remote, max(SECONDS_ALONE, options.seconds / 10))
    alone = results.get(timeout=120)
    started = clients(options.seconds)
    _, results = run(small_latencies, remote, options.seconds)
    beside = results.get(timeout=options.seconds + 120)
    peak = resident_mb(server)
    asked, more = finish(started)
    failures += more

    most = before * 1.25 + 64
    deadline = time.monotonic() + SECONDS_TO_SETTLE
    while (after := resident_mb(server)) > most and time.monotonic() < deadline:
        time.sleep(0.5)
    slower = percentile(beside, 0.99) - percentile(alone, 0.99)
    print(f"{options.clients} clients, {options.seconds:.0f} s: {asked} queries, {len(failures)} failed")
    print(f"memory: {before:.0f} MB before, {peak:.0f} MB under load, {after:.0f} MB after")
    for name, took in (("alone", alone), ("beside", beside)):
        print(f"small queries {name:6}: median {percentile(took, 0.5):.1f} ms, 99th percentile {percentile(took, 0.99):.1f} ms")
    for failure in failures[:5]:
        print(failure, file=sys.stderr)
    return 1 if failures or after > most or slower > MOST_MORE_MS else 0


if __name__ == "__main__":
    sys.exit(main())
