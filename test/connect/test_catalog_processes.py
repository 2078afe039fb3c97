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


def start_client(folder, program, server):
    """A client in a process of its own, which ends with its server. The client's package asks for the program's file."""
    (folder / "client.py").write_text(program)
    return subprocess.Popen([sys.executable, "-W", "ignore", str(folder / "client.py"), server.remote], stderr=subprocess.DEVNULL, stdout=subprocess.PIPE)


def test_two_processes_alter_one_table(start_server):
    sessions = [connect(start_server()) for _ in range(2)]
    sessions[0].sql("CREATE TABLE shared_table (a INT) USING parquet")
    failures = []

    def alter(number):
        try:
            for i in range(25):
                sessions[number].sql(f"ALTER TABLE shared_table SET TBLPROPERTIES ('p{number}.{i}' = 'x')")
                if i % 5 == 0:
                    sessions[number].sql(f"ALTER TABLE shared_table ADD COLUMNS (c{number}_{i} INT)")
                    sessions[number].sql(f"INSERT INTO shared_table (a) VALUES ({i})")
                    sessions[number].sql("ANALYZE TABLE shared_table COMPUTE STATISTICS")
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
    columns = set(sessions[0].table("shared_table").columns)
    assert columns == {"a"} | {f"c{number}_{i}" for number in range(2) for i in range(0, 25, 5)}
    assert sessions[1].table("shared_table").count() == 10
    for session in sessions:
        session.stop()


def test_two_processes_make_one_table(start_server):
    sessions = [connect(start_server()) for _ in range(2)]
    for attempt in range(10):
        outcomes = [None, None]

        def make(number):
            try:
                sessions[number].sql(f"CREATE TABLE contested USING parquet AS SELECT {number} AS a FROM range(100)")
                outcomes[number] = "made"
            except PySparkException as error:
                outcomes[number] = error.getCondition()

        threads = [threading.Thread(target=make, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["TABLE_OR_VIEW_ALREADY_EXISTS", "made"]
        rows = {row.a for row in sessions[0].table("contested").collect()}
        assert rows == {outcomes.index("made")}
        sessions[attempt % 2].sql("DROP TABLE contested")
    for session in sessions:
        session.stop()


SAVES = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(sys.argv[1]).create()
rows = spark.range(3).selectExpr("id AS b", "id AS c")
rows.write.format("json").mode("overwrite").saveAsTable("saved")
rows.write.insertInto("saved", overwrite=True)
rows.write.mode("append").saveAsTable("saved")
print("done", flush=True)
"""


def test_a_killed_save_is_whole_or_nothing(start_server, tmp_path):
    spark = connect(start_server())
    rows = [(0, 0), (1, 1), (2, 2)]
    seen = set()
    for step in range(2, 200, 4):
        spark.sql("DROP TABLE IF EXISTS saved")
        spark.sql("CREATE TABLE saved USING parquet AS SELECT 1 AS a")
        server = start_server(FLINT_KILL_AT_STEP=str(step))
        client = start_client(tmp_path, SAVES, server)
        while server.process.poll() is None and client.poll() is None:
            time.sleep(0.01)
        done = server.process.poll() is None
        for process in (client, server.process):
            process.kill()
            process.wait()
        now = sorted(tuple(row) for row in spark.table("saved").collect())
        assert now in ([(1,)], rows, sorted(rows + rows)), f"killed at step {step}"
        seen.add(len(now))
        if done:
            break
    assert done and seen == {1, 3, 6}
    spark.stop()


def test_a_killed_process_leaves_whole_tables(start_server, tmp_path):
    for moment in (0.0, 0.02, 0.05, 0.1, 0.2):
        server = start_server()
        spark = connect(server)
        spark.sql("CREATE TABLE IF NOT EXISTS steady (a BIGINT) USING parquet")
        spark.sql("DROP TABLE IF EXISTS victim")
        before = spark.sql("SELECT count(*) FROM steady").first()[0]

        client = start_client(tmp_path, CHANGES, server)
        assert client.stdout.readline() == b"connected\n"
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
