#include "analysis/analyzer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "expr/expression_text.h"
#include "functions/builtins.h"
#include "parser/sql_parser.h"
#include "plan/logical/relational.h"
#include <simdjson.h>

namespace flint::analysis {
namespace {

const expr::FunctionRegistry& builtins() {
  static const bool kRegistered = [] {
    functions::registerBuiltins(expr::FunctionRegistry::builtin());
    return true;
  }();
  (void)kRegistered;
  return expr::FunctionRegistry::builtin();
}

class AnalyzerTest : public ::testing::Test {
 protected:
  AnalyzerTest() : conf_(std::make_shared<catalog::SQLConf>()) {
    builtins();
    auto shared = std::make_shared<catalog::SharedCatalog>();
    shared->metastore = catalog::makeInMemoryCatalog("spark-warehouse");
    catalog_ = std::make_unique<catalog::SessionCatalog>(std::move(shared), conf_);
    view("t", "a INT, b STRING, c DOUBLE, s STRUCT<x: INT, y: STRING>, l ARRAY<INT>, m MAP<STRING, INT>, d DATE, dec DECIMAL(15,2)");
    view("u", "a INT, k BIGINT, v STRING");
  }

  void view(const std::string& name, const std::string& ddl) {
    const auto schema = parser::parseTableSchema(ddl);
    ASSERT_TRUE(schema.isOk()) << schema.status().message();
    plan::LocalRelation relation;
    for (const StructField& field : schema.value().fields()) relation.attributes.push_back(expr::attribute(field.name, field.type, field.nullable));
    relation.batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
    ASSERT_TRUE(catalog_->tempViews().add({name, plan::makePlan(std::move(relation)), ""}, true).isOk());
  }

  Result<plan::LogicalPlanPtr> analyze(const std::string& sql) {
    ASSIGN_OR_RETURN(const plan::LogicalPlanPtr parsed, parser::parseStatement(sql));
    return Analyzer(*catalog_, *conf_, options_).analyze(parsed);
  }

  // The columns as "name:type", or the error's condition.
  std::string schemaOf(const std::string& sql) {
    const auto plan = analyze(sql);
    if (!plan.isOk()) return std::string(plan.error().condition().name) + ": " + plan.error().text();
    if (!plan.value()->resolved()) return "unresolved\n" + plan::treeString(plan.value());
    std::string out;
    for (const auto& column : plan.value()->output()) out += (out.empty() ? "" : ", ") + column->name + ":" + column->dataType().simpleString();
    return out;
  }
  std::string errorOf(const std::string& sql) {
    const auto plan = analyze(sql);
    return plan.isOk() ? "no error: " + plan::treeString(plan.value()) : std::string(plan.error().condition().name);
  }

  std::shared_ptr<catalog::SQLConf> conf_;
  std::unique_ptr<catalog::SessionCatalog> catalog_;
  expr::EvaluationOptions options_;
};

TEST_F(AnalyzerTest, namesColumnsAsSparkDoes) {
  EXPECT_EQ(schemaOf("SELECT a, A, t.b AS x, s.x, s.y AS q FROM t"), "a:int, A:int, x:string, x:int, q:string");
  EXPECT_EQ(schemaOf("SELECT a + 1, a > 2, count(1) OVER () FROM t"), "(a + 1):int, (a > 2):boolean, count(1) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING):bigint");
  EXPECT_EQ(schemaOf("SELECT count(*), sum(a), max(b) FROM t"), "count(1):bigint, sum(a):bigint, max(b):string");
  EXPECT_EQ(schemaOf("SELECT CASE WHEN a = 1 THEN 'x' ELSE b END FROM t"), "CASE WHEN (a = 1) THEN x ELSE b END:string");
}

TEST_F(AnalyzerTest, expandsStars) {
  EXPECT_EQ(schemaOf("SELECT * FROM u"), "a:int, k:bigint, v:string");
  EXPECT_EQ(schemaOf("SELECT u.* EXCEPT (k) FROM u"), "a:int, v:string");
  EXPECT_EQ(schemaOf("SELECT s.* FROM t"), "x:int, y:string");
  EXPECT_EQ(schemaOf("SELECT * FROM u JOIN u AS w USING (a)"), "a:int, k:bigint, v:string, k:bigint, v:string");
}

TEST_F(AnalyzerTest, reportsWhatCannotBeFound) {
  EXPECT_EQ(errorOf("SELECT nope FROM t"), "UNRESOLVED_COLUMN.WITH_SUGGESTION");
  EXPECT_EQ(errorOf("SELECT * FROM nope"), "TABLE_OR_VIEW_NOT_FOUND");
  EXPECT_EQ(errorOf("SELECT nope(a) FROM t"), "UNRESOLVED_ROUTINE");
  EXPECT_EQ(errorOf("SELECT a FROM t JOIN u ON t.a = u.a"), "AMBIGUOUS_REFERENCE");
  EXPECT_EQ(errorOf("SELECT a, sum(c) FROM t"), "MISSING_GROUP_BY");
  EXPECT_EQ(errorOf("SELECT a, b, sum(c) FROM t GROUP BY a"), "MISSING_AGGREGATION");
  EXPECT_EQ(errorOf("SELECT a FROM t WHERE sum(a) > 1"), "INVALID_WHERE_CONDITION");
  EXPECT_EQ(errorOf("SELECT a FROM t GROUP BY sum(a)"), "GROUP_BY_AGGREGATE");
  EXPECT_EQ(errorOf("SELECT a FROM t ORDER BY 2"), "ORDER_BY_POS_OUT_OF_RANGE");
  EXPECT_EQ(errorOf("SELECT a FROM t UNION SELECT a, k FROM u"), "NUM_COLUMNS_MISMATCH");
}

TEST_F(AnalyzerTest, resolvesGroupingInAnyForm) {
  EXPECT_EQ(schemaOf("SELECT a AS x, sum(c) s FROM t GROUP BY x HAVING sum(c) > 1 AND x < 3 ORDER BY s, count(*)"), "x:int, s:double");
  EXPECT_EQ(schemaOf("SELECT a, b, count(*) FROM t GROUP BY 1, 2"), "a:int, b:string, count(1):bigint");
  EXPECT_EQ(schemaOf("SELECT a, b, count(*) FROM t GROUP BY ALL ORDER BY ALL"), "a:int, b:string, count(1):bigint");
  EXPECT_EQ(schemaOf("SELECT a, sum(c) FROM t GROUP BY a ORDER BY b"), "UNRESOLVED_COLUMN.WITH_SUGGESTION: The column, variable or function parameter `b` cannot be found. Did you mean one of these: `t`.`a`, `sum(c)`?");
}

TEST_F(AnalyzerTest, resolvesSubqueriesEverywhere) {
  EXPECT_EQ(schemaOf("SELECT a, (SELECT max(k) FROM u WHERE u.a = t.a) AS m FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND u.v = b)"), "a:int, m:bigint");
  EXPECT_EQ(schemaOf("SELECT a FROM t WHERE (a, b) IN (SELECT a, v FROM u) AND c > (SELECT avg(k) FROM u)"), "a:int");
  EXPECT_EQ(schemaOf("SELECT b, sum(a) FROM t GROUP BY b HAVING sum(a) > (SELECT max(k) FROM u WHERE u.v = b)"), "b:string, sum(a):bigint");
}

TEST_F(AnalyzerTest, keepsCtesThatAreReadTwice) {
  const auto plan = analyze("WITH w AS (SELECT a, sum(c) s FROM t GROUP BY a) SELECT x.a, y.s FROM w x JOIN w y ON x.a = y.a");
  ASSERT_TRUE(plan.isOk()) << plan.status().message();
  EXPECT_EQ(plan.value()->kind(), plan::LogicalKind::kWithCte);
  const auto once = analyze("WITH w AS (SELECT a FROM t), unused AS (SELECT 1) SELECT * FROM w");
  ASSERT_TRUE(once.isOk()) << once.status().message();
  EXPECT_NE(once.value()->kind(), plan::LogicalKind::kWithCte);
}

TEST_F(AnalyzerTest, takesLateralAliases) {
  EXPECT_EQ(schemaOf("SELECT a + 1 AS x, x * 2 AS y FROM t"), "x:int, y:int");
  EXPECT_EQ(schemaOf("SELECT sum(a) AS x, x + 1 AS y FROM t GROUP BY b"), "x:bigint, y:bigint");
}

std::string readText(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class BenchmarkQueries : public AnalyzerTest {
 protected:
  // Analyzes every query of the folder; gives the number that failed.
  int failures(const std::filesystem::path& folder) {
    int failed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".sql") continue;
      const auto plan = analyze(readText(entry.path()));
      const bool fine = plan.isOk() && plan.value()->resolved();
      if (fine) continue;
      ++failed;
      ADD_FAILURE() << entry.path().filename() << ": " << (plan.isOk() ? "unresolved\n" + plan::treeString(plan.value()) : plan.status().message());
    }
    return failed;
  }
};

TEST_F(BenchmarkQueries, tpchIsResolved) {
  const char* bench = std::getenv("BENCH_DIR");
  if (bench == nullptr || !std::filesystem::exists(bench)) GTEST_SKIP() << "no BENCH_DIR";
  view("region", "r_regionkey BIGINT, r_name STRING, r_comment STRING");
  view("nation", "n_nationkey BIGINT, n_name STRING, n_regionkey BIGINT, n_comment STRING");
  view("supplier", "s_suppkey BIGINT, s_name STRING, s_address STRING, s_nationkey BIGINT, s_phone STRING, s_acctbal DECIMAL(15,2), s_comment STRING");
  view("customer",
       "c_custkey BIGINT, c_name STRING, c_address STRING, c_nationkey BIGINT, c_phone STRING, c_acctbal DECIMAL(15,2), c_mktsegment STRING, c_comment STRING");
  view("part",
       "p_partkey BIGINT, p_name STRING, p_mfgr STRING, p_brand STRING, p_type STRING, p_size INT, p_container STRING, p_retailprice DECIMAL(15,2), p_comment STRING");
  view("partsupp", "ps_partkey BIGINT, ps_suppkey BIGINT, ps_availqty INT, ps_supplycost DECIMAL(15,2), ps_comment STRING");
  view("orders",
       "o_orderkey BIGINT, o_custkey BIGINT, o_orderstatus STRING, o_totalprice DECIMAL(15,2), o_orderdate DATE, o_orderpriority STRING, o_clerk STRING, "
       "o_shippriority INT, o_comment STRING");
  view("lineitem",
       "l_orderkey BIGINT, l_partkey BIGINT, l_suppkey BIGINT, l_linenumber INT, l_quantity DECIMAL(15,2), l_extendedprice DECIMAL(15,2), l_discount DECIMAL(15,2), "
       "l_tax DECIMAL(15,2), l_returnflag STRING, l_linestatus STRING, l_shipdate DATE, l_commitdate DATE, l_receiptdate DATE, l_shipinstruct STRING, "
       "l_shipmode STRING, l_comment STRING");
  EXPECT_EQ(failures(std::filesystem::path(bench) / "tpch"), 0);
}

TEST_F(BenchmarkQueries, tpcdsIsResolved) {
  const char* bench = std::getenv("BENCH_DIR");
  if (bench == nullptr || !std::filesystem::exists(bench)) GTEST_SKIP() << "no BENCH_DIR";
  simdjson::dom::parser json;
  simdjson::dom::element schemas;
  ASSERT_EQ(json.load((std::filesystem::path(bench) / "tpcds/schema.json").string()).get(schemas), simdjson::SUCCESS);
  for (const auto [name, columns] : simdjson::dom::object(schemas)) {
    std::string ddl;
    for (const auto column : simdjson::dom::array(columns)) {
      ddl += (ddl.empty() ? "" : ", ") + std::string(std::string_view(column.at(0))) + " " + std::string(std::string_view(column.at(1)));
    }
    view(std::string(name), ddl);
  }
  EXPECT_EQ(failures(std::filesystem::path(bench) / "tpcds"), 0);
}

}  // namespace
}  // namespace flint::analysis
