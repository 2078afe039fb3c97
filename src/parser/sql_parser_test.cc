#include "parser/sql_parser.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "plan/logical/dml_commands.h"
#include "plan/logical/session_commands.h"

namespace flint::parser {
namespace {

std::string readFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string sqlOf(std::string_view text) {
  const auto parsed = parseExpression(text);
  return parsed.isOk() ? (*parsed)->sql() : std::string(parsed.error().condition().name);
}

std::string treeOf(std::string_view text) {
  const auto parsed = parseStatement(text);
  return parsed.isOk() ? plan::treeString(*parsed) : parsed.status().message();
}

std::string conditionOf(std::string_view text) {
  const auto parsed = parseStatement(text);
  return parsed.isOk() ? "OK" : std::string(parsed.error().condition().name);
}

std::string offendingToken(std::string_view text) {
  const auto parsed = parseStatement(text);
  return parsed.isOk() ? "OK" : *parsed.error().parameter("error");
}

std::string typeOf(std::string_view text) {
  const auto parsed = parseExpression(text);
  return parsed.isOk() ? (*parsed)->dataType().simpleString() : std::string(parsed.error().condition().name);
}

// Runs `body` on a thread with a stack as the compiler's threads have.
void onLargeStack(const std::function<void()>& body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 512UL << 20);
  pthread_t thread;
  auto run = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&body)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST(SqlParser, bindsOperatorsAsSparkDoes) {
  EXPECT_EQ(sqlOf("1 + 2 * 3 - 4"), "((1 + (2 * 3)) - 4)");
  EXPECT_EQ(sqlOf("a or b and not c = d"), "(a OR (b AND (NOT (c = d))))");
  EXPECT_EQ(sqlOf("a | b ^ c & d << 1"), "(a | (b ^ (c & (d << 1))))");
  EXPECT_EQ(sqlOf("a between 1 and 2 and b"), "(between(a, 1, 2) AND b)");
  EXPECT_EQ(sqlOf("a = b is null"), "((a = b) IS NULL)");
  EXPECT_EQ(sqlOf("a != b"), "(NOT (a = b))");
  EXPECT_EQ(sqlOf("5 - -1"), "(5 - -1)");
  EXPECT_EQ(sqlOf("a::string || 'x'"), "concat(CAST(a AS STRING), 'x')");
  EXPECT_EQ(sqlOf("a and b and c"), "((a AND b) AND c)");
  EXPECT_EQ(sqlOf("(a, 2) = (b, c)"), "(named_struct('a', a, 'col2', 2) = named_struct('b', b, 'c', c))");
  EXPECT_EQ(sqlOf("(a, b) IN (SELECT 1, 2)"), "(named_struct(a, b) IN (listquery()))");
}

TEST(SqlParser, givesLiteralsTheirTypes) {
  EXPECT_EQ(typeOf("2147483647"), "int");
  EXPECT_EQ(typeOf("-2147483648"), "int");
  EXPECT_EQ(typeOf("2147483648"), "bigint");
  EXPECT_EQ(typeOf("9223372036854775808"), "decimal(19,0)");
  EXPECT_EQ(typeOf("1.50"), "decimal(3,2)");
  EXPECT_EQ(typeOf("0.05"), "decimal(2,2)");
  EXPECT_EQ(typeOf("1e3"), "double");
  EXPECT_EQ(typeOf("1S"), "smallint");
  EXPECT_EQ(typeOf("1.5F"), "float");
  EXPECT_EQ(typeOf("1BD"), "decimal(1,0)");
  EXPECT_EQ(typeOf("128Y"), "INVALID_NUMERIC_LITERAL_RANGE");
  EXPECT_EQ(typeOf("interval 1 year 2 months"), "interval year to month");
  EXPECT_EQ(typeOf("interval '1 02:03:04.5' day to second"), "interval day to second");
  EXPECT_EQ(typeOf("interval 1 month 1 day"), "_LEGACY_ERROR_TEMP_0029");
  EXPECT_EQ(typeOf("timestamp '2020-13-01'"), "INVALID_TYPED_LITERAL");
}

TEST(SqlParser, readsEscapesInStrings) {
  const auto text = [](std::string_view sql) { return expr::literalValue(*parseExpression(sql))->asString(); };
  EXPECT_EQ(text("'a''b'"), "a'b");
  EXPECT_EQ(text("'\\u0041\\n\\%\\101'"), "A\n\\%A");
  EXPECT_EQ(text("r'\\n'"), "\\n");
  EXPECT_EQ(text("'a' \"b\""), "ab");
}

TEST(SqlParser, knowsWhereEachPartWasWritten) {
  const auto parsed = parseStatement("SELECT 'ä',\n  a + b FROM t");
  ASSERT_TRUE(parsed.isOk());
  const auto sum = (*parsed)->as<plan::Project>()->projectList[1];
  EXPECT_EQ(sum->origin()->fragment(), "a + b");
  EXPECT_EQ(sum->origin()->line, 2);
  EXPECT_EQ(sum->origin()->startPosition, 2);
  EXPECT_EQ(sum->origin()->startIndex, 14);
  EXPECT_EQ(sum->origin()->stopIndex, 18);
}

TEST(SqlParser, bindsIntersectBeforeUnion) {
  EXPECT_EQ(treeOf("SELECT a FROM x UNION ALL SELECT a FROM y INTERSECT SELECT a FROM z"),
            "'Union false, false\n"
            ":- 'Project ['a]\n"
            ":  +- 'UnresolvedRelation [x], [], false\n"
            "+- 'Intersect false\n"
            "   :- 'Project ['a]\n"
            "   :  +- 'UnresolvedRelation [y], [], false\n"
            "   +- 'Project ['a]\n"
            "      +- 'UnresolvedRelation [z], [], false\n");
}

TEST(SqlParser, joinsEverythingBeforeAComma) {
  EXPECT_EQ(treeOf("SELECT * FROM a, b LEFT JOIN c ON a.x = c.x"),
            "'Project [*]\n"
            "+- 'Join LeftOuter, ('a.x = 'c.x)\n"
            "   :- 'Join Inner\n"
            "   :  :- 'UnresolvedRelation [a], [], false\n"
            "   :  +- 'UnresolvedRelation [b], [], false\n"
            "   +- 'UnresolvedRelation [c], [], false\n");
}

TEST(SqlParser, namesTheTokenThatDoesNotFit) {
  EXPECT_EQ(offendingToken("SELECT a b c FROM t"), "'c'");
  EXPECT_EQ(offendingToken("SELECT"), "end of input");
  EXPECT_EQ(offendingToken("SELECT * FROM t WHERE ORDER BY a"), "'BY'");
  EXPECT_EQ(offendingToken("SELEC 1"), "'SELEC'");
}

TEST(SqlParser, raisesSparksConditions) {
  EXPECT_EQ(conditionOf(" -- nothing\n ;"), "PARSE_EMPTY_STATEMENT");
  EXPECT_EQ(conditionOf("SELECT 1 /* open"), "UNCLOSED_BRACKETED_COMMENT");
  EXPECT_EQ(conditionOf("SELECT * FROM a-b"), "INVALID_IDENTIFIER");
  EXPECT_EQ(conditionOf("SELECT CAST(1 AS foo)"), "UNSUPPORTED_DATATYPE");
  EXPECT_EQ(conditionOf("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1"), "DUPLICATED_CTE_NAMES");
  EXPECT_EQ(conditionOf("SELECT a FROM t ORDER BY a CLUSTER BY a"), "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES");
}

TEST(SqlParser, survivesDeepNesting) {
  onLargeStack([] {
    const auto nested = [](size_t depth) { return "SELECT " + std::string(depth, '(') + "1" + std::string(depth, ')'); };
    EXPECT_EQ(conditionOf(nested(5'000)), "OK");
    EXPECT_EQ(conditionOf(nested(100'000)), "FAILED_TO_PARSE_TOO_COMPLEX");
    std::string chain = "SELECT * FROM t WHERE a = 0";
    std::string unions = "SELECT 0";
    for (int i = 1; i < 10'000; ++i) {
      chain += " OR a = " + std::to_string(i);
      unions += " UNION ALL SELECT " + std::to_string(i);
    }
    std::string calls = "a";
    for (int i = 0; i < 60; ++i) calls = "trim(substring(first(" + calls + "), 1))";
    EXPECT_EQ(conditionOf("SELECT " + calls), "OK");
    std::string subqueries = "1";
    for (int i = 0; i < 60; ++i) subqueries = "((SELECT " + subqueries + ") + 1)";
    EXPECT_EQ(conditionOf("SELECT " + subqueries), "OK");
    EXPECT_EQ(conditionOf("SELECT " + subqueries + " x y"), "PARSE_SYNTAX_ERROR");
    subqueries.insert(subqueries.find('1') + 1, " x y");
    EXPECT_EQ(conditionOf("SELECT " + subqueries), "PARSE_SYNTAX_ERROR");
    EXPECT_EQ(conditionOf(chain), "OK");
    EXPECT_EQ(conditionOf(unions), "OK");
  });
  // Too little stack is the same error.
  EXPECT_EQ(conditionOf("SELECT " + std::string(100'000, '(')), "FAILED_TO_PARSE_TOO_COMPLEX");
}

TEST(SqlParser, readsCommands) {
  const auto set = parseStatement("SET spark.sql.x = a b;");
  ASSERT_TRUE(set.isOk());
  EXPECT_EQ((*set)->as<plan::SetCommand>()->key, "spark.sql.x");
  EXPECT_EQ((*set)->as<plan::SetCommand>()->value, "a b");
  const auto insert = parseStatement("WITH c AS (SELECT 1) INSERT OVERWRITE db.t PARTITION (p = 'x', q) SELECT * FROM c");
  ASSERT_TRUE(insert.isOk());
  const auto* into = (*insert)->as<plan::InsertInto>();
  EXPECT_EQ(into->table.parts, (std::vector<std::string>{"db", "t"}));
  EXPECT_EQ(into->partition[0].second, "x");
  EXPECT_EQ(into->dynamicPartition, (std::vector<std::string>{"q"}));
  EXPECT_EQ(into->query->kind(), plan::LogicalKind::kUnresolvedWith);
}

TEST(SqlParser, readsSchemas) {
  const auto schema = parseTableSchema("a INT, `b c` ARRAY<STRUCT<x: DECIMAL(10, 2), y: STRING>> NOT NULL COMMENT 'k'");
  ASSERT_TRUE(schema.isOk()) << schema.status().message();
  EXPECT_EQ(schema->simpleString(), "struct<a:int,b c:array<struct<x:decimal(10,2),y:string>>>");
  EXPECT_FALSE(schema->fields()[1].nullable);
  EXPECT_EQ(schema->fields()[1].metadata, "{\"comment\":\"k\"}");
  EXPECT_EQ(*parseIdentifier("a.`b``.c`"), (std::vector<std::string>{"a", "b`.c"}));
}

TEST(SqlParser, readsEveryBenchmarkQuery) {
  const char* folder = std::getenv("BENCH_DIR");
  if (folder == nullptr || !std::filesystem::exists(folder)) GTEST_SKIP() << "BENCH_DIR is not set";
  int numFiles = 0;
  for (const char* suite : {"tpch", "tpcds"}) {
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / suite)) {
      if (entry.path().extension() != ".sql") continue;
      ++numFiles;
      const auto plan = parseStatement(readFile(entry.path()));
      EXPECT_TRUE(plan.isOk()) << entry.path() << ": " << plan.status().message();
    }
  }
  EXPECT_GT(numFiles, 100);
}

// Pulls the string behind `"key": ` out of a line of JSON; false when it is not a string.
bool jsonString(const std::string& line, const std::string& key, std::string& out) {
  size_t at = line.find("\"" + key + "\": \"");
  if (at == std::string::npos) return false;
  at += key.size() + 5;
  const size_t start = at;
  while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
  // A SQL string literal knows JSON's escapes but \/ and \f.
  const auto value = parseExpression("'" + [&] {
    std::string body = line.substr(start, at - start);
    std::string quoted;
    for (const char c : body) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    return quoted;
  }() + "'");
  if (!value.isOk()) return false;
  out = expr::literalValue(*value)->asString();
  return true;
}

TEST(SqlParser, readsSparksTestStatements) {
  const char* folder = std::getenv("CONFORMANCE_DIR");
  if (folder == nullptr || !std::filesystem::exists(folder)) GTEST_SKIP() << "CONFORMANCE_DIR is not set";
  int numStatements = 0;
  int numRead = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / "sqltests")) {
    std::ifstream in(entry.path());
    std::string line;
    ParserOptions options;
    while (std::getline(in, line)) {
      if (line.starts_with("{\"suite\"")) {
        options.ansi = line.find("\"spark.sql.ansi.enabled\": \"false\"") == std::string::npos;
        options.doubleQuotedIdentifiers = line.find("\"spark.sql.ansi.doubleQuotedIdentifiers\": \"true\"") != std::string::npos;
        continue;
      }
      std::string sql;
      if (!line.ends_with("\"error\": null}") || !jsonString(line, "sql", sql)) continue;
      ++numStatements;
      const auto plan = parseStatement(sql, options);
      if (plan.isOk()) {
        ++numRead;
      } else if (numStatements - numRead < 20) {
        std::printf("%s: %s\n", sql.c_str(), plan.status().message().c_str());
      }
    }
  }
  EXPECT_GT(numStatements, 5'000);
  EXPECT_GE(numRead, numStatements * 99 / 100);
}

}  // namespace
}  // namespace flint::parser
