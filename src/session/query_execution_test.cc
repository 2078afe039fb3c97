#include "session/query_execution.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "columnar/column_vector.h"
#include "expr/expression_text.h"
#include "session/shared_state.h"
#include "types/type_json.h"

namespace flint::session {
namespace {

class QueryExecutionTest : public ::testing::Test {
 protected:
  QueryExecutionTest() : folder_(std::filesystem::temp_directory_path() / ("flint_query_test_" + std::to_string(::getpid()))) {
    auto shared = SharedState::make({{"spark.sql.warehouse.dir", (folder_ / "warehouse").string()}, {"spark.master", "local[2]"}});
    session_ = SparkSession::make(shared.value());
  }
  ~QueryExecutionTest() override { std::filesystem::remove_all(folder_); }

  // Rows as "a,b|a,b", or the error's condition.
  std::string run(const std::string& sql) {
    auto parsed = session_->parse(sql);
    if (!parsed.isOk()) return parsed.status().message();
    QueryExecution query(session_, parsed.value());
    auto schema = query.schema();
    if (!schema.isOk()) return schema.status().message();
    auto rows = query.collect();
    if (!rows.isOk()) return rows.status().message();
    std::string out;
    for (const columnar::ColumnarBatch& batch : rows.value()) {
      const columnar::ActiveRows active = batch.activeRows();
      for (columnar::RowIndex i = 0; i < batch.numSelected(); ++i) {
        if (!out.empty()) out += "|";
        for (size_t c = 0; c < batch.numColumns(); ++c) {
          if (c > 0) out += ",";
          out += expr::literalText(batch.column(c)->valueAt(active[i]), batch.column(c)->type(), expr::TextStyle::kName);
        }
      }
    }
    return out;
  }

  const std::filesystem::path folder_;
  SparkSessionPtr session_;
};

TEST_F(QueryExecutionTest, runsQueriesOverRanges) {
  EXPECT_EQ(run("SELECT id, id * 2 AS twice FROM range(4) WHERE id > 1 ORDER BY id DESC"), "3,6|2,4");
  EXPECT_EQ(run("SELECT id % 3 AS k, count(*), sum(id) FROM range(10) GROUP BY k ORDER BY k"), "0,4,18|1,3,12|2,3,15");
  EXPECT_EQ(run("SELECT * FROM VALUES (1, 'a'), (2, NULL) AS t(n, s) ORDER BY n"), "1,a|2,NULL");
  EXPECT_EQ(run("SELECT a.id, b.id FROM range(5) a JOIN range(3) b ON a.id = b.id ORDER BY 1"), "0,0|1,1|2,2");
  EXPECT_EQ(run("SELECT id FROM range(10) WHERE id > (SELECT avg(id) FROM range(10)) ORDER BY id LIMIT 2"), "5|6");
  EXPECT_EQ(run("WITH w AS (SELECT id FROM range(3)) SELECT x.id FROM w x, w y WHERE x.id = y.id ORDER BY 1"), "0|1|2");
}

// Nodes that are made and dropped while a query is planned must not be taken for others that come to lie where they were.
TEST_F(QueryExecutionTest, plansSeveralSubqueriesApart) {
  const std::string text =
      "SELECT k, n FROM (SELECT id % 7 AS k, count(*) AS n FROM range(100) GROUP BY id % 7 HAVING count(*) > (SELECT max(id) FROM range(15) GROUP BY id < 0)) a "
      "JOIN (SELECT id % 5 AS j FROM range(50) GROUP BY id % 5 HAVING sum(id) > (SELECT max(id) FROM range(226) GROUP BY id < 0)) b ON k = j "
      "WHERE n < (SELECT count(*) FROM range(1000) WHERE id >= 0 GROUP BY id < 0) ORDER BY k";
  for (int i = 0; i < 20; ++i) ASSERT_EQ(run(text), "1,15") << "time " << i;
}

TEST_F(QueryExecutionTest, runsCommands) {
  EXPECT_EQ(run("CREATE TEMP VIEW v AS SELECT id AS n FROM range(3)"), "");
  EXPECT_EQ(run("SELECT sum(n) FROM v"), "3");
  EXPECT_EQ(run("SHOW TABLES"), ",v,true");
  EXPECT_EQ(run("DESCRIBE v"), "n,bigint,NULL");
  EXPECT_EQ(run("SET spark.sql.shuffle.partitions = 7"), "spark.sql.shuffle.partitions,7");
  EXPECT_EQ(run("SET spark.sql.shuffle.partitions"), "spark.sql.shuffle.partitions,7");
  EXPECT_EQ(run("DROP VIEW v"), "");
  EXPECT_NE(run("SELECT * FROM v").find("TABLE_OR_VIEW_NOT_FOUND"), std::string::npos);
}

TEST_F(QueryExecutionTest, writesAndReadsTables) {
  EXPECT_EQ(run("CREATE TABLE t USING parquet AS SELECT id, id % 2 AS k FROM range(6)"), "");
  EXPECT_EQ(run("SELECT k, sum(id) FROM t GROUP BY k ORDER BY k"), "0,6|1,9");
  EXPECT_EQ(run("INSERT INTO t VALUES (10, 1)"), "");
  EXPECT_EQ(run("SELECT max(id) FROM t"), "10");
  EXPECT_EQ(run("INSERT OVERWRITE t SELECT 1, 1"), "");
  EXPECT_EQ(run("SELECT count(*) FROM t"), "1");
  EXPECT_EQ(run("DROP TABLE t"), "");
}

// The program holds two versions of the JSON library: the system's must win.
TEST_F(QueryExecutionTest, readsTypesFromJson) {
  const auto type = dataTypeFromJson(R"({"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{}}]})");
  ASSERT_TRUE(type.isOk()) << type.status().message();
  EXPECT_EQ(type.value().simpleString(), "struct<a:bigint>");
}

TEST_F(QueryExecutionTest, explainsEveryStep) {
  const std::string text = run("EXPLAIN EXTENDED SELECT id + 1 FROM range(3) WHERE id > 1");
  for (const char* part : {"== Parsed Logical Plan ==", "== Analyzed Logical Plan ==", "== Optimized Logical Plan ==", "== Physical Plan =="}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace flint::session
