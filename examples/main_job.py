#!/usr/bin/env python3
"""The main job: flights between countries, and an online shop's invoices, through an unmodified PySpark client.

    SPARK_REMOTE=sc://127.0.0.1:15002 main_job.py [--data DIR] [--out DIR]

Each job is a function that prints a table. DIR holds what make_data.py makes (default: the few thousand rows beside this file).
"""
import argparse
import os
import tempfile

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

HERE = os.path.dirname(os.path.abspath(__file__))


def title(text):
    print(f"\n== {text}")


def flights(spark, data):
    title("Flights of 2015: the schema is inferred from CSV")
    flights_2015 = (spark.read.option("inferSchema", "true").option("header", "true")
                    .csv(f"{data}/flights/csv/2015-summary.csv"))
    flights_2015.printSchema()
    flights_2015.createOrReplaceTempView("flights_2015")

    title("How the sort by count will run")
    flights_2015.sort("count").explain()

    title("Top destinations, in SQL")
    spark.sql("""
        SELECT DEST_COUNTRY_NAME, sum(count) AS destination_total
        FROM flights_2015 GROUP BY DEST_COUNTRY_NAME
        ORDER BY sum(count) DESC, DEST_COUNTRY_NAME LIMIT 5""").show()

    title("Top destinations, with DataFrames")
    (flights_2015.groupBy("DEST_COUNTRY_NAME").sum("count").withColumnRenamed("sum(count)", "destination_total")
     .sort(F.desc("destination_total"), "DEST_COUNTRY_NAME").limit(5).show())

    title("All years from JSON: flights that stay within a country, by year")
    by_year = (spark.read.json(f"{data}/flights/json")
               .withColumn("within", F.expr("DEST_COUNTRY_NAME = ORIGIN_COUNTRY_NAME")))
    by_year.groupBy("within").agg(F.count("*").alias("rows"), F.sum("count").alias("flights")).orderBy("within").show()

    title("Countries that more flights leave than reach (a join)")
    parquet = spark.read.parquet(f"{data}/flights/parquet")
    reached = parquet.groupBy(F.col("DEST_COUNTRY_NAME").alias("country")).agg(F.sum("count").alias("arrivals"))
    left = parquet.groupBy(F.col("ORIGIN_COUNTRY_NAME").alias("country")).agg(F.sum("count").alias("departures"))
    (reached.join(left, "country").where("departures > arrivals")
     .withColumn("surplus", F.col("departures") - F.col("arrivals")).orderBy(F.desc("surplus"), "country").show(5))


def retail(spark, data, out):
    title("Invoices from CSV, schema inferred")
    invoices = (spark.read.option("header", "true").option("inferSchema", "true").csv(f"{data}/retail/csv")
                .withColumn("day", F.to_date("InvoiceDate")).withColumn("total", F.col("Quantity") * F.col("UnitPrice")))
    invoices.printSchema()
    invoices.createOrReplaceTempView("invoices")

    title("What is missing, and what stands in for it")
    (invoices.select(F.count("*").alias("rows"), F.count("CustomerID").alias("with_customer"), F.count("Description").alias("described"))
     .show())
    (invoices.na.fill({"Description": "(none)", "CustomerID": -1}).where("CustomerID = -1 OR Description = '(none)'")
     .groupBy("Description").count().orderBy(F.desc("count"), "Description").show(3, truncate=False))

    title("Each customer's best days, by a window")
    per_day = (invoices.where("CustomerID IS NOT NULL").groupBy("CustomerID", "day")
               .agg(F.round(F.sum("total"), 2).alias("spent"), F.sum("Quantity").alias("items")))
    by_customer = Window.partitionBy("CustomerID").orderBy(F.desc("spent"), "day")
    (per_day.withColumn("rank", F.rank().over(by_customer))
     .withColumn("running", F.round(F.sum("spent").over(by_customer.rowsBetween(Window.unboundedPreceding, Window.currentRow)), 2))
     .where("rank <= 2").orderBy("CustomerID", "rank").show(8))

    title("Items by day and country, with subtotals (rollup)")
    (invoices.rollup("day", "Country").agg(F.sum("Quantity").alias("items")).orderBy(F.col("day").asc_nulls_first(), F.col("Country").asc_nulls_first())
     .show(8))

    title("Items by day, a column a country (pivot)")
    (invoices.groupBy("day").pivot("Country", ["United Kingdom", "France", "Germany"]).sum("Quantity").orderBy("day").show(5))

    title("Written as Parquet by country, and read back")
    path = os.path.join(out, "invoices_by_country")
    invoices.write.mode("overwrite").partitionBy("Country").parquet(path)
    again = spark.read.parquet(path)
    again.groupBy("Country").agg(F.count("*").alias("lines"), F.round(F.sum("total"), 2).alias("total")).orderBy(F.desc("lines"), "Country").show(5)
    before, after = invoices.count(), again.count()
    assert before == after, f"{before} rows written, {after} read"
    print(f"{after} rows written and read back")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.path.join(HERE, "data"))
    parser.add_argument("--out", help="where the job writes (default: a folder that is removed at the end)")
    args = parser.parse_args()
    spark = SparkSession.builder.getOrCreate()
    flights(spark, args.data)
    if args.out:
        retail(spark, args.data, args.out)
    else:
        with tempfile.TemporaryDirectory() as out:
            retail(spark, args.data, out)
    spark.stop()


if __name__ == "__main__":
    main()
