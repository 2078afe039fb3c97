// Random well-typed expressions over random rows: row by row, vectorized in every encoding, folded as constants, and through the optimizer and the
// operators, with one answer. The input is a list of decisions.
#include <fmt/core.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "encoding_check.h"
#include "expr/expression_evaluator.h"
#include "expr/expression_text.h"
#include "fuzz_target.h"
#include "query_trial.h"
#include "sample_rows.h"
#include "session/query_execution.h"

namespace flint::fuzz {
namespace {

/// Decisions from the input's bytes; zeros when they are used up.
class Decisions {
 public:
  Decisions(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  size_t below(size_t bound) {
    const size_t value = at_ < size_ ? data_[at_] : 0;
    ++at_;
    return value % bound;
  }
  bool over() const { return at_ >= size_; }

 private:
  const uint8_t* data_;
  const size_t size_;
  size_t at_ = 0;
};

/// A way to make an expression of a type, holes being letters of types in braces.
struct Production {
  char type;
  std::string_view text;
};

// i int, l bigint, d double, n decimal, s string, b boolean, D date, T timestamp, a array<int>, m map<string,int>, r struct<a int, b string>, x binary
constexpr std::array kLeaves = {
    Production{'i', "c_int"}, Production{'i', "1"}, Production{'i', "-2147483648"}, Production{'i', "CAST(NULL AS INT)"}, Production{'i', "0"},
    Production{'l', "c_bigint"}, Production{'l', "9223372036854775807"}, Production{'l', "3L"}, Production{'d', "c_double"}, Production{'d', "0.5D"},
    Production{'d', "double('NaN')"}, Production{'d', "-0.0D"}, Production{'n', "c_decimal"}, Production{'n', "c_wide"}, Production{'n', "0.10"},
    Production{'s', "c_string"}, Production{'s', "'abc'"}, Production{'s', "''"}, Production{'s', "'2020-02-29'"}, Production{'s', "CAST(NULL AS STRING)"},
    Production{'b', "c_boolean"}, Production{'b', "true"}, Production{'b', "CAST(NULL AS BOOLEAN)"}, Production{'D', "c_date"}, Production{'D', "DATE'1999-12-31'"},
    Production{'T', "c_timestamp"}, Production{'T', "TIMESTAMP'2020-02-29 01:02:03.456'"}, Production{'a', "c_ints"}, Production{'a', "array(1, NULL, 3)"},
    Production{'a', "array()"}, Production{'m', "c_map"}, Production{'m', "map('k', 1)"}, Production{'r', "c_struct"}, Production{'r', "named_struct('a', 1, 'b', 'x')"},
    Production{'x', "c_binary"}, Production{'x', "X'00FF'"},
};

constexpr std::array kProductions = {
    Production{'i', "({i} + {i})"}, Production{'i', "({i} - {i})"}, Production{'i', "({i} * {i})"}, Production{'i', "({i} % {i})"}, Production{'i', "(- {i})"},
    Production{'i', "abs({i})"}, Production{'i', "({i} & {i})"}, Production{'i', "({i} ^ {i})"}, Production{'i', "shiftleft({i}, {i})"}, Production{'i', "length({s})"},
    Production{'i', "TRY_CAST({s} AS INT)"}, Production{'i', "TRY_CAST({d} AS INT)"}, Production{'i', "CAST({l} AS INT)"}, Production{'i', "year({D})"},
    Production{'i', "dayofweek({D})"}, Production{'i', "datediff({D}, {D})"}, Production{'i', "second({T})"}, Production{'i', "{r}.a"}, Production{'i', "size({a})"},
    Production{'i', "try_element_at({a}, 1)"}, Production{'i', "try_element_at({m}, {s})"}, Production{'i', "aggregate({a}, {i}, (p, q) -> coalesce(p, 0) ^ q)"},
    Production{'i', "CASE WHEN {b} THEN {i} WHEN {b} THEN {i} END"}, Production{'i', "IF({b}, {i}, {i})"}, Production{'i', "coalesce({i}, {i})"},
    Production{'i', "nullif({i}, {i})"}, Production{'i', "greatest({i}, {i})"}, Production{'i', "hash({s}, {i}, {d})"}, Production{'i', "instr({s}, {s})"},
    Production{'i', "ascii({s})"}, Production{'i', "array_position({a}, {i})::int"}, Production{'i', "levenshtein({s}, {s})"}, Production{'i', "CAST({b} AS INT)"},
    Production{'l', "({l} + {i})"}, Production{'l', "try_add({l}, {l})"}, Production{'l', "({l} div {i})"}, Production{'l', "xxhash64({s}, {l})"},
    Production{'l', "unix_micros({T})"}, Production{'l', "CAST({i} AS BIGINT)"}, Production{'l', "IF({b}, {l}, {i})"}, Production{'l', "pmod({l}, {l})"},
    Production{'d', "({d} + {d})"}, Production{'d', "({d} * {i})"}, Production{'d', "({i} / {i})"}, Production{'d', "try_divide({d}, {d})"}, Production{'d', "sqrt({d})"},
    Production{'d', "round({d}, 2)"}, Production{'d', "exp({d})"}, Production{'d', "CAST({n} AS DOUBLE)"}, Production{'d', "TRY_CAST({s} AS DOUBLE)"},
    Production{'d', "least({d}, {d})"}, Production{'d', "nanvl({d}, {d})"}, Production{'d', "atan2({d}, {d})"}, Production{'d', "nullif({d}, {d})"},
    Production{'n', "({n} + {n})"}, Production{'n', "({n} * {n})"}, Production{'n', "try_divide({n}, {n})"}, Production{'n', "round({n}, 1)"}, Production{'n', "CAST({i} AS DECIMAL(12, 2))"},
    Production{'n', "abs({n})"}, Production{'n', "floor({n})"}, Production{'n', "IF({b}, {n}, {n})"}, Production{'n', "({n} % {n})"},
    Production{'s', "upper({s})"}, Production{'s', "lower({s})"}, Production{'s', "concat({s}, {s})"}, Production{'s', "substring({s}, {i}, 3)"}, Production{'s', "trim({s})"},
    Production{'s', "CAST({i} AS STRING)"}, Production{'s', "CAST({d} AS STRING)"}, Production{'s', "CAST({n} AS STRING)"}, Production{'s', "CAST({T} AS STRING)"},
    Production{'s', "CAST({a} AS STRING)"}, Production{'s', "CAST({r} AS STRING)"}, Production{'s', "{r}.b"}, Production{'s', "replace({s}, {s}, {s})"},
    Production{'s', "lpad({s}, 5, {s})"}, Production{'s', "reverse({s})"}, Production{'s', "date_format({T}, 'yyyy-MM-dd HH:mm')"}, Production{'s', "hex({i})"},
    Production{'s', "regexp_replace({s}, '[a-c]+', {s})"}, Production{'s', "split_part({s}, '-', 1)"}, Production{'s', "concat_ws(',', {s}, {s})"},
    Production{'s', "translate({s}, 'abc', {s})"}, Production{'s', "initcap({s})"}, Production{'s', "to_json({r})"}, Production{'s', "base64({x})"},
    Production{'s', "IF({b}, {s}, {s})"}, Production{'s', "coalesce({s}, {s})"}, Production{'s', "md5({x})"}, Production{'s', "get_json_object({s}, '$.a')"},
    Production{'b', "({i} = {i})"}, Production{'b', "({d} < {d})"}, Production{'b', "({s} <= {s})"}, Production{'b', "({n} > {i})"}, Production{'b', "({D} <=> {D})"},
    Production{'b', "({b} AND {b})"}, Production{'b', "({b} OR {b})"}, Production{'b', "(NOT {b})"}, Production{'b', "({i} IS NULL)"}, Production{'b', "({s} IN ('abc', {s}, NULL))"},
    Production{'b', "({i} IN (1, {i}, 100))"}, Production{'b', "({s} LIKE {s})"}, Production{'b', "({s} LIKE '%b_%')"}, Production{'b', "({i} BETWEEN {i} AND {i})"},
    Production{'b', "array_contains({a}, {i})"}, Production{'b', "exists({a}, v -> v > {i})"}, Production{'b', "isnan({d})"}, Production{'b', "({a} = {a})"},
    Production{'b', "({r} < {r})"}, Production{'b', "startswith({s}, {s})"}, Production{'b', "({x} = {x})"}, Production{'b', "(({b} IS TRUE) = {b})"},
    Production{'D', "date_add({D}, {i} % 1000)"}, Production{'D', "CAST({T} AS DATE)"}, Production{'D', "TRY_CAST({s} AS DATE)"}, Production{'D', "last_day({D})"},
    Production{'D', "add_months({D}, {i} % 100)"}, Production{'D', "trunc({D}, 'MM')"}, Production{'D', "IF({b}, {D}, {D})"},
    Production{'T', "CAST({D} AS TIMESTAMP)"}, Production{'T', "TRY_CAST({s} AS TIMESTAMP)"}, Production{'T', "date_trunc('HOUR', {T})"}, Production{'T', "coalesce({T}, {T})"},
    Production{'a', "transform({a}, v -> v % 7)"}, Production{'a', "filter({a}, v -> v > {i})"}, Production{'a', "array({i}, {i})"}, Production{'a', "sort_array({a})"},
    Production{'a', "array_distinct({a})"}, Production{'a', "concat({a}, {a})"}, Production{'a', "array_union({a}, {a})"}, Production{'a', "slice({a}, 1, 2)"},
    Production{'a', "reverse({a})"}, Production{'a', "IF({b}, {a}, {a})"}, Production{'a', "zip_with({a}, {a}, (p, q) -> p)"}, Production{'a', "array_except({a}, {a})"},
    Production{'m', "map_filter({m}, (k, v) -> v > {i})"}, Production{'m', "transform_values({m}, (k, v) -> v)"}, Production{'m', "IF({b}, {m}, {m})"},
    Production{'r', "named_struct('a', {i}, 'b', {s})"}, Production{'r', "IF({b}, {r}, {r})"}, Production{'x', "CAST({s} AS BINARY)"}, Production{'x', "unhex(hex({i}))"},
};

constexpr std::string_view kTypes = "ildnsbDTamrx";

std::string expressionOf(char type, int depth, Decisions& decisions) {
  std::vector<std::string_view> ways;
  for (const Production& leaf : kLeaves) {
    if (leaf.type == type) ways.push_back(leaf.text);
  }
  if (depth > 0 && !decisions.over()) {
    const size_t leaves = ways.size();
    for (const Production& production : kProductions) {
      if (production.type == type) ways.push_back(production.text);
    }
    if (decisions.below(8) != 0) ways.erase(ways.begin(), ways.begin() + static_cast<ptrdiff_t>(leaves));
  }
  const std::string_view way = ways[decisions.below(ways.size())];
  std::string out;
  for (size_t i = 0; i < way.size(); ++i) {
    if (way[i] != '{') {
      out += way[i];
      continue;
    }
    out += expressionOf(way[i + 1], depth - 1, decisions);
    i += 2;
  }
  return out;
}

struct Stage {
  QueryTrial trial{std::chrono::milliseconds(5000)};
  SampleRows sample = SampleRows::make(trial);
};

Stage& stage() {
  static Stage made;
  return made;
}

// What operators give for the rows, against what the evaluator gives without the optimizer.
void compareWithQuery(const plan::LogicalPlanPtr& plan, const expr::ExprPtr& bound, const SampleRows& rows, const std::string& sql) {
  const auto options = stage().trial.session()->evaluationOptions();
  const auto evaluator = expr::ExpressionEvaluator::make({bound}, options);
  if (!evaluator.isOk()) return;
  const auto local = evaluator.value()->makeLocal();
  const auto alone = evaluator.value()->evaluateOne(*local, rows.batch, 0);
  const auto answer = stage().trial.run(plan, sql);
  if (!alone.isOk()) return;  // the optimizer may do without what raises
  if (!answer.isOk()) return defect("the query fails, the expression does not", (sql + "\n" + answer.error().message()).c_str());
  columnar::RowIndex row = 0;
  for (const columnar::ColumnarBatch& batch : answer.value()) {
    for (const columnar::RowIndex at : batch.activeRows()) {
      const Value got = batch.column(0)->valueAt(at);
      const Value expected = alone.value()->valueAt(row++);
      if (got == expected) continue;
      const auto text = [&](const Value& value) { return expr::literalText(value, bound->dataType(), expr::TextStyle::kName); };
      return defect("the optimized query gives another value", fmt::format("{}\nrow {}: {}, not {}", sql, row - 1, text(got), text(expected)).c_str());
    }
  }
  if (row != rows.batch.numRows()) defect("the query gives another number of rows", sql.c_str());
}

}  // namespace
}  // namespace flint::fuzz

using namespace flint::fuzz;

int LLVMFuzzerInitialize(int*, char***) {
  stage();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  Decisions decisions(data, size);
  Choices choices(data[0] * 256u + data[1]);
  const SampleRows rows = stage().sample.shuffled(static_cast<flint::columnar::RowIndex>(1 + decisions.below(40)), choices);
  rows.publish(stage().trial);
  const std::string sql = "SELECT " + expressionOf(kTypes[decisions.below(kTypes.size())], static_cast<int>(1 + decisions.below(4)), decisions) + " FROM t";
  const auto plan = stage().trial.session()->parse(sql);
  if (!plan.isOk()) {
    defect(plan.error().message().c_str(), sql.c_str());
    return 0;
  }
  flint::session::QueryExecution query(stage().trial.session(), plan.value());
  const auto analyzed = query.analyzed();
  if (!analyzed.isOk()) {
    if (isDefect(analyzed.error())) defect(analyzed.error().message().c_str(), sql.c_str());
    return 0;
  }
  for (const flint::expr::ExprPtr& bound : projectedExpressions(analyzed.value())) {
    const std::string problem = encodingDisagreement(bound, rows.batch, stage().trial.session()->evaluationOptions(), false);
    if (!problem.empty()) defect(problem.c_str(), sql.c_str());
    compareWithQuery(plan.value(), bound, rows, sql);
  }
  return 0;
}

// Inputs are decisions: fresh ones, or a few of them changed.
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maxSize, unsigned int seed) {
  Choices choices(seed);
  if (size >= 4 && choices.oneIn(3)) {
    data[choices.below(size)] = static_cast<uint8_t>(choices.next());
    return size;
  }
  const size_t length = std::min<size_t>(maxSize, 8 + choices.below(120));
  for (size_t i = 0; i < length; ++i) data[i] = static_cast<uint8_t>(choices.next());
  return length;
}
