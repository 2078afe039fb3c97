"""The source `jdbc` and the catalog over it, on a database that another program wrote; scripts that hang."""

import sqlite3
import threading
import time

import pytest
from pyspark.errors import PySparkException



@pytest.fixture
def database(tmp_path):
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE items (id INTEGER, name TEXT, price REAL, added DATE, amount DECIMAL(8,2), data BLOB)")
        rows = [(i, f"item {i}", i / 2, f"2024-01-{i % 28 + 1:02d}", f"{i}.25", bytes([i % 256])) for i in range(1000)]
        made.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)", rows)
        made.execute("INSERT INTO items VALUES (NULL, NULL, NULL, NULL, NULL, NULL)")
    made.close()
    return f"jdbc:sqlite:{file}"


def items(spark, url, **options):
    return spark.read.format("jdbc").options(url=url, **options)


def test_reads_tables_and_queries(spark, database):
    table = items(spark, database, dbtable="items").load()
    assert table.dtypes == [("id", "int"), ("name", "string"), ("price", "float"), ("added", "date"), ("amount", "decimal(8,2)"), ("data", "binary")]
    assert table.count() == 1001
    row = table.where("id = 7").collect()[0]
    assert (row.name, str(row.added), str(row.amount), bytes(row.data)) == ("item 7", "2024-01-08", "7.25", b"\x07")
    assert items(spark, database, query="SELECT count(*) AS n FROM items").load().collect()[0].n == 1001
    assert items(spark, database, dbtable="(SELECT id FROM items WHERE id < 10) few").load().count() == 10


def test_parts_have_each_row_once(spark, database):
    read = items(spark, database, dbtable="items", partitionColumn="id", lowerBound="100", upperBound="700", numPartitions="5")
    assert read.load().groupBy().agg({"id": "sum", "*": "count"}).collect()[0].asDict() == {"sum(id)": 499500, "count(1)": 1001}


def test_the_database_tests_filters(spark, database):
    chosen = items(spark, database, dbtable="items").load().where("id > 990 and name = 'item 995'")
    assert chosen.count() == 1


def test_writes(spark, database):
    rows = spark.sql("SELECT 1 AS a, 'x' AS b, TIMESTAMP'2020-01-01 01:02:03.5' AS c, CAST(NULL AS DOUBLE) AS d")
    rows.write.format("jdbc").options(url=database, dbtable="written").save()
    with pytest.raises(PySparkException) as failed:
        rows.write.format("jdbc").options(url=database, dbtable="written").save()
    assert failed.value.getCondition() == "TABLE_OR_VIEW_ALREADY_EXISTS"
    rows.write.format("jdbc").mode("append").options(url=database, dbtable="written").save()
    back = items(spark, database, dbtable="written").load()
    assert [str(r.c) for r in back.collect()] == ["2020-01-01 01:02:03.500000"] * 2
    rows.write.format("jdbc").mode("overwrite").options(url=database, dbtable="written").save()
    assert back.count() == 1


def test_a_failed_write_leaves_the_table(spark, database):
    bad = spark.sql("SELECT id, CAST(name AS INT) AS name FROM VALUES (1, '1'), (2, 'no') AS t(id, name)")
    with pytest.raises(PySparkException):
        bad.write.format("jdbc").mode("overwrite").options(url=database, dbtable="items").save()
    assert items(spark, database, dbtable="items").load().count() == 1001


def test_catalog(spark, database):
    spark.conf.set("spark.sql.catalog.shop", "org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog")
    spark.conf.set("spark.sql.catalog.shop.url", database)
    assert spark.sql("SELECT max(id) FROM shop.items").collect()[0][0] == 999
    spark.catalog.setCurrentCatalog("shop")
    assert spark.catalog.currentCatalog() == "shop"
    assert [t.name for t in spark.catalog.listTables()] == ["items"]
    assert spark.table("items").where("id = 3").count() == 1
    spark.catalog.setCurrentCatalog("spark_catalog")


def test_a_script_that_hangs_ends_with_its_query(spark):
    failure = []

    def run():
        try:
            spark.sql("SELECT TRANSFORM(1) USING 'sleep 1000' AS (x)").collect()
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    started = time.monotonic()
    thread.start()
    while thread.is_alive() and time.monotonic() - started < 60:
        spark.interruptAll()
        thread.join(0.2)
    assert not thread.is_alive() and failure
