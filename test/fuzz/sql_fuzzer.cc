// SQL texts through the parser; what is a query goes on to analysis, optimizer, planner and its rows.
#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz_target.h"
#include "parser/sql_parser.h"
#include "plan/logical/command_parts.h"
#include "query_trial.h"
#include "random_bytes.h"
#include "session/large_stack.h"
#include "tree/transform.h"

namespace flint::fuzz {
namespace {

// Tokens that start, join and end the clauses of the grammar.
constexpr std::array kVocabulary = {
    "SELECT", "DISTINCT", "FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "SORT BY", "LIMIT", "OFFSET", "WITH", "RECURSIVE", "AS", "VALUES", "LATERAL",
    "LATERAL VIEW explode(a)", "OUTER", "JOIN", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "CROSS", "NATURAL", "USING", "ON", "UNION ALL", "INTERSECT", "EXCEPT",
    "MINUS", "CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "IN", "EXISTS", "BETWEEN", "LIKE", "ILIKE", "RLIKE", "ESCAPE", "IS NULL",
    "IS DISTINCT FROM", "OVER", "PARTITION BY", "ROWS", "RANGE", "UNBOUNDED PRECEDING", "CURRENT ROW", "FILTER", "WITHIN GROUP", "ROLLUP", "CUBE",
    "GROUPING SETS", "PIVOT", "UNPIVOT", "FOR", "TABLESAMPLE", "INTERVAL", "DATE", "TIMESTAMP", "DECIMAL(38, 18)", "ARRAY<INT>", "MAP<STRING, INT>",
    "STRUCT<a: INT>", "CAST", "TRY_CAST", "EXTRACT", "YEAR", "TRIM", "BOTH", "OVERLAY", "PLACING", "POSITION", "SUBSTRING", "FIRST", "IGNORE NULLS", "ASC",
    "NULLS LAST", "EXPLAIN", "DESCRIBE", "CREATE TABLE", "INSERT INTO", "MERGE INTO", "SET", "USE", "(", ")", "[", "]", ",", ".", "::", "->", "=>", ":", ";",
    "+", "-", "*", "/", "%", "DIV", "||", "|", "&", "^", "~", "<<", ">>", ">>>", "=", "<=>", "<>", "!=", "<", ">=", "!", "|>", "?", ":p", "@@", "/*", "*/",
    "/*+ BROADCAST(t) */", "--", "'", "\"", "`", "\\", "$", "1", "0", "-1", "2147483648", "9223372036854775808", "1e400", "1.5BD", "1L", "2Y", "0x", "X'1F'",
    "'a'", "'%'", "r'\\d'", "NULL", "TRUE", "t", "i", "s", "a", "m", "st", "t.i", "`a b`", "count(*)", "sum(i)", "range(5)", "identifier('t')", "x -> x + 1",
};

constexpr size_t kMaxText = 200'000;

QueryTrial& trial() {
  static const auto made = [] {
    auto trial = std::make_unique<QueryTrial>(std::chrono::milliseconds(200));
    trial->prepare("CREATE TEMP VIEW t AS SELECT * FROM VALUES "
                   "(1, 'a', array(1, 2), map('k', 1), named_struct('a', 1, 'b', 'x'), DATE'2024-02-29', 1.5, 2.5D, TRUE), "
                   "(2, 'b', array(), map(), named_struct('a', 2, 'b', NULL), DATE'1969-12-31', -1.5, 'NaN'::double, FALSE), "
                   "(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) AS v(i, s, a, m, st, d, n, f, b)");
    return trial;
  }();
  return *made;
}

std::vector<std::string> tokensOf(std::string_view text) {
  std::vector<std::string> tokens;
  const auto isWord = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    if (isWord(text[at])) {
      while (end < text.size() && isWord(text[end])) ++end;
    } else if (text[at] == '\'' || text[at] == '"' || text[at] == '`') {
      while (end < text.size() && text[end] != text[at]) ++end;
      end = std::min(text.size(), end + 1);
    } else if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
      while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) != 0) ++end;
    }
    tokens.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

size_t write(const std::vector<std::string>& tokens, uint8_t* out, size_t room) {
  size_t size = 0;
  for (const std::string& token : tokens) {
    const size_t take = std::min(token.size(), room - size);
    std::copy_n(token.data(), take, out + size);
    size += take;
  }
  return size;
}

std::string vocabularyToken(Choices& choices) { return std::string(" ") + kVocabulary[choices.below(kVocabulary.size())] + " "; }

// Text that nests: `open` and `close` around a middle, many times.
std::string nested(Choices& choices) {
  struct Shape {
    const char* open;
    const char* close;
  };
  static constexpr std::array kShapes = {
      Shape{"(", ")"}, Shape{"array(", ")"}, Shape{"NOT ", ""}, Shape{"- ", ""}, Shape{"(SELECT ", ")"}, Shape{"CASE WHEN true THEN ", " END"},
      Shape{"CAST(", " AS STRING)"}, Shape{"1 + ", ""}, Shape{"", " + 1"}, Shape{"", "[0]"}, Shape{"", ".a"}, Shape{"", "::int"}, Shape{"x -> ", ""},
      Shape{"/*", "*/"}, Shape{"~", ""}, Shape{"", " AND true"}, Shape{"", " || 'a'"}, Shape{"EXISTS (SELECT 1 WHERE ", ")"}, Shape{"", " UNION ALL SELECT 1"},
      Shape{"SELECT * FROM (", ")"}, Shape{"struct(", ")"}, Shape{"coalesce(", ", 1)"}, Shape{"WITH c AS (", ") SELECT 1"}, Shape{"t JOIN (", ")"}};
  const Shape& shape = kShapes[choices.below(kShapes.size())];
  const size_t times = choices.oneIn(12) ? 3000 + choices.below(30'000) : 1 + choices.below(60);
  std::string text;
  for (size_t i = 0; i < times && text.size() < kMaxText; ++i) text += shape.open;
  text += "1";
  for (size_t i = 0; i < times && text.size() < kMaxText; ++i) text += shape.close;
  return text;
}

void mutateTokens(std::vector<std::string>& tokens, Choices& choices) {
  if (tokens.empty()) tokens.emplace_back("SELECT 1");
  const size_t at = choices.below(tokens.size());
  const size_t count = std::min(tokens.size() - at, 1 + choices.below(choices.oneIn(4) ? 12 : 3));
  const auto begin = tokens.begin() + static_cast<ptrdiff_t>(at);
  switch (choices.below(8)) {
    case 0: tokens.erase(begin, begin + static_cast<ptrdiff_t>(count)); break;
    case 1: std::swap(tokens[at], tokens[choices.below(tokens.size())]); break;
    case 2: tokens[at] = vocabularyToken(choices); break;
    case 3: tokens.insert(begin, vocabularyToken(choices)); break;
    case 4: {
      const std::vector<std::string> copy(begin, begin + static_cast<ptrdiff_t>(count));
      tokens.insert(tokens.begin() + static_cast<ptrdiff_t>(choices.below(tokens.size() + 1)), copy.begin(), copy.end());
      break;
    }
    case 5: tokens[at] = tokens[choices.below(tokens.size())]; break;
    case 6: tokens[at] = nested(choices); break;
    default: {
      std::vector<uint8_t> bytes(tokens[at].begin(), tokens[at].end());
      mutateBytes(bytes, 4096, choices);
      tokens[at].assign(bytes.begin(), bytes.end());
      break;
    }
  }
}

// Rows in files may be anywhere, and writing is what a mutated path must never do: such plans end at the parser.
bool mayRun(const plan::LogicalPlanPtr& plan) {
  return !tree::anyNode(plan, [](const plan::LogicalPlanPtr& node) { return plan::isCommand(node->kind()); });
}

void tryText(std::string_view text) {
  static_cast<void>(parser::parseDataType(text));
  static_cast<void>(parser::parseTableSchema(text));
  static_cast<void>(parser::parseIdentifier(text));
  static_cast<void>(parser::parseExpression(text));
  auto plan = trial().session()->parse(text);
  if (!plan.isOk()) {
    if (isDefect(plan.error())) weakness(plan.error().message().c_str(), std::string(text).c_str());
    static_cast<void>(plan.error().message());
    return;
  }
  if (!mayRun(plan.value())) return;
  const auto rows = trial().run(plan.value(), text);
  if (!rows.isOk()) static_cast<void>(rows.error().message());
}

}  // namespace
}  // namespace flint::fuzz

using namespace flint::fuzz;

int LLVMFuzzerInitialize(int*, char***) {
  trial();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  flint::session::runOnLargeStack([&] { tryText(text); });
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maxSize, unsigned int seed) {
  Choices choices(seed);
  std::vector<std::string> tokens = tokensOf({reinterpret_cast<const char*>(data), size});
  for (size_t i = 0, rounds = 1 + choices.below(3); i < rounds; ++i) mutateTokens(tokens, choices);
  return write(tokens, data, std::min(maxSize, kMaxText));
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t* first, size_t firstSize, const uint8_t* second, size_t secondSize, uint8_t* out, size_t maxOutSize,
                                 unsigned int seed) {
  Choices choices(seed);
  std::vector<std::string> tokens = tokensOf({reinterpret_cast<const char*>(first), firstSize});
  const std::vector<std::string> other = tokensOf({reinterpret_cast<const char*>(second), secondSize});
  if (!other.empty()) {
    const size_t from = choices.below(other.size());
    const size_t count = 1 + choices.below(other.size() - from);
    tokens.insert(tokens.begin() + static_cast<ptrdiff_t>(choices.below(tokens.size() + 1)), other.begin() + static_cast<ptrdiff_t>(from),
                  other.begin() + static_cast<ptrdiff_t>(from + count));
  }
  return write(tokens, out, std::min(maxOutSize, kMaxText));
}
