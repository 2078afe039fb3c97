"""A process killed at every step of every statement that writes: afterwards the catalog and the data agree, and all of the statement is done or nothing.

A step is a change that outlives the process (src/io/durable_step.h): a folder, a file, a rename, a commit of the catalog.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from conftest import BINARY

TABLE = "CREATE TABLE t (a INT) USING parquet; INSERT INTO t VALUES (1)"
PARTED = "CREATE TABLE t (a INT, p INT, q STRING) USING parquet PARTITIONED BY (p, q); INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'x')"
PLACED = "CREATE TABLE t (a INT, p INT) USING parquet PARTITIONED BY (p); ALTER TABLE t ADD PARTITION (p = 1) LOCATION '{folder}/aside'; INSERT INTO t VALUES (1, 1), (2, 2)"
NO_PLACE = "DROP TABLE IF EXISTS t; INSERT OVERWRITE DIRECTORY '{folder}/aside' USING parquet SELECT 1 AS a WHERE false"
ROWS = "SHOW TABLES; SELECT * FROM t ORDER BY ALL"
PARTS = "SHOW PARTITIONS t; SELECT * FROM t ORDER BY ALL"
ENTRY = "DESCRIBE t; SHOW TBLPROPERTIES t; SELECT * FROM t ORDER BY ALL"
NO_TABLE = "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS u"
NO_DATABASE = "DROP DATABASE IF EXISTS d CASCADE"
NO_VIEW = "DROP VIEW IF EXISTS v; DROP VIEW IF EXISTS w; " + NO_TABLE
NO_FUNCTION = "DROP FUNCTION IF EXISTS f"


@dataclass
class Case:
    setup: str
    statement: str
    probe: str  # tells the states apart; it may end in an error, which is part of the state
    clean: str = NO_TABLE  # undoes setup and statement, from any state
    states: int = 2  # a statement of several inserts has as many states as these


CASES = {
    "create table": Case("SELECT 1", "CREATE TABLE t (a INT DEFAULT 3) USING parquet COMMENT 'c' TBLPROPERTIES ('k' = 'v')", ENTRY),
    "create partitioned table": Case("SELECT 1", "CREATE TABLE t (a INT, p INT) USING json PARTITIONED BY (p)", ENTRY),
    "create external table": Case("SELECT 1", "CREATE TABLE t (a INT) USING parquet LOCATION '{folder}/aside'", ENTRY),
    "create table like": Case("CREATE TABLE u (a INT, b STRING) USING parquet", "CREATE TABLE t LIKE u", ENTRY),
    "create table as select": Case("SELECT 1", "CREATE TABLE t USING parquet COMMENT 'c' AS SELECT id AS a FROM range(3)", ENTRY),
    "create partitioned table as select": Case("SELECT 1", "CREATE TABLE t USING csv PARTITIONED BY (p) AS SELECT id AS a, id % 2 AS p FROM range(3)", PARTS),
    "create external table as select": Case("SELECT 1", "CREATE TABLE t USING parquet LOCATION '{folder}/aside' AS SELECT 5 AS a", ENTRY, clean=NO_TABLE + "; INSERT OVERWRITE DIRECTORY '{folder}/aside' USING parquet SELECT 1 AS a"),
    "drop table": Case(TABLE, "DROP TABLE t", ROWS),
    "drop external table": Case("CREATE TABLE t USING parquet LOCATION '{folder}/aside' AS SELECT 5 AS a", "DROP TABLE t", ROWS + "; SELECT * FROM parquet.`{folder}/aside`"),
    "rename table": Case(TABLE, "ALTER TABLE t RENAME TO u", "SHOW TABLES; SELECT * FROM t"),
    "rename table, seen from the new name": Case(TABLE, "ALTER TABLE t RENAME TO u", "SHOW TABLES; SELECT * FROM u; CREATE TABLE t (b INT) USING parquet"),
    "add columns": Case(TABLE, "ALTER TABLE t ADD COLUMNS (b STRING)", ENTRY),
    "add columns with a default": Case(TABLE, "ALTER TABLE t ADD COLUMNS (b INT DEFAULT 7)", ENTRY),
    "alter column": Case(TABLE, "ALTER TABLE t ALTER COLUMN a COMMENT 'c'", ENTRY),
    "set properties": Case(TABLE, "ALTER TABLE t SET TBLPROPERTIES ('k' = 'v', 'l' = 'w')", ENTRY),
    "set location": Case(
        "CREATE TABLE t USING parquet LOCATION '{folder}/aside' AS SELECT 5 AS a; INSERT OVERWRITE DIRECTORY '{folder}/other' USING parquet SELECT 9 AS a",
        "ALTER TABLE t SET LOCATION '{folder}/other'", ROWS),
    "cluster by": Case(TABLE, "ALTER TABLE t CLUSTER BY (a)", ENTRY),
    "comment on table": Case(TABLE, "COMMENT ON TABLE t IS 'c'", "SHOW CREATE TABLE t"),
    "insert into": Case(TABLE, "INSERT INTO t VALUES (2), (3)", ROWS),
    "insert into partitions": Case(PARTED, "INSERT INTO t VALUES (4, 1, 'x'), (5, 3, 'z')", PARTS),
    "insert into one partition": Case(PARTED, "INSERT INTO t PARTITION (p = 1, q = 'new') SELECT 9 WHERE false", PARTS),
    "insert overwrite": Case(TABLE, "INSERT OVERWRITE t VALUES (2), (3)", ROWS),
    "insert overwrite of analyzed table": Case(TABLE + "; ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS", "INSERT OVERWRITE t VALUES (2), (3)", ROWS),
    "insert overwrite of a partition": Case(PARTED, "INSERT OVERWRITE t PARTITION (p = 1, q = 'x') VALUES (8)", PARTS),
    "insert overwrite of partitions below one": Case(PARTED, "INSERT OVERWRITE t PARTITION (p = 1, q) VALUES (8, 'y'), (9, 'z')", PARTS),
    "insert overwrite of a partition with no rows": Case(PARTED, "INSERT OVERWRITE t PARTITION (p = 1, q = 'x') SELECT 8 WHERE false", PARTS),
    "insert overwrite of dynamic partitions": Case(
        PARTED, "SET spark.sql.sources.partitionOverwriteMode = dynamic; INSERT OVERWRITE t VALUES (7, 1, 'x'), (8, 1, 'y'), (9, 5, 'z')", PARTS),
    "insert into a placed partition": Case(PLACED, "INSERT INTO t VALUES (3, 1), (4, 2)", PARTS, clean=NO_PLACE),
    "insert overwrite of a placed partition": Case(PLACED, "INSERT OVERWRITE t PARTITION (p = 1) VALUES (7)", PARTS, clean=NO_PLACE),
    "insert overwrite with a placed partition": Case(PLACED, "INSERT OVERWRITE t VALUES (7, 1), (8, 3)", PARTS, clean=NO_PLACE),
    "insert overwrite without the placed partition": Case(PLACED, "INSERT OVERWRITE t VALUES (8, 3)", PARTS, clean=NO_PLACE),
    "insert overwrite directory": Case(
        "INSERT OVERWRITE DIRECTORY '{folder}/aside' USING parquet SELECT 1 AS a", "INSERT OVERWRITE DIRECTORY '{folder}/aside' USING parquet SELECT id AS a FROM range(3)",
        "SELECT * FROM parquet.`{folder}/aside` ORDER BY a", clean="SELECT 1"),
    "several inserts": Case(
        TABLE + "; CREATE TABLE u (a INT) USING parquet", "FROM range(3) INSERT INTO t SELECT id INSERT OVERWRITE u SELECT id + 1", ROWS + "; SELECT * FROM u ORDER BY a", states=3),
    "truncate": Case(TABLE, "TRUNCATE TABLE t", ROWS),
    "truncate of partitions": Case(PARTED, "TRUNCATE TABLE t PARTITION (p = 1)", PARTS),
    "truncate of a placed partition": Case(PLACED, "TRUNCATE TABLE t PARTITION (p = 1)", PARTS, clean=NO_PLACE),
    "add partitions": Case(PARTED, "ALTER TABLE t ADD PARTITION (p = 5, q = 'a') PARTITION (p = 5, q = 'b')", PARTS),
    "add placed partitions": Case(PLACED, "ALTER TABLE t ADD PARTITION (p = 5) LOCATION '{folder}/five' PARTITION (p = 6) LOCATION '{folder}/six'", PARTS, clean=NO_PLACE),
    "drop partitions": Case(PARTED, "ALTER TABLE t DROP PARTITION (p = 1)", PARTS),
    "drop a placed partition": Case(PLACED, "ALTER TABLE t DROP PARTITION (p = 1)", PARTS, clean=NO_PLACE),
    "rename partition": Case(PARTED, "ALTER TABLE t PARTITION (p = 1, q = 'x') RENAME TO PARTITION (p = 7, q = 'r')", PARTS),
    "place a partition elsewhere": Case(PARTED, "ALTER TABLE t PARTITION (p = 1, q = 'x') SET LOCATION '{folder}/aside'", PARTS, clean=NO_PLACE),
    "repair": Case(PARTED, "MSCK REPAIR TABLE t", PARTS, states=1),
    "analyze": Case(TABLE, "ANALYZE TABLE t COMPUTE STATISTICS", "DESCRIBE EXTENDED t a; " + ROWS, states=1),
    "analyze columns": Case(TABLE, "ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS", "DESCRIBE EXTENDED t a; " + ROWS),
    "create database": Case("SELECT 1", "CREATE DATABASE d COMMENT 'c' WITH DBPROPERTIES ('k' = 'v')", "SHOW DATABASES; DESCRIBE DATABASE EXTENDED d", clean=NO_DATABASE),
    "alter database": Case("CREATE DATABASE d", "ALTER DATABASE d SET DBPROPERTIES ('k' = 'v')", "DESCRIBE DATABASE EXTENDED d", clean=NO_DATABASE),
    "comment on database": Case("CREATE DATABASE d", "COMMENT ON DATABASE d IS 'c'", "DESCRIBE DATABASE EXTENDED d", clean=NO_DATABASE),
    "drop database": Case("CREATE DATABASE d", "DROP DATABASE d", "SHOW DATABASES", clean=NO_DATABASE),
    "drop database with its tables": Case(
        "CREATE DATABASE d; CREATE TABLE d.t USING parquet AS SELECT 1 AS a; CREATE TABLE d.u USING json AS SELECT 2 AS b; CREATE FUNCTION d.f() RETURN 1",
        "DROP DATABASE d CASCADE", "SHOW DATABASES; SELECT * FROM d.t; SELECT * FROM d.u; SELECT d.f()", clean=NO_DATABASE),
    "create view": Case(TABLE, "CREATE VIEW v AS SELECT a + 1 AS b FROM t", "SHOW VIEWS; SELECT * FROM v", clean=NO_VIEW),
    "replace view": Case(TABLE + "; CREATE VIEW v AS SELECT a FROM t", "CREATE OR REPLACE VIEW v AS SELECT a + 1 AS b FROM t", "SHOW VIEWS; SELECT * FROM v", clean=NO_VIEW),
    "alter view": Case(TABLE + "; CREATE VIEW v AS SELECT a FROM t", "ALTER VIEW v AS SELECT a + 1 AS b FROM t", "SHOW VIEWS; SELECT * FROM v", clean=NO_VIEW),
    "rename view": Case(TABLE + "; CREATE VIEW v AS SELECT a FROM t", "ALTER VIEW v RENAME TO w", "SHOW VIEWS; SELECT * FROM w", clean=NO_VIEW),
    "drop view": Case(TABLE + "; CREATE VIEW v AS SELECT a FROM t", "DROP VIEW v", "SHOW VIEWS; SELECT * FROM v", clean=NO_VIEW),
    "create function": Case("SELECT 1", "CREATE FUNCTION f(x INT) RETURNS INT RETURN x + 1", "SELECT f(1)", clean=NO_FUNCTION),
    "replace function": Case("CREATE FUNCTION f(x INT) RETURNS INT RETURN x + 1", "CREATE OR REPLACE FUNCTION f(x INT) RETURNS INT RETURN x + 2", "SELECT f(1)", clean=NO_FUNCTION),
    "drop function": Case("CREATE FUNCTION f(x INT) RETURNS INT RETURN x + 1", "DROP FUNCTION f", "SELECT f(1)", clean=NO_FUNCTION),
}


def run(folder, statements, kill_at=None):
    environment = dict(os.environ, FLINT_KILL_AT_STEP=str(kill_at)) if kill_at else os.environ
    return subprocess.run(
        [BINARY, "sql", "--no-timing", "--conf", "spark.sql.shuffle.partitions=1", "--conf", "spark.master=local[1]", "--format", "json", "-e", statements.format(folder=folder)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def state(folder, probe):
    """What a new process sees: the rows, and the error that the probe ends in."""
    result = run(folder, probe)
    error = re.search(r"\[([A-Z_.]+)\]", result.stderr)
    return result.stdout, error and error.group(1)


def kills(work, case):
    """What went wrong with the case, and the number of steps that it was killed at."""
    folder, kept = work / "now", work / "kept"
    folder.mkdir(parents=True)
    made = run(folder, case.setup)
    if made.returncode != 0:
        return [f"setup: {made.stderr}"], 0
    shutil.copytree(folder, kept, symlinks=True)

    def reset():
        shutil.rmtree(folder)
        shutil.copytree(kept, folder, symlinks=True)

    before = state(folder, case.probe)
    reset()
    done = run(folder, case.statement)
    if done.returncode != 0:
        return [f"statement: {done.stderr}"], 0
    after = state(folder, case.probe)
    failures = []
    seen = {before, after}
    if case.states > 1 and before == after:
        failures.append(f"the probe does not tell before from after: {after}")
    for step in range(1, 200):
        reset()
        ended = run(folder, case.statement, kill_at=step)
        if ended.returncode == 0:
            break
        now = state(folder, case.probe)
        if ended.returncode != -9:
            failures.append(f"step {step}: {ended.stderr}")
        if now not in (before, after):
            seen.add(now)
            if len(seen) > case.states:
                failures.append(f"step {step}: neither all nor nothing: {now}; before {before}; after {after}")
        again, error = state(folder, f"{case.clean}; {case.setup}; {case.statement}; {case.probe}")
        if not again.endswith(after[0]) or error != after[1]:
            failures.append(f"step {step}: what is left is in the way: {again} {error}; wanted {after}")
    return failures, step - 1


def test_killed_at_every_step(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        started = {name: pool.submit(kills, tmp_path / str(number), case) for number, (name, case) in enumerate(CASES.items())}
        outcomes = {name: future.result() for name, future in started.items()}
    failed = [f"{name}: {failure}" for name, (failures, _) in outcomes.items() for failure in failures]
    assert not failed, "\n".join(failed)
    for name, (_, steps) in outcomes.items():
        assert steps > 0 or CASES[name].states == 1, f"{name}: nothing was killed"
