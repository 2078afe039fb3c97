"""Two servers on one catalog: what both change at once is all there, and a killed one leaves a catalog and data that agree."""
import subprocess
import sys
import threading
import time

from conftest import connect
from pyspark.errors import PySparkException


CHANGES = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(sys.argv[1]).create()
print("connected", flush=True)
for _ in range(50):
    spark.sql("CREATE TABLE victim USING parquet AS SELECT id AS a FROM range(100000)")
    spark.sql("ALTER TABLE victim SET TBLPROPERTIES ('k' = 'v')")
    spark.sql("INSERT INTO steady SELECT id FROM range(1000)")
    spark.sql("DROP TABLE victim")
"""


def test_two_processes_alter_one_table(start_server):
    sessions = [connect(start_server()) for _ in range(2)]
    sessions[0].sql("CREATE TABLE shared_table (a INT) USING parquet")
    failures = []

    def alter(number):
        try:
            for i in range(25):
                sessions[number].sql(f"ALTER TABLE shared_table SET TBLPROPERTIES ('p{number}.{i}' = 'x')")
        except PySparkException as error:
            failures.append(error)

    threads = [threading.Thread(target=alter, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    keys = {row.key for row in sessions[1].sql("SHOW TBLPROPERTIES shared_table").collect()}
    assert {f"p{number}.{i}" for number in range(2) for i in range(25)} <= keys
    for session in sessions:
        session.stop()


def test_a_killed_process_leaves_whole_tables(start_server):
    for moment in (0.0, 0.02, 0.05, 0.1, 0.2):
        server = start_server()
        spark = connect(server)
        spark.sql("CREATE TABLE IF NOT EXISTS steady (a BIGINT) USING parquet")
        spark.sql("DROP TABLE IF EXISTS victim")
        before = spark.sql("SELECT count(*) FROM steady").first()[0]

        # In a process of its own, which ends with its server.
        client = subprocess.Popen([sys.executable, "-W", "ignore", "-c", CHANGES, server.remote], stderr=subprocess.DEVNULL, stdout=subprocess.PIPE)
        client.stdout.readline()
        spark.stop()  # a client asks a server that is gone again for minutes
        time.sleep(moment)
        server.process.kill()
        server.process.wait()
        client.kill()
        client.wait()
        spark = connect(start_server())
        after = spark.sql("SELECT count(*) FROM steady").first()[0]
        assert after >= before and (after - before) % 1000 == 0
        tables = {row.tableName for row in spark.sql("SHOW TABLES").collect()}
        if "victim" in tables:
            assert spark.sql("SELECT count(*) FROM victim").first()[0] == 100000
        spark.sql("DROP TABLE IF EXISTS victim")
        spark.sql("CREATE TABLE victim (a INT) USING parquet")
        spark.sql("DROP TABLE victim")
        spark.stop()
