"""Every statement against objects that are missing, there already or of another kind, and texts of megabytes: a condition of Spark's, never another end."""

import time
import uuid

import pytest
from pyspark.errors import PySparkException

# {o}: the object's name.
OF_TABLES = [
    "SELECT * FROM {o}", "DESCRIBE {o}", "DESCRIBE EXTENDED {o} AS JSON", "SHOW CREATE TABLE {o}", "SHOW COLUMNS IN {o}", "SHOW TBLPROPERTIES {o}",
    "SHOW PARTITIONS {o}", "INSERT INTO {o} VALUES (1)", "INSERT OVERWRITE {o} VALUES (1)", "INSERT INTO {o} REPLACE WHERE a = 1 SELECT 1",
    "INSERT INTO {o} REPLACE ON a = 1 SELECT 1", "UPDATE {o} SET a = 1", "DELETE FROM {o} WHERE a = 1",
    "MERGE INTO {o} USING (SELECT 1 AS a) s ON true WHEN MATCHED THEN DELETE", "TRUNCATE TABLE {o}", "ANALYZE TABLE {o} COMPUTE STATISTICS",
    "ANALYZE TABLE {o} COMPUTE STATISTICS FOR ALL COLUMNS", "REFRESH TABLE {o}", "CACHE TABLE {o}", "UNCACHE TABLE {o}", "MSCK REPAIR TABLE {o}",
    "LOAD DATA INPATH '/none' INTO TABLE {o}", "ALTER TABLE {o} RENAME TO other_name", "ALTER TABLE {o} ADD COLUMNS (z INT)",
    "ALTER TABLE {o} ALTER COLUMN a COMMENT 'c'", "ALTER TABLE {o} RENAME COLUMN a TO b", "ALTER TABLE {o} DROP COLUMN a",
    "ALTER TABLE {o} SET TBLPROPERTIES ('k' = 'v')", "ALTER TABLE {o} UNSET TBLPROPERTIES ('k')", "ALTER TABLE {o} SET LOCATION '/tmp/none'",
    "ALTER TABLE {o} SET SERDEPROPERTIES ('k' = 'v')", "ALTER TABLE {o} ADD PARTITION (a = 1)", "ALTER TABLE {o} DROP PARTITION (a = 1)",
    "ALTER TABLE {o} PARTITION (a = 1) RENAME TO PARTITION (a = 2)", "ALTER TABLE {o} RECOVER PARTITIONS", "ALTER TABLE {o} CLUSTER BY (a)",
    "ALTER TABLE {o} ADD CONSTRAINT c CHECK (a > 0)", "ALTER VIEW {o} AS SELECT 1 AS a", "ALTER VIEW {o} RENAME TO other_name", "COMMENT ON TABLE {o} IS 'c'",
    "CREATE TABLE {o} (a INT) USING parquet", "CREATE TABLE IF NOT EXISTS {o} (a INT) USING parquet", "CREATE VIEW {o} AS SELECT 1 AS a",
    "CREATE OR REPLACE VIEW {o} AS SELECT 1 AS a", "CREATE TABLE likewise LIKE {o}", "DROP VIEW {o}", "DROP TABLE {o}",
]
OF_NAMESPACES = [
    "USE {o}", "DESCRIBE DATABASE {o}", "SHOW TABLES IN {o}", "SHOW VIEWS IN {o}", "SHOW FUNCTIONS IN {o}", "ALTER DATABASE {o} SET DBPROPERTIES ('a' = 'b')",
    "ALTER DATABASE {o} SET LOCATION '/tmp/none'", "COMMENT ON DATABASE {o} IS 'c'", "ANALYZE TABLES IN {o} COMPUTE STATISTICS NOSCAN", "CREATE DATABASE {o}",
    "DROP DATABASE {o}",
]
OF_FUNCTIONS = [
    "SELECT {o}(1)", "SELECT * FROM {o}(1)", "DESCRIBE FUNCTION {o}", "DESCRIBE FUNCTION EXTENDED {o}", "REFRESH FUNCTION {o}", "CALL {o}(1)",
    "CREATE FUNCTION {o}(x INT) RETURNS INT RETURN x", "CREATE OR REPLACE FUNCTION {o}(x INT) RETURNS INT RETURN x", "DROP FUNCTION {o}",
]
OF_SESSIONS = ["SET VAR {o} = 1", "DROP TEMPORARY VARIABLE {o}", "DECLARE VARIABLE {o} INT", "SET CATALOG {o}", "DROP TEMPORARY FUNCTION {o}", "DROP TEMPORARY VIEW {o}"]

NAMES = ["nowhere", "nowhere.nothing", "a_table", "parted", "a_view", "a_temp_view", "a_function", "a_variable", "a_database", "a_database.t", "global_temp.g", "x.y.z",
         "spark_catalog.default.a_table", "nocatalog.ns.t", "`we.ird`", "``"]


@pytest.fixture
def home(spark):
    """A database of its own, with an object of each kind."""
    home = "sweep_" + uuid.uuid4().hex[:8]
    for statement in (
        f"CREATE DATABASE {home}", f"USE {home}",
        "CREATE TABLE a_table (a INT) USING parquet", "CREATE TABLE parted (b INT, a INT) USING parquet PARTITIONED BY (a)", "CREATE VIEW a_view AS SELECT 1 AS a",
        "CREATE TEMPORARY VIEW a_temp_view AS SELECT 1 AS a", "CREATE FUNCTION a_function(x INT) RETURNS INT RETURN x", "DECLARE OR REPLACE VARIABLE a_variable INT",
        "CREATE DATABASE a_database", "CREATE OR REPLACE GLOBAL TEMPORARY VIEW g AS SELECT 1 AS a",
    ):
        spark.sql(statement)
    yield home
    spark.sql("USE spark_catalog.default")
    for database in spark.catalog.listDatabases():
        if database.name != "default":
            spark.sql(f"DROP DATABASE IF EXISTS `{database.name}` CASCADE")
    spark.sql("DROP VIEW IF EXISTS global_temp.g")


@pytest.mark.parametrize("statements", [OF_TABLES, OF_NAMESPACES, OF_FUNCTIONS, OF_SESSIONS], ids=["tables", "namespaces", "functions", "session"])
def test_statements(spark, home, statements):
    unexpected = []
    for statement in statements:
        for name in NAMES:
            text = statement.format(o=name.replace("default", home))
            try:
                spark.sql(text).collect()
            except PySparkException as error:
                condition = error.getCondition()
                if condition is None or condition == "INTERNAL_ERROR":
                    unexpected.append((text, condition, str(error)[:200]))
            spark.sql(f"USE spark_catalog.{home}")
    assert not unexpected
    assert spark.range(3).count() == 3


@pytest.mark.parametrize(
    "text",
    ["SELECT " + ", ".join(f"{i} AS column_{i}" for i in range(300_000)), "SELECT 1 IN (" + ", ".join(str(i) for i in range(1_200_000)) + ")",
     "SELECT '" + "x" * 10_000_000 + "'", "-- " + "y" * 10_000_000 + "\nSELECT 1", "SELECT " + "(" * 10_000_000, "SELECT 1" + " + 1" * 400_000],
    ids=["columns", "list", "literal", "comment", "parentheses", "sums"],
)
def test_texts_of_megabytes(spark, text):
    started = time.monotonic()
    try:
        spark.sql(text).count()
    except PySparkException as error:
        assert error.getCondition() not in (None, "INTERNAL_ERROR")
    assert time.monotonic() - started < 60
    assert spark.range(3).count() == 3
