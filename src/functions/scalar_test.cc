// Calls of built-in functions, each over flat, constant, dictionary and selected input.
#include <gtest/gtest.h>

#include "expr/expression_evaluator.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/query_time.h"
#include "functions/builtins.h"

namespace flint::functions {
namespace {

using namespace expr;
using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::VectorBuilder;
using columnar::VectorPtr;

class Scalar : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    static const bool once = [] {
      registerBuiltins(FunctionRegistry::builtin());
      return true;
    }();
    (void)once;
  }

  static ExprPtr column(int32_t ordinal, DataType type) { return makeNode<BoundReference>(ordinal, std::move(type), true, std::string("c")); }
  static ExprPtr invoke(const std::string& name, std::vector<ExprPtr> arguments, const EvaluationOptions& options = {}) {
    auto made = makeFunctionCall(name, std::move(arguments), options);
    EXPECT_TRUE(made.isOk()) << name << ": " << made.status().message();
    return made.isOk() ? made.value() : literalNull();
  }
  static std::string textOf(const ColumnVector& vector, columnar::RowIndex row) {
    return literalText(vector.valueAt(row), vector.type(), TextStyle::kDebug);
  }
  // The value of a constant expression, or the error's condition.
  static std::string run(const ExprPtr& expression, const EvaluationOptions& options = {}) {
    auto value = evaluateFoldable(expression, options);
    if (!value.isOk()) return std::string(value.error().condition().name);
    return literalText(value.value(), expression->dataType(), TextStyle::kDebug, options.timeZone);
  }
  static std::string run(const std::string& name, std::vector<ExprPtr> arguments, const EvaluationOptions& options = {}) {
    auto made = makeFunctionCall(name, std::move(arguments), options);
    if (!made.isOk()) return std::string(made.error().condition().name);
    return run(made.value(), options);
  }
  static ExprPtr text(std::string value) { return literalString(std::move(value)); }
  static ExprPtr number(int32_t value) { return literalInt(value); }
  static ExprPtr dec(int64_t unscaled, int precision, int scale) { return literal(Value::decimal(unscaled), DataType::decimal(precision, scale)); }
  static ExprPtr castTo(ExprPtr child, DataType type, CastMode mode = CastMode::kAnsi) { return makeNode<Cast>(std::move(child), std::move(type), mode); }

  // The column in four encodings, all with the same values.
  static std::vector<VectorPtr> encodings(const DataType& type, const std::vector<Value>& values) {
    VectorBuilder flat(type);
    for (const Value& value : values) flat.append(value);
    const VectorPtr plain = flat.finish();
    const auto size = static_cast<columnar::RowIndex>(values.size());
    auto indices = columnar::Buffer::allocate(values.size() * 4);
    for (int32_t i = 0; i < size; ++i) indices->mutableAs<int32_t>()[i] = i;
    return {plain, ColumnVector::dictionary(plain, size, indices)};
  }
};

TEST_F(Scalar, arithmeticFollowsAnsi) {
  EXPECT_EQ(run("+", {number(1), number(2)}), "3");
  EXPECT_EQ(run("+", {number(2147483647), number(1)}), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(run("try_add", {number(2147483647), number(1)}), "null");
  EvaluationOptions legacy;
  legacy.ansi = false;
  EXPECT_EQ(run("+", {number(2147483647), number(1)}, legacy), "-2147483648");
  EXPECT_EQ(run("/", {number(3), number(2)}), "1.5");
  EXPECT_EQ(run("/", {number(3), number(0)}), "DIVIDE_BY_ZERO");
  EXPECT_EQ(run("/", {number(3), number(0)}, legacy), "null");
  EXPECT_EQ(run("div", {number(-7), number(2)}), "-3");
  EXPECT_EQ(run("%", {number(-7), number(2)}), "-1");
  EXPECT_EQ(run("pmod", {number(-7), number(3)}), "2");
  EXPECT_EQ(run("*", {dec(150, 5, 2), dec(200, 5, 2)}), "3.0000");
  EXPECT_EQ(run("/", {dec(100, 5, 2), dec(300, 5, 2)}), "0.33333333");
  EXPECT_EQ(run("-", {number(1), dec(5, 12, 2)}), "0.95");
}

TEST_F(Scalar, castsReadAndWriteText) {
  EXPECT_EQ(run(castTo(text(" 12 "), DataType::integer())), "12");
  EXPECT_EQ(run(castTo(text("1.5"), DataType::integer())), "CAST_INVALID_INPUT");
  EXPECT_EQ(run(castTo(text("1.5"), DataType::integer(), CastMode::kTry)), "null");
  EXPECT_EQ(run(castTo(text("1.5"), DataType::integer(), CastMode::kLegacy)), "1");
  EXPECT_EQ(run(castTo(text("1.005"), DataType::decimal(10, 2))), "1.01");
  EXPECT_EQ(run(castTo(text("1e10"), DataType::float64())), "1.0E10");
  EXPECT_EQ(run(castTo(literal(Value::floating(0.001), DataType::float64()), DataType::string())), "0.001");
  EXPECT_EQ(run(castTo(literal(Value::floating(1e7), DataType::float64()), DataType::string())), "1.0E7");
  EXPECT_EQ(run(castTo(text("2024-02-29"), DataType::date())), "2024-02-29");
  EXPECT_EQ(run(castTo(text("2024-02-30"), DataType::date())), "CAST_INVALID_INPUT");
  EXPECT_EQ(run(castTo(literal(Value::floating(3e10), DataType::float64()), DataType::integer())), "CAST_OVERFLOW");
  EXPECT_EQ(run(castTo(dec(12345, 5, 2), DataType::decimal(4, 2))), "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION");
  EvaluationOptions pacific;
  pacific.timeZone = "America/Los_Angeles";
  EXPECT_EQ(run(castTo(text("2024-07-01 12:00:00"), DataType::timestamp()), pacific), "2024-07-01 12:00:00");
}

TEST_F(Scalar, textFunctionsCountCharacters) {
  EXPECT_EQ(run("substring", {text("Spark SQL"), number(5)}), "k SQL");
  EXPECT_EQ(run("substring", {text("Spark SQL"), number(-3)}), "SQL");
  EXPECT_EQ(run("substring", {text("Spark SQL"), number(5), number(1)}), "k");
  EXPECT_EQ(run("substring", {text("h\u00e9llo"), number(2), number(2)}), "\u00e9l");
  EXPECT_EQ(run("upper", {text("spark\u00e9")}), "SPARK\u00c9");
  EXPECT_EQ(run("length", {text("h\u00e9llo")}), "5");
  EXPECT_EQ(run("trim", {text("  a b  ")}), "a b");
  EXPECT_EQ(run("trim", {text("x"), text("xxaxx")}), "a");
  EXPECT_EQ(run("lpad", {text("hi"), number(5), text("*-")}), "*-*hi");
  EXPECT_EQ(run("concat", {text("Spark"), text("SQL")}), "SparkSQL");
  EXPECT_EQ(run("concat_ws", {text(","), text("a"), literalNull(), text("b")}), "a,b");
  EXPECT_EQ(run("locate", {text("bar"), text("foobarbar"), number(5)}), "7");
  EXPECT_EQ(run("substring_index", {text("www.apache.org"), text("."), number(-2)}), "apache.org");
  EXPECT_EQ(run("replace", {text("ABCabc"), text("abc"), text("DEF")}), "ABCDEF");
  EXPECT_EQ(run("translate", {text("AaBbCc"), text("abc"), text("12")}), "A1B2C");
}

TEST_F(Scalar, likeMatchesWholeTexts) {
  const auto like = [](const char* value, const char* pattern) { return run("like", {text(value), text(pattern)}); };
  EXPECT_EQ(like("Spark", "S%k"), "true");
  EXPECT_EQ(like("Spark", "%ar%"), "true");
  EXPECT_EQ(like("Spark", "Sp"), "false");
  EXPECT_EQ(like("Spark", "S_ark"), "true");
  EXPECT_EQ(like("special requests pending", "%special%requests%"), "true");
  EXPECT_EQ(like("aab", "%a_"), "true");
  EXPECT_EQ(like("", "%"), "true");
  EXPECT_EQ(like("", ""), "true");
  EXPECT_EQ(like("a%b", "a\\%b"), "true");
  EXPECT_EQ(like("axb", "a\\%b"), "false");
  EXPECT_EQ(like("h\u00e9", "h_"), "true");
  EXPECT_EQ(like("abcabc", "abc"), "false");
}

TEST_F(Scalar, datesMoveByUnits) {
  const auto date = [](const char* value) { return castTo(text(value), DataType::date()); };
  EXPECT_EQ(run("year", {date("2016-07-30")}), "2016");
  EXPECT_EQ(run("extract", {text("month"), date("2016-07-30")}), "7");
  EXPECT_EQ(run("weekofyear", {date("2008-02-20")}), "8");
  EXPECT_EQ(run("dayofweek", {date("2009-07-30")}), "5");
  EXPECT_EQ(run("add_months", {date("2016-08-31"), number(1)}), "2016-09-30");
  EXPECT_EQ(run("date_add", {date("2016-12-31"), number(1)}), "2017-01-01");
  EXPECT_EQ(run("datediff", {date("2009-07-31"), date("2009-07-30")}), "1");
  EXPECT_EQ(run("last_day", {date("2024-02-01")}), "2024-02-29");
  EXPECT_EQ(run("trunc", {date("2019-08-04"), text("week")}), "2019-07-29");
  EXPECT_EQ(run("next_day", {date("2015-01-14"), text("TU")}), "2015-01-20");
  const ExprPtr year = literal(Value::integer(12), DataType::yearMonthInterval());
  EXPECT_EQ(run("+", {date("2024-02-29"), year}), "2025-02-28");
  EXPECT_EQ(run("-", {date("2024-03-01"), literal(Value::integer(86'400'000'000), DataType::dayTimeInterval(IntervalField::kDay, IntervalField::kDay))}), "2024-02-29");
}

TEST_F(Scalar, roundingIsThatOfDecimals) {
  EXPECT_EQ(run("round", {literal(Value::floating(2.5), DataType::float64())}), "3.0");
  EXPECT_EQ(run("round", {literal(Value::floating(1.005), DataType::float64()), number(2)}), "1.01");
  EXPECT_EQ(run("bround", {literal(Value::floating(2.5), DataType::float64())}), "2.0");
  EXPECT_EQ(run("round", {dec(12345, 7, 3), number(2)}), "12.35");
  EXPECT_EQ(run("round", {number(15), number(-1)}), "20");
  EXPECT_EQ(run("ceil", {literal(Value::floating(-0.1), DataType::float64())}), "0");
  EXPECT_EQ(run("floor", {dec(-15, 3, 1)}), "-2");
}

TEST_F(Scalar, hashesAreThoseOfSpark) {
  const ExprPtr list = invoke("array", {number(123)});
  EXPECT_EQ(run("hash", {text("Spark"), list, number(2)}), "-1321691492");
  EXPECT_EQ(run("xxhash64", {text("Spark"), list, number(2)}), "5602566077635097486");
  EXPECT_EQ(run("md5", {text("Spark")}), "8cde774d6f7333752ed72cacddb05126");
  EXPECT_EQ(run("crc32", {text("Spark")}), "1557323817");
}

TEST_F(Scalar, formatsWriteNumbersAndDates) {
  EXPECT_EQ(run("format_number", {literal(Value::floating(12332.123456), DataType::float64()), number(4)}), "12,332.1235");
  EXPECT_EQ(run("format_string", {text("Hello World %d %s"), number(100), text("days")}), "Hello World 100 days");
  EXPECT_EQ(run("date_format", {castTo(text("2016-04-08"), DataType::date()), text("yyyy/MM/dd EEE")}), "2016/04/08 Fri");
  EXPECT_EQ(run("to_date", {text("31/12/2016"), text("dd/MM/yyyy")}), "2016-12-31");
  EXPECT_EQ(run("timestampdiff", {text("MONTH"), castTo(text("2024-01-31"), DataType::timestamp()), castTo(text("2024-03-01"), DataType::timestamp())}), "1");
  EXPECT_EQ(run("split_part", {text("11.12.13"), text("."), number(-1)}), "13");
  EXPECT_EQ(run("base64", {text("Spark SQL")}), "U3BhcmsgU1FM");
}

TEST_F(Scalar, regularExpressionsAreJavas) {
  EXPECT_EQ(run("regexp_extract", {text("100-200"), text("(\\d+)-(\\d+)"), number(2)}), "200");
  EXPECT_EQ(run("regexp_replace", {text("100-200"), text("(\\d)(\\d+)"), text("$2$1")}), "001-002");
  EXPECT_EQ(run("split", {text("oneAtwoBthreeC"), text("[ABC]")}), "[one,two,three,]");
  EXPECT_EQ(run("rlike", {text("Spark"), text("^S.*k$")}), "true");
  EXPECT_EQ(run("rlike", {text("Spark"), text("(")}), "INVALID_PARAMETER_VALUE.PATTERN");
}

TEST_F(Scalar, functionsOfTheQuerysTimeAreKnown) {
  EvaluationOptions early;
  EvaluationOptions late;
  late.currentTimestamp = 1'234'567'890'123'456;
  std::vector<std::string> found;
  for (const std::string& name : FunctionRegistry::builtin().names()) {
    const auto entry = FunctionRegistry::builtin().find(name);
    const auto* scalar = std::get_if<const ScalarFunction*>(&entry);
    if (scalar == nullptr || (*scalar)->lambdaTyper != nullptr || (*scalar)->rewrite != nullptr) continue;
    const auto given = [&](const EvaluationOptions& options) -> std::string {
      const auto call = makeFunctionCall(name, {}, options);
      return call.isOk() && (*call)->foldable() ? run(*call, options) : "";
    };
    if (given(early) == given(early) && given(early) != given(late)) found.push_back(name);
  }
  EXPECT_GE(found.size(), 6u);
  for (const std::string& name : found) EXPECT_TRUE(readsQueryTime(name)) << name;
}

TEST_F(Scalar, lambdasRunOverElements) {
  const ExprPtr list = invoke("array", {number(1), number(2), number(3)});
  const ExprPtr x = makeNode<LambdaVariable>(std::string("x"), DataType::integer(), false, newExprId());
  const ExprPtr twice = makeNode<LambdaFunction>(invoke("*", {x, number(2)}), std::vector<ExprPtr>{x});
  const ExprPtr odd = makeNode<LambdaFunction>(comparison(ComparisonOp::kEqual, invoke("%", {x, number(2)}), number(1)), std::vector<ExprPtr>{x});
  const ExprPtr sum = makeNode<LambdaVariable>(std::string("acc"), DataType::integer(), true, newExprId());
  const ExprPtr add = makeNode<LambdaFunction>(invoke("+", {sum, x}), std::vector<ExprPtr>{sum, x});
  EXPECT_EQ(run("transform", {list, twice}), "[2,4,6]");
  EXPECT_EQ(run("filter", {list, odd}), "[1,3]");
  EXPECT_EQ(run("exists", {list, odd}), "true");
  EXPECT_EQ(run("forall", {list, odd}), "false");
  EXPECT_EQ(run("aggregate", {list, number(10), add}), "16");
}

TEST_F(Scalar, dictionariesGiveWhatFlatColumnsGive) {
  const std::vector<Value> values = {Value::integer(1), Value::null(), Value::integer(3), Value::integer(7)};
  const ExprPtr c = column(0, DataType::integer());
  const std::vector<ExprPtr> expressions = {
      invoke("+", {c, number(1)}),
      comparison(ComparisonOp::kGreater, c, number(2)),
      makeNode<IsNull>(c),
      makeNode<CaseWhen>(std::vector<std::pair<ExprPtr, ExprPtr>>{{comparison(ComparisonOp::kEqual, c, number(3)), number(30)}}, number(0)),
      makeNode<Coalesce>(std::vector<ExprPtr>{c, number(-1)}),
      makeNode<In>(c, std::vector<ExprPtr>{number(3), number(7)}),
      makeOr(comparison(ComparisonOp::kLess, c, number(2)), makeNode<IsNull>(c)),
      castTo(c, DataType::string()),
  };
  auto evaluator = ExpressionEvaluator::make(expressions, {});
  ASSERT_TRUE(evaluator.isOk()) << evaluator.status().message();
  const std::vector<std::vector<std::string>> expected = {{"2", "null", "4", "8"},           {"false", "null", "true", "true"},
                                                          {"false", "true", "false", "false"}, {"0", "0", "30", "0"},
                                                          {"1", "-1", "3", "7"},             {"false", "null", "true", "true"},
                                                          {"true", "true", "false", "false"}, {"1", "null", "3", "7"}};
  for (const VectorPtr& vector : encodings(DataType::integer(), values)) {
    const auto local = evaluator.value()->makeLocal();
    auto results = evaluator.value()->evaluate(*local, ColumnarBatch({vector}, vector->size()));
    ASSERT_TRUE(results.isOk()) << results.status().message();
    for (size_t i = 0; i < expressions.size(); ++i) {
      for (columnar::RowIndex row = 0; row < vector->size(); ++row) {
        EXPECT_EQ(textOf(*results.value()[i], row), expected[i][static_cast<size_t>(row)]) << expressions[i]->toString() << " row " << row;
      }
    }
  }
}

TEST_F(Scalar, untakenBranchesNeverRaise) {
  const ExprPtr c = column(0, DataType::integer());
  const ExprPtr quotient = invoke("div", {number(10), c});
  const ExprPtr safe = makeNode<CaseWhen>(
      std::vector<std::pair<ExprPtr, ExprPtr>>{{comparison(ComparisonOp::kNotEqual, c, number(0)), quotient}}, literalLong(-1));
  const ExprPtr guarded = makeAnd(comparison(ComparisonOp::kNotEqual, c, number(0)), comparison(ComparisonOp::kGreater, quotient, literalLong(2)));
  auto evaluator = ExpressionEvaluator::make({safe, guarded, quotient}, {});
  ASSERT_TRUE(evaluator.isOk());
  for (const VectorPtr& vector : encodings(DataType::integer(), {Value::integer(0), Value::integer(2), Value::integer(5)})) {
    const auto local = evaluator.value()->makeLocal();
    const ColumnarBatch batch({vector}, 3);
    auto result = evaluator.value()->evaluateOne(*local, batch, 0);
    ASSERT_TRUE(result.isOk()) << result.status().message();
    EXPECT_EQ(textOf(*result.value(), 0), "-1");
    EXPECT_EQ(textOf(*result.value(), 1), "5");
    auto rows = evaluator.value()->filter(*local, batch, 1);
    ASSERT_TRUE(rows.isOk()) << rows.status().message();
    EXPECT_EQ(*rows.value(), columnar::Selection{1});
    EXPECT_FALSE(evaluator.value()->evaluateOne(*local, batch, 2).isOk());
    // Only rows that are there raise.
    ColumnarBatch selected = batch;
    selected.setSelection(std::make_shared<columnar::Selection>(columnar::Selection{1, 2}));
    auto quotients = evaluator.value()->evaluateOne(*local, selected, 2);
    ASSERT_TRUE(quotients.isOk());
    EXPECT_EQ(textOf(*quotients.value(), 2), "2");
  }
}

}  // namespace
}  // namespace flint::functions
