#include "exec/testing/row_oracle.h"
#include "expr/call_arguments.h"
#include "expr/generator_function.h"

namespace flint::exec {
namespace {

using namespace testing;

std::vector<std::string> texts(const std::vector<Row>& rows) {
  std::vector<std::string> out;
  for (const Row& row : rows) out.push_back(textOf(row));
  return out;
}

TEST(ExpandOperator, givesEveryProjectionOfEveryRow) {
  for (const Mode& mode : kModes) {
    const TestTable table = randomTable(700, 40, 41);
    plan::ExpandExec node;
    node.attributes = {expr::attribute("k", DataType::integer()), expr::attribute("v", DataType::bigint()), expr::attribute("g", DataType::integer())};
    node.projections = {{table.attributes[0], table.attributes[2], expr::literalInt(0)}, {expr::literalNull(DataType::integer()), table.attributes[2], expr::literalInt(1)}};
    node.child = table.scan(mode.batchRows, 3);
    std::vector<Row> expected;
    for (const Row& row : table.rows) {
      expected.push_back({row[0], row[2], Value::integer(0)});
      expected.push_back({Value::null(), row[2], Value::integer(1)});
    }
    EXPECT_EQ(sortedTexts(run(plan::makePhysical(std::move(node)), mode)), sortedTexts(expected));
  }
}

TEST(UnionOperator, givesTheInputsRowsOneInputAfterTheOther) {
  for (const Mode& mode : kModes) {
    const TestTable first = randomTable(300, 40, 42);
    const TestTable second = randomTable(0, 40, 43);
    const TestTable third = randomTable(500, 40, 44);
    plan::UnionExec node;
    node.attributes = first.attributes;
    node.inputs = {first.scan(mode.batchRows, 2), second.scan(mode.batchRows, 1), third.scan(mode.batchRows, 3)};
    std::vector<Row> expected = first.rows;
    expected.insert(expected.end(), third.rows.begin(), third.rows.end());
    EXPECT_EQ(texts(run(plan::makePhysical(std::move(node)), mode)), texts(expected)) << mode.threads << " threads";
  }
}

TEST(LimitOperator, givesTheFirstRowsBehindTheOffset) {
  for (const Mode& mode : kModes) {
    const TestTable table = randomTable(900, 40, 45);
    for (const auto& [limit, offset] : {std::pair(0, 0), std::pair(1, 0), std::pair(130, 250), std::pair(-1, 880), std::pair(50, 2000)}) {
      plan::GlobalLimitExec node;
      node.limit = limit;
      node.offset = offset;
      node.child = table.scan(mode.batchRows, 3);
      const size_t begin = std::min<size_t>(static_cast<size_t>(offset), table.rows.size());
      const size_t count = limit < 0 ? table.rows.size() - begin : std::min<size_t>(static_cast<size_t>(limit), table.rows.size() - begin);
      const auto from = table.rows.begin() + static_cast<std::ptrdiff_t>(begin);
      EXPECT_EQ(texts(run(plan::makePhysical(std::move(node)), mode)), texts(std::vector<Row>(from, from + static_cast<std::ptrdiff_t>(count))))
          << limit << " behind " << offset << ", " << mode.threads << " threads";
    }
  }
}

TEST(SampleOperator, choosesTheSameRowsWithAnyNumberOfThreads) {
  const TestTable table = randomTable(4000, 40, 46);
  const auto sampled = [&](const Mode& mode, bool withReplacement) {
    plan::SampleExec node;
    node.upperBound = 0.25;
    node.withReplacement = withReplacement;
    node.seed = 7;
    node.child = table.scan(64, 3);
    return texts(run(plan::makePhysical(std::move(node)), mode));
  };
  const std::vector<std::string> all = sortedTexts(table.rows);
  for (const bool withReplacement : {false, true}) {
    const std::vector<std::string> once = sampled({1, 64, false}, withReplacement);
    EXPECT_GT(once.size(), 850U);
    EXPECT_LT(once.size(), 1150U);
    for (const std::string& row : once) ASSERT_TRUE(std::binary_search(all.begin(), all.end(), row));
    EXPECT_EQ(sampled({7, 64, false}, withReplacement), once);
  }
}

TEST(GenerateOperator, givesARowAnElementAndForNoneANullRowWhenOuter) {
  TestTable table;
  table.attributes = {expr::attribute("id", DataType::integer()), expr::attribute("a", DataType::array(DataType::integer(), true))};
  std::mt19937 random(47);
  for (int32_t i = 0; i < 400; ++i) {
    std::vector<Value> elements;
    for (size_t n = random() % 5; n > 0; --n) elements.push_back(random() % 4 == 0 ? Value::null() : Value::integer(static_cast<int64_t>(random() % 90)));
    table.rows.push_back({Value::integer(i), random() % 6 == 0 ? Value::null() : Value::list(std::move(elements))});
  }
  const ExprPtr any = aggregate("count", {expr::literalInt(1)});  // the built-ins are registered
  const auto entry = expr::FunctionRegistry::builtin().find("posexplode");
  const std::vector<ExprPtr> arguments = {table.attributes[1]};
  static const expr::EvaluationOptions options;
  const expr::CallArguments described(arguments, options);
  Result<expr::GeneratorBinding> binding = std::get<const expr::GeneratorFunction*>(entry)->bind(described.context("posexplode"));
  ASSERT_TRUE(binding.isOk());
  expr::GeneratorCall call;
  call.name = "posexplode";
  call.arguments = arguments;
  call.binding = std::make_shared<const expr::GeneratorBinding>(std::move(binding).value());
  const ExprPtr generator = expr::makeExpr(std::move(call));
  for (const Mode& mode : kModes) {
    for (const bool outer : {false, true}) {
      plan::GenerateExec node;
      node.generator = generator;
      node.required = {table.attributes[0]};
      node.outer = outer;
      node.generatorOutput = {expr::attribute("pos", DataType::integer()), expr::attribute("col", DataType::integer())};
      node.child = table.scan(mode.batchRows, 3);
      std::vector<Row> expected;
      for (const Row& row : table.rows) {
        const size_t size = row[1].isNull() ? 0 : row[1].asList().size();
        for (size_t i = 0; i < size; ++i) expected.push_back({row[0], Value::integer(static_cast<int64_t>(i)), row[1].asList()[i]});
        if (size == 0 && outer) expected.push_back({row[0], Value::null(), Value::null()});
      }
      EXPECT_EQ(texts(run(plan::makePhysical(std::move(node)), mode)), texts(expected)) << mode.threads << " threads, outer " << outer;
    }
  }
}

}  // namespace
}  // namespace flint::exec
