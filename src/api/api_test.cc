// The public API as its users have it; what answers mean is tested elsewhere.
#include <gtest/gtest.h>

#include <filesystem>

#include "flint/flint.h"

namespace flint::sql {
namespace {

namespace F = functions;

SparkSession spark() { return SparkSession::builder().master("local[2]").config("spark.sql.catalogImplementation", "in-memory").getOrCreate(); }

DataFrame people() {
  return spark().createDataFrame({{1, "Ada", 36, Decimal{"12.50"}}, {2, "Bob", nullptr, Decimal{"7.25"}}, {3, "Cy", 41, nullptr}},
                                 "id INT NOT NULL, name STRING, age INT, pay DECIMAL(10, 2)");
}

std::string text(const DataFrame& frame) {
  std::string out;
  for (const Row& row : frame.collect()) out += row.toString();
  return out;
}

TEST(Rows, haveTypedValuesByPlaceAndName) {
  const std::vector<Row> rows = people().orderBy("id").collect();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].get<int>("id"), 1);
  EXPECT_EQ(rows[0].get<std::string>(1), "Ada");
  EXPECT_EQ(rows[0].get<Decimal>("pay"), Decimal{"12.50"});
  EXPECT_EQ(rows[0].get<double>("pay"), 12.5);
  EXPECT_TRUE(rows[1].isNull("age"));
  EXPECT_THROW(rows[1].get<int>("age"), std::invalid_argument);
  EXPECT_THROW(rows[0].get<bool>("name"), std::invalid_argument);
  EXPECT_THROW(rows[0]["nothing"], std::out_of_range);
}

TEST(Rows, holdValuesOfEveryKind) {
  const Row row = spark()
                      .sql("SELECT DATE'2024-02-29' AS d, TIMESTAMP'1970-01-01 00:00:01Z' AS t, array(1, NULL) AS a, map('k', 2.5D) AS m, "
                           "named_struct('x', 1, 'y', 'z') AS s, X'00FF' AS b, INTERVAL '1' DAY AS i")
                      .collect()
                      .at(0);
  EXPECT_EQ(row.get<Date>("d"), Date(std::chrono::year(2024) / 2 / 29));
  EXPECT_EQ(row.get<Timestamp>("t").time_since_epoch(), std::chrono::seconds(1));
  EXPECT_TRUE(row.get<Value::Array>("a").at(1).isNull());
  EXPECT_EQ(row.get<Value::Map>("m").at(0).second.as<double>(), 2.5);
  EXPECT_EQ(row.get<Row>("s").get<std::string>("y"), "z");
  EXPECT_EQ(row.get<std::string>("b"), std::string("\0\xFF", 2));
  EXPECT_EQ(row.get<std::string>("i"), "INTERVAL '1' DAY");
}

TEST(Columns, combineByOperatorsAndFunctions) {
  const DataFrame frame = people();
  const Column older = F::col("age") + 10 > 45 && F::col("name") != "Zoe";
  EXPECT_EQ(text(frame.filter(older || F::col("age").isNull()).select("id").orderBy("id")), "[1][2][3]");
  EXPECT_EQ(text(frame.select(F::when(F::col("id") == 1, "one").when(F::col("id").isin({2, 9}), "two").otherwise(F::col("name")).as("w")).orderBy("w")),
            "[Cy][one][two]");
  EXPECT_EQ(text(frame.select(F::max("age").as("oldest"), F::countDistinct("name"), F::sum("pay").cast("STRING"))), "[41, 3, 19.75]");
  EXPECT_EQ(text(frame.select(-F::col("id") * 2, F::upper("name"), F::coalesce("age", F::lit(0))).limit(1)), "[-2, ADA, 36]");
  EXPECT_EQ(text(frame.select("id", F::lag("name").over(Window::orderBy("id"))).orderBy(F::desc("id"))), "[3, Bob][2, Ada][1, NULL]");
  EXPECT_EQ(F::expr("a + 1").toString(), "(a + 1)");
}

TEST(DataFrames, transformAndJoin) {
  const DataFrame frame = people();
  const DataFrame others = spark().createDataFrame({{2, "x"}, {3, "y"}, {4, "z"}}, "id INT, tag STRING");
  EXPECT_EQ(text(frame.join(others, "id").select("id", "tag").orderBy("id")), "[2, x][3, y]");
  EXPECT_EQ(text(frame.join(others, frame["id"] == others["id"], "left_anti").select("name")), "[Ada]");
  EXPECT_EQ(text(frame.join(others, {"id"}, "full").select("id", "tag").orderBy("id")), "[1, NULL][2, x][3, y][4, z]");
  EXPECT_EQ(frame.drop("pay").withColumnRenamed("name", "n").withColumn("z", 1).columns(), (std::vector<std::string>{"id", "n", "age", "z"}));
  EXPECT_EQ(frame.unionAll(frame).distinct().count(), 3);
  EXPECT_EQ(frame.unionByName(others, true).count(), 6);
  EXPECT_EQ(text(frame.na().fill({{"age", 0}}).select("age").orderBy("age")), "[0][36][41]");
  EXPECT_EQ(frame.na().drop().count(), 1);
  EXPECT_EQ(text(frame.groupBy((F::col("id") % 2).as("odd")).agg(F::count("*").as("n")).orderBy("odd")), "[0, 1][1, 2]");
  EXPECT_EQ(text(frame.groupBy().pivot("name").sum("age")), "[36, NULL, 41]");
  EXPECT_EQ(text(frame.rollup("name").count().orderBy("count").limit(3).agg(F::sum("count"))), "[3]");
  EXPECT_EQ(frame.schema().at(0).type + frame.schema().at(3).type, "INTDECIMAL(10,2)");
  EXPECT_FALSE(frame.schema().at(0).nullable);
  EXPECT_NE(frame.explainString().find("== Physical Plan =="), std::string::npos);
}

TEST(DataFrames, giveTheirRowsWhileTheyRun) {
  RowIterator rows = spark().range(10'000'000'000).toLocalIterator();
  for (int64_t i = 0; i < 10'000; ++i) ASSERT_EQ(rows.next()->get<int64_t>(0), i);
  int64_t seen = 0;
  spark().range(10'000'000'000).forEach([&](const Row& row) { return row.get<int64_t>(0) == seen++ && seen < 10'000; });
  EXPECT_EQ(seen, 10'000);
}

TEST(DataFrames, keepTheirRowsWhenCached) {
  const DataFrame kept = spark().range(5).withColumn("r", F::call_function("rand", {})).cache();
  EXPECT_EQ(text(kept), text(kept));
  EXPECT_EQ(kept.filter(F::col("id") > 2).count(), 2);
}

TEST(DataFrames, areWrittenAndRead) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "flint_api_test";
  std::filesystem::remove_all(folder);
  const std::string path = (folder / "people").string();
  people().write().partitionBy("name").parquet(path);
  EXPECT_EQ(text(spark().read().parquet(path).where("id = 2").select("name", "pay")), "[Bob, 7.25]");
  people().write().mode("overwrite").option("header", true).csv(path);
  EXPECT_EQ(text(spark().read().schema("id INT, name STRING, age INT, pay DOUBLE").option("header", true).csv(path).agg(F::sum("pay"))), "[19.75]");
  std::filesystem::remove_all(folder);
}

TEST(Errors, areRaisedByTheCallThatNeedsTheAnswer) {
  const DataFrame wrong = people().select("nothing");
  try {
    wrong.collect();
    FAIL() << "no error";
  } catch (const SparkException& error) {
    EXPECT_EQ(error.condition(), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
    EXPECT_EQ(error.sqlState(), "42703");
    EXPECT_EQ(error.parameters().at("objectName"), "`nothing`");
  }
  try {
    spark().sql("SELECT 1 div 0").collect();
    FAIL() << "no error";
  } catch (const SparkException& error) {
    EXPECT_EQ(error.condition(), "DIVIDE_BY_ZERO");
    EXPECT_EQ(error.queryContext(), "1 div 0");
  }
  EXPECT_THROW(spark().sql("SELEC 1"), SparkException);
  EXPECT_THROW(spark().createDataFrame({{"x"}}, "a INT"), SparkException);
  EXPECT_THROW(spark().conf().set("spark.sql.shuffle.partitions", "many"), SparkException);
}

TEST(Sessions, shareTheEngineNotTheViews) {
  SparkSession first = spark();
  first.range(3).createOrReplaceTempView("three");
  EXPECT_EQ(first.table("three").count(), 3);
  EXPECT_THROW(first.newSession().table("three").count(), SparkException);
  first.sql("CREATE OR REPLACE TEMP VIEW four AS SELECT * FROM range(4)");
  EXPECT_EQ(first.sql("SELECT count(*) FROM four").first()->get<int64_t>(0), 4);
}

}  // namespace
}  // namespace flint::sql
