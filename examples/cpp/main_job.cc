// The main job of examples/main_job.py in C++, without a server: flights between countries, and an online shop's invoices.
//
//   main_job_cpp [--data DIR] [--out DIR]
//
// DIR holds what examples/make_data.py makes (default: examples/data of the folder it is run in).
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "flint/flint.h"

using flint::sql::DataFrame;
using flint::sql::SparkSession;
using flint::sql::Window;
namespace F = flint::sql::functions;

namespace {

void title(const char* text) { std::printf("\n== %s\n", text); }

void flights(SparkSession& spark, const std::string& data) {
  title("Flights of 2015: the schema is inferred from CSV");
  const DataFrame flights2015 = spark.read().option("inferSchema", true).option("header", true).csv(data + "/flights/csv/2015-summary.csv");
  flights2015.printSchema();
  flights2015.createOrReplaceTempView("flights_2015");

  title("How the sort by count will run");
  flights2015.sort("count").explain();

  title("Top destinations, in SQL");
  spark
      .sql(R"(
        SELECT DEST_COUNTRY_NAME, sum(count) AS destination_total
        FROM flights_2015 GROUP BY DEST_COUNTRY_NAME
        ORDER BY sum(count) DESC, DEST_COUNTRY_NAME LIMIT 5)")
      .show();

  title("Top destinations, with DataFrames");
  flights2015.groupBy("DEST_COUNTRY_NAME")
      .sum("count")
      .withColumnRenamed("sum(count)", "destination_total")
      .sort(F::desc("destination_total"), "DEST_COUNTRY_NAME")
      .limit(5)
      .show();

  title("All years from JSON: flights that stay within a country, by year");
  const DataFrame byYear = spark.read().json(data + "/flights/json").withColumn("within", F::col("DEST_COUNTRY_NAME") == F::col("ORIGIN_COUNTRY_NAME"));
  byYear.groupBy("within").agg(F::count("*").as("rows"), F::sum("count").as("flights")).orderBy("within").show();

  title("Countries that more flights leave than reach (a join)");
  const DataFrame parquet = spark.read().parquet(data + "/flights/parquet");
  const DataFrame reached = parquet.groupBy(F::col("DEST_COUNTRY_NAME").as("country")).agg(F::sum("count").as("arrivals"));
  const DataFrame left = parquet.groupBy(F::col("ORIGIN_COUNTRY_NAME").as("country")).agg(F::sum("count").as("departures"));
  reached.join(left, "country")
      .where(F::col("departures") > F::col("arrivals"))
      .withColumn("surplus", F::col("departures") - F::col("arrivals"))
      .orderBy(F::desc("surplus"), "country")
      .show(5);
}

void retail(SparkSession& spark, const std::string& data, const std::string& out) {
  title("Invoices from CSV, schema inferred");
  const DataFrame invoices = spark.read()
                                 .option("header", true)
                                 .option("inferSchema", true)
                                 .csv(data + "/retail/csv")
                                 .withColumn("day", F::to_date("InvoiceDate"))
                                 .withColumn("total", F::col("Quantity") * F::col("UnitPrice"));
  invoices.printSchema();
  invoices.createOrReplaceTempView("invoices");

  title("What is missing, and what stands in for it");
  invoices.select(F::count("*").as("rows"), F::count("CustomerID").as("with_customer"), F::count("Description").as("described")).show();
  invoices.na()
      .fill({{"Description", "(none)"}, {"CustomerID", -1}})
      .where(F::col("CustomerID") == -1 || F::col("Description") == "(none)")
      .groupBy("Description")
      .count()
      .orderBy(F::desc("count"), "Description")
      .show(3, false);

  title("Each customer's best days, by a window");
  const DataFrame perDay = invoices.where(F::col("CustomerID").isNotNull())
                               .groupBy("CustomerID", "day")
                               .agg(F::round(F::sum("total"), 2).as("spent"), F::sum("Quantity").as("items"));
  const auto byCustomer = Window::partitionBy("CustomerID").orderBy(F::desc("spent"), "day");
  perDay.withColumn("rank", F::rank().over(byCustomer))
      .withColumn("running", F::round(F::sum("spent").over(byCustomer.rowsBetween(Window::unboundedPreceding, Window::currentRow)), 2))
      .where("rank <= 2")
      .orderBy("CustomerID", "rank")
      .show(8);

  title("Items by day and country, with subtotals (rollup)");
  invoices.rollup("day", "Country")
      .agg(F::sum("Quantity").as("items"))
      .orderBy(F::col("day").asc_nulls_first(), F::col("Country").asc_nulls_first())
      .show(8);

  title("Items by day, a column a country (pivot)");
  invoices.groupBy("day").pivot("Country", {"United Kingdom", "France", "Germany"}).sum("Quantity").orderBy("day").show(5);

  title("Written as Parquet by country, and read back");
  const std::string path = out + "/invoices_by_country";
  invoices.write().mode("overwrite").partitionBy("Country").parquet(path);
  const DataFrame again = spark.read().parquet(path);
  again.groupBy("Country")
      .agg(F::count("*").as("lines"), F::round(F::sum("total"), 2).as("total"))
      .orderBy(F::desc("lines"), "Country")
      .show(5);
  const int64_t before = invoices.count();
  const int64_t after = again.count();
  if (before != after) {
    std::fprintf(stderr, "%lld rows written, %lld read\n", static_cast<long long>(before), static_cast<long long>(after));
    std::exit(1);
  }
  std::printf("%lld rows written and read back\n", static_cast<long long>(after));
}

}  // namespace

int main(int argc, char** argv) {
  std::string data = "examples/data";
  std::string out;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--data") data = argv[i + 1];
    if (option == "--out") out = argv[i + 1];
  }
  const bool scratch = out.empty();
  if (scratch) {
    std::string name = (std::filesystem::temp_directory_path() / "main_job.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      std::perror("mkdtemp");
      return 1;
    }
    out = name;
  }
  int status = 0;
  try {
    SparkSession spark = SparkSession::builder().appName("main job").getOrCreate();
    flights(spark, data);
    retail(spark, data, out);
    spark.stop();
  } catch (const flint::sql::SparkException& error) {
    std::fprintf(stderr, "%s\n", error.what());
    status = 1;
  }
  if (scratch) std::filesystem::remove_all(out);
  return status;
}
