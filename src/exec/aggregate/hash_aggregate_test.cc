#include "exec/testing/row_oracle.h"

namespace flint::exec {
namespace {

using namespace testing;

TEST(HashAggregate, agreesWithRowsGroupedByHand) {
  for (const int64_t keys : {5, 100'000}) {
    for (const Mode& mode : kModes) {
      const bool slow = mode.batchRows == 1 || mode.constantHash;
      const TestTable table = randomTable(slow ? 500 : 8000, keys, 1, 7);
      const auto input = table.scan(mode.batchRows, 3);
      const ExprPtr k = table.attributes[0];
      const ExprPtr s = table.attributes[1];
      const ExprPtr v = table.attributes[2];
      for (const std::vector<size_t>& positions : std::vector<std::vector<size_t>>{{0}, {1}, {0, 1}, {2, 0}}) {
        std::vector<ExprPtr> by;
        for (const size_t position : positions) by.push_back(table.attributes[position]);
        const auto plan = groupBy(input, by, {aggregate("count", {expr::literalInt(1)}), aggregate("sum", {v}), aggregate("min", {v}), aggregate("max", {s})});
        EXPECT_EQ(sortedTexts(run(plan, mode)), sortedTexts(groupedByHand(table, positions))) << keys << " keys, " << mode.threads << " threads";
      }
    }
  }
}

TEST(HashAggregate, spillsAndStillAgrees) {
  for (const int32_t threads : {1, 3}) {
    const Mode mode{threads, 2048, false, 1 << 20};
    const TestTable table = randomTable(40'000, 30'000, 9);
    const auto plan = groupBy(table.scan(2048, 3), {table.attributes[0], table.attributes[1]},
                              {aggregate("count", {expr::literalInt(1)}), aggregate("sum", {table.attributes[2]}), aggregate("min", {table.attributes[2]}),
                               aggregate("max", {table.attributes[1]})});
    EXPECT_EQ(sortedTexts(run(plan, mode)), sortedTexts(groupedByHand(table, {0, 1})));
  }
}

TEST(HashAggregate, readsSpilledGroupsBackInSeveralPasses) {
  const Mode mode{3, 512, false, 4 << 10};
  const TestTable table = randomTable(20'000, 15'000, 10);
  const auto plan = groupBy(table.scan(512, 3), {table.attributes[0], table.attributes[1]},
                            {aggregate("count", {expr::literalInt(1)}), aggregate("sum", {table.attributes[2]}), aggregate("min", {table.attributes[2]}),
                             aggregate("max", {table.attributes[1]})});
  EXPECT_EQ(sortedTexts(run(plan, mode)), sortedTexts(groupedByHand(table, {0, 1})));
}

// The two halves of the rows are aggregated apart; what they give is a table that the final aggregate reads.
TEST(HashAggregate, agreesInPartialAndFinalSteps) {
  for (const Mode& mode : kModes) {
    const TestTable table = randomTable(mode.batchRows == 1 ? 400 : 6000, 900, 17);
    const std::vector<ExprPtr> keys = {table.attributes[0], table.attributes[1]};
    plan::HashAggregateExec partial;
    partial.mode = plan::AggregateMode::kPartial;
    partial.grouping = keys;
    partial.aggregates = {aggregate("count", {expr::literalInt(1)}), aggregate("sum", {table.attributes[2]}), aggregate("min", {table.attributes[2]}),
                          aggregate("max", {table.attributes[1]})};
    for (const ExprPtr& call : partial.aggregates) {
      for (const DataType& type : call->as<expr::AggregateExpression>()->binding->aggregator->encodedTypes()) partial.stateAttributes.push_back(expr::attribute("state", type));
    }
    plan::HashAggregateExec last(partial);
    last.mode = plan::AggregateMode::kFinal;
    for (const ExprPtr& key : keys) last.resultExpressions.push_back(expr::toAttribute(key));
    for (const ExprPtr& call : last.aggregates) {
      last.aggregateAttributes.push_back(expr::attribute("a", call->dataType()));
      last.resultExpressions.push_back(last.aggregateAttributes.back());
    }

    TestTable states;
    states.attributes = table.attributes;
    states.attributes.pop_back();
    for (const auto& attribute : partial.stateAttributes) states.attributes.push_back(attribute);
    const auto middle = table.rows.begin() + static_cast<std::ptrdiff_t>(table.rows.size() / 2);
    for (const auto& [begin, end] : {std::pair(table.rows.begin(), middle), std::pair(middle, table.rows.end())}) {
      TestTable half;
      half.attributes = table.attributes;
      half.rows.assign(begin, end);
      plan::HashAggregateExec first(partial);
      first.child = half.scan(mode.batchRows, 3);
      for (Row& row : run(plan::makePhysical(std::move(first)), mode)) states.rows.push_back(std::move(row));
    }
    ASSERT_GT(states.rows.size(), groupedByHand(table, {0, 1}).size());
    last.child = states.scan(mode.batchRows, 3);
    EXPECT_EQ(sortedTexts(run(plan::makePhysical(std::move(last)), mode)), sortedTexts(groupedByHand(table, {0, 1}))) << mode.threads << " threads";
  }
}

TEST(HashAggregate, givesOneRowForNoRowsWithoutKeys) {
  const TestTable table = randomTable(0, 5, 1);
  const auto plan = groupBy(table.scan(10, 1), {}, {aggregate("count", {expr::literalInt(1)}), aggregate("sum", {table.attributes[2]})});
  EXPECT_EQ(sortedTexts(run(plan, kModes[1])), sortedTexts({{Value::integer(0), Value::null()}}));
}

TEST(HashAggregate, countsDistinctValues) {
  for (const Mode& mode : kModes) {
    const TestTable table = randomTable(2000, 50, 3);
    const auto plan = groupBy(table.scan(mode.batchRows, 3), {table.attributes[0]}, {aggregate("count", {table.attributes[1]}, true), aggregate("sum", {table.attributes[2]})});
    std::map<std::string, std::pair<Row, std::map<std::string, int>>> groups;
    std::map<std::string, int64_t> sums;
    for (const Row& row : table.rows) {
      auto& group = groups[textOf(row[0])];
      group.first = {row[0]};
      sums[textOf(row[0])] += row[2].asInteger();
      if (!row[1].isNull()) group.second[row[1].asString()] = 1;
    }
    std::vector<Row> expected;
    for (auto& [text, group] : groups) expected.push_back({group.first[0], Value::integer(static_cast<int64_t>(group.second.size())), Value::integer(sums[text])});
    EXPECT_EQ(sortedTexts(run(plan, mode)), sortedTexts(expected));
  }
}

}  // namespace
}  // namespace flint::exec
