#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <random>

#include "exec/plan_runner.h"
#include "exec/result_sink.h"
#include "expr/function_registry.h"
#include "functions/builtins.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {
namespace {

using expr::AttributePtr;
using expr::ExprPtr;
using plan::JoinType;
using plan::PhysicalPlanPtr;
using Row = std::vector<Value>;

/// How operators are run: the answers must not depend on it.
struct Mode {
  int32_t threads;
  int32_t batchRows;
  bool constantHash;
  int64_t spillThreshold = 0;
};
const Mode kModes[] = {{1, 2048, false}, {7, 2048, false}, {2, 1, false}, {2, 64, true}};

/// The values as a column in one of three ways: flat, as a dictionary, or with rows between them that a selection leaves out.
columnar::VectorPtr makeColumn(const DataType& type, const std::vector<Value>& values, size_t way) {
  columnar::VectorBuilder builder(type);
  if (way == 1) {
    for (size_t i = values.size(); i-- > 0;) builder.append(values[i]);
    auto indices = columnar::Buffer::allocate(values.size() * sizeof(int32_t));
    for (size_t i = 0; i < values.size(); ++i) indices->mutableAs<int32_t>()[i] = static_cast<int32_t>(values.size() - 1 - i);
    return columnar::ColumnVector::dictionary(builder.finish(), static_cast<columnar::RowIndex>(values.size()), std::move(indices));
  }
  for (const Value& value : values) {
    if (way == 2) builder.append(values[0]);
    builder.append(value);
  }
  return builder.finish();
}

/// A table in memory: rows, and the plan that scans them in batches of `batchRows`.
struct TestTable {
  std::vector<AttributePtr> attributes;
  std::vector<Row> rows;

  PhysicalPlanPtr scan(int32_t batchRows, int32_t partitions) const {
    plan::LocalTableScanExec node;
    node.attributes = attributes;
    node.numPartitions = partitions;
    auto batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
    for (size_t begin = 0; begin < rows.size(); begin += static_cast<size_t>(batchRows)) {
      const size_t end = std::min(rows.size(), begin + static_cast<size_t>(batchRows));
      const size_t way = batches->size() % 3;
      std::vector<columnar::VectorPtr> columns;
      for (size_t c = 0; c < attributes.size(); ++c) {
        std::vector<Value> values;
        for (size_t r = begin; r < end; ++r) values.push_back(rows[r][c]);
        columns.push_back(makeColumn(attributes[c]->dataType(), values, way));
      }
      columnar::ColumnarBatch batch(std::move(columns), static_cast<columnar::RowIndex>((end - begin) * (way == 2 ? 2 : 1)));
      if (way == 2) {
        auto selection = std::make_shared<columnar::Selection>();
        for (size_t i = 0; i < end - begin; ++i) selection->push_back(static_cast<columnar::RowIndex>(2 * i + 1));
        batch.setSelection(std::move(selection));
      }
      batches->push_back(std::move(batch));
    }
    node.batches = plan::LocalRelation::Batches(batches);
    return plan::makePhysical(std::move(node));
  }
};

std::string textOf(const Value& value) {
  if (value.isNull()) return "NULL";
  ByteWriter bytes;
  value.encode(bytes);
  return bytes.bytes();
}
std::string textOf(const Row& row) {
  std::string text;
  for (const Value& value : row) text += textOf(value) + "|";
  return text;
}
std::vector<std::string> sortedTexts(const std::vector<Row>& rows) {
  std::vector<std::string> texts;
  for (const Row& row : rows) texts.push_back(textOf(row));
  std::sort(texts.begin(), texts.end());
  return texts;
}

struct Outcome {
  Status status;
  std::vector<Row> rows;
  int64_t heldBytes = 0;  // of the budget, when the query has ended
};

Outcome tryRun(const PhysicalPlanPtr& plan, const Mode& mode, int64_t budget = int64_t{1} << 30, std::shared_ptr<io::FileSystem> spillFiles = nullptr) {
  Outcome outcome;
  auto manager = std::make_shared<memory::MemoryManager>(budget);
  {
    WorkerPool pool(mode.threads);
    ExecOptions options;
    options.batchRows = mode.batchRows;
    options.numThreads = mode.threads;
    options.constantHash = mode.constantHash;
    options.spillThresholdBytes = mode.spillThreshold;
    static std::atomic<int> queries{0};
    options.spillDirectory = testing::TempDir() + "flint_operators-" + std::to_string(queries.fetch_add(1));  // a query removes its folder
    options.spillFiles = std::move(spillFiles);
    auto context = std::make_shared<QueryContext>(memory::QueryPool::make(manager, "test"), expr::EvaluationOptions{}, options);
    auto task = std::make_shared<TaskContext>(context, mode.threads);
    auto collector = std::make_shared<BatchCollector>();
    outcome.status = PlanRunner::run(pool, plan, task, std::make_shared<ResultSink>(collector, 16 << 20));
    for (const ColumnarBatch& batch : collector->batches()) {
      for (const columnar::RowIndex row : batch.activeRows()) {
        Row values;
        for (const auto& column : batch.columns()) values.push_back(column->valueAt(row));
        outcome.rows.push_back(std::move(values));
      }
    }
  }
  outcome.heldBytes = manager->used();
  return outcome;
}

std::vector<Row> run(const PhysicalPlanPtr& plan, const Mode& mode) {
  Outcome outcome = tryRun(plan, mode);
  EXPECT_TRUE(outcome.status.isOk()) << outcome.status.message();
  EXPECT_EQ(outcome.heldBytes, 0);
  return std::move(outcome.rows);
}

/// `numRows` rows: k INT (NULL one time in ten) below `keys`, s STRING of k in short and long forms, v BIGINT.
TestTable randomTable(size_t numRows, int64_t keys, uint32_t seed, int64_t stride = 1) {
  TestTable table;
  table.attributes = {expr::attribute("k", DataType::integer()), expr::attribute("s", DataType::string()), expr::attribute("v", DataType::bigint())};
  std::mt19937 random(seed);
  for (size_t i = 0; i < numRows; ++i) {
    const auto key = static_cast<int64_t>(random() % static_cast<uint64_t>(keys));
    const std::string text = (key % 2 == 0 ? "short" : "a string that is long enough not to be inline ") + std::to_string(key);
    table.rows.push_back({random() % 10 == 0 ? Value::null() : Value::integer(key * stride), random() % 10 == 0 ? Value::null() : Value::string(text),
                          Value::integer(static_cast<int64_t>(random() % 1000))});
  }
  return table;
}

ExprPtr aggregate(const std::string& name, std::vector<ExprPtr> arguments, bool distinct = false) {
  static const bool registered = [] {
    functions::registerBuiltins(expr::FunctionRegistry::builtin());
    return true;
  }();
  EXPECT_TRUE(registered);
  const auto entry = expr::FunctionRegistry::builtin().find(name);
  const auto* function = std::get<const expr::AggregateFunction*>(entry);
  std::vector<DataType> types;
  for (const ExprPtr& argument : arguments) types.push_back(argument->dataType());
  const std::vector<const Value*> constants(arguments.size(), nullptr);
  static const expr::EvaluationOptions options;
  Result<expr::AggregateBinding> binding = function->bind({name, types, arguments, constants, options}, false);
  EXPECT_TRUE(binding.isOk());
  expr::AggregateExpression call;
  call.name = name;
  call.arguments = std::move(arguments);
  call.distinct = distinct;
  call.binding = std::make_shared<const expr::AggregateBinding>(std::move(binding).value());
  return expr::makeExpr(std::move(call));
}

PhysicalPlanPtr groupBy(const PhysicalPlanPtr& child, std::vector<ExprPtr> keys, std::vector<ExprPtr> calls) {
  plan::HashAggregateExec node;
  node.grouping = std::move(keys);
  for (const ExprPtr& key : node.grouping) node.resultExpressions.push_back(expr::toAttribute(key));
  for (const ExprPtr& call : calls) {
    node.aggregateAttributes.push_back(expr::attribute("a", call->dataType()));
    node.resultExpressions.push_back(node.aggregateAttributes.back());
  }
  node.aggregates = std::move(calls);
  node.child = child;
  return plan::makePhysical(std::move(node));
}

struct Totals {
  int64_t rows = 0;
  int64_t sum = 0;
  int64_t least = INT64_MAX;
  std::optional<std::string> most;
};

std::vector<Row> groupedByHand(const TestTable& table, const std::vector<size_t>& keys) {
  std::map<std::string, std::pair<Row, Totals>> groups;
  for (const Row& row : table.rows) {
    Row key;
    for (const size_t k : keys) key.push_back(row[k]);
    auto& [values, totals] = groups[textOf(key)];
    values = key;
    ++totals.rows;
    totals.sum += row[2].asInteger();
    totals.least = std::min(totals.least, row[2].asInteger());
    if (!row[1].isNull() && (!totals.most.has_value() || *totals.most < row[1].asString())) totals.most = row[1].asString();
  }
  std::vector<Row> rows;
  for (auto& [text, group] : groups) {
    Row row = group.first;
    row.push_back(Value::integer(group.second.rows));
    row.push_back(Value::integer(group.second.sum));
    row.push_back(Value::integer(group.second.least));
    row.push_back(group.second.most.has_value() ? Value::string(*group.second.most) : Value::null());
    rows.push_back(std::move(row));
  }
  return rows;
}

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

std::vector<Row> joinedByHand(const TestTable& left, const TestTable& right, JoinType type, bool byString, bool withCondition) {
  const size_t key = byString ? 1 : 0;
  std::vector<Row> rows;
  std::vector<bool> rightMatched(right.rows.size(), false);
  const Row leftNulls(3);
  for (const Row& l : left.rows) {
    bool matched = false;
    for (size_t r = 0; r < right.rows.size(); ++r) {
      const Row& other = right.rows[r];
      if (l[key].isNull() || other[key].isNull() || !(l[key] == other[key])) continue;
      if (withCondition && l[2].asInteger() >= other[2].asInteger()) continue;
      matched = true;
      rightMatched[r] = true;
      if (type == JoinType::kLeftSemi || type == JoinType::kLeftAnti || type == JoinType::kExistence) continue;
      Row row = l;
      row.insert(row.end(), other.begin(), other.end());
      rows.push_back(row);
    }
    Row row = l;
    if (type == JoinType::kLeftSemi && matched) rows.push_back(row);
    if (type == JoinType::kLeftAnti && !matched) rows.push_back(row);
    if (type == JoinType::kExistence) {
      row.push_back(Value::boolean(matched));
      rows.push_back(row);
    }
    if ((type == JoinType::kLeftOuter || type == JoinType::kFullOuter) && !matched) {
      row.resize(6);
      rows.push_back(row);
    }
  }
  for (size_t r = 0; r < right.rows.size(); ++r) {
    if ((type != JoinType::kRightOuter && type != JoinType::kFullOuter) || rightMatched[r]) continue;
    Row row(3);
    row.insert(row.end(), right.rows[r].begin(), right.rows[r].end());
    rows.push_back(row);
  }
  return rows;
}

TEST(HashJoin, agreesWithRowsJoinedByHand) {
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({1, 64, false, 1500});  // spills in partitions
  modes.push_back({3, 16, false, 1});     // and divides them down to one key, whose rows are taken block by block
  modes.push_back({2, 32, true, 900});    // all rows in one partition
  for (const Mode& mode : modes) {
    for (const int64_t stride : {1, 100'003}) {
      const TestTable left = randomTable(220, 120, 5, stride);
      const TestTable right = randomTable(100, 120, 6, stride);
      for (const JoinType type : {JoinType::kInner, JoinType::kLeftOuter, JoinType::kRightOuter, JoinType::kFullOuter, JoinType::kLeftSemi,
                                  JoinType::kLeftAnti, JoinType::kExistence}) {
        for (const auto side : {plan::BuildSide::kLeft, plan::BuildSide::kRight}) {
          if (type == JoinType::kExistence && side == plan::BuildSide::kLeft) continue;
          for (const bool byString : {false, true}) {
            for (const bool withCondition : {false, true}) {
              plan::ShuffledHashJoinExec node;
              node.leftKeys = {left.attributes[byString ? 1 : 0]};
              node.rightKeys = {right.attributes[byString ? 1 : 0]};
              node.type = type;
              node.buildSide = side;
              if (withCondition) node.condition = expr::comparison(expr::ComparisonOp::kLess, left.attributes[2], right.attributes[2]);
              if (type == JoinType::kExistence) node.exists = expr::attribute("e", DataType::boolean(), false);
              node.left = left.scan(mode.batchRows, 2);
              node.right = right.scan(mode.batchRows, 2);
              const auto rows = run(plan::makePhysical(std::move(node)), mode);
              EXPECT_EQ(sortedTexts(rows), sortedTexts(joinedByHand(left, right, type, byString, withCondition)))
                  << "type " << static_cast<int>(type) << " build " << static_cast<int>(side) << " string " << byString << " condition " << withCondition
                  << " threads " << mode.threads << " batch " << mode.batchRows << " threshold " << mode.spillThreshold;
            }
          }
        }
      }
    }
  }
}

std::vector<Row> pairedByHand(const TestTable& left, const TestTable& right, JoinType type) {
  std::vector<Row> rows;
  std::vector<bool> rightMatched(right.rows.size(), false);
  for (const Row& l : left.rows) {
    bool matched = false;
    for (size_t r = 0; r < right.rows.size(); ++r) {
      if (l[2].asInteger() >= right.rows[r][2].asInteger()) continue;
      matched = true;
      rightMatched[r] = true;
      if (type == JoinType::kLeftSemi || type == JoinType::kLeftAnti || type == JoinType::kExistence) continue;
      rows.push_back(l);
      rows.back().insert(rows.back().end(), right.rows[r].begin(), right.rows[r].end());
    }
    if ((type == JoinType::kLeftSemi && matched) || (type == JoinType::kLeftAnti && !matched)) rows.push_back(l);
    if (type == JoinType::kExistence) {
      rows.push_back(l);
      rows.back().push_back(Value::boolean(matched));
    }
    if ((type == JoinType::kLeftOuter || type == JoinType::kFullOuter) && !matched) {
      rows.push_back(l);
      rows.back().resize(6);
    }
  }
  for (size_t r = 0; r < right.rows.size(); ++r) {
    if ((type != JoinType::kRightOuter && type != JoinType::kFullOuter) || rightMatched[r]) continue;
    Row row(3);
    row.insert(row.end(), right.rows[r].begin(), right.rows[r].end());
    rows.push_back(row);
  }
  return rows;
}

TEST(NestedLoopJoin, agreesWithRowsPairedByHand) {
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({3, 16, false, 900});  // block by block
  for (const Mode& mode : modes) {
    const TestTable left = randomTable(70, 120, 15);
    const TestTable right = randomTable(90, 120, 16);
    for (const JoinType type : {JoinType::kInner, JoinType::kLeftOuter, JoinType::kRightOuter, JoinType::kFullOuter, JoinType::kLeftSemi,
                                JoinType::kLeftAnti, JoinType::kExistence}) {
      for (const auto side : {plan::BuildSide::kLeft, plan::BuildSide::kRight}) {
        if (type == JoinType::kExistence && side == plan::BuildSide::kLeft) continue;
        plan::BroadcastNestedLoopJoinExec node;
        node.type = type;
        node.buildSide = side;
        node.condition = expr::comparison(expr::ComparisonOp::kLess, left.attributes[2], right.attributes[2]);
        if (type == JoinType::kExistence) node.exists = expr::attribute("e", DataType::boolean(), false);
        node.left = left.scan(mode.batchRows, 2);
        node.right = right.scan(mode.batchRows, 2);
        EXPECT_EQ(sortedTexts(run(plan::makePhysical(std::move(node)), mode)), sortedTexts(pairedByHand(left, right, type)))
            << "type " << static_cast<int>(type) << " build " << static_cast<int>(side) << " threads " << mode.threads << " threshold " << mode.spillThreshold;
      }
    }
  }
}

int compareForSort(const Value& a, const Value& b, bool ascending, bool nullsFirst) {
  if (a.isNull() || b.isNull()) return a.isNull() && b.isNull() ? 0 : (a.isNull() == nullsFirst ? -1 : 1);
  // Only strings and integers occur.
  const auto order = [&]() -> int {
    if (a == b) return 0;
    const bool isText = textOf(a).find_first_of("as") != std::string::npos && textOf(a).size() > 5;
    if (isText) return a.asString() < b.asString() ? -1 : 1;
    return a.asInteger() < b.asInteger() ? -1 : 1;
  };
  return ascending ? order() : -order();
}

TEST(SortOperator, agreesWithRowsSortedByHand) {
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({3, 512, false, 300 << 10});
  for (const Mode& mode : modes) {
    const TestTable table = randomTable(mode.batchRows == 1 ? 500 : 9000, 700, 11);
    std::vector<Row> expected = table.rows;
    std::stable_sort(expected.begin(), expected.end(), [](const Row& a, const Row& b) {
      const int byText = compareForSort(a[1], b[1], false, false);
      if (byText != 0) return byText < 0;
      return compareForSort(a[0], b[0], true, true) < 0;
    });
    plan::SortExec sort;
    sort.order = {expr::sortOrder(table.attributes[1], false), expr::sortOrder(table.attributes[0], true)};
    sort.child = table.scan(mode.batchRows, 3);
    std::vector<Row> rows = run(plan::makePhysical(std::move(sort)), mode);
    ASSERT_EQ(rows.size(), expected.size());
    for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(textOf(rows[i]), textOf(expected[i])) << "row " << i;

    plan::TakeOrderedAndProjectExec take;
    take.limit = mode.spillThreshold > 0 ? 6000 : 17;
    take.offset = 3;
    take.order = {expr::sortOrder(table.attributes[1], false), expr::sortOrder(table.attributes[0], true)};
    take.projectList = {table.attributes[2], table.attributes[1]};
    take.child = table.scan(mode.batchRows, 3);
    rows = run(plan::makePhysical(std::move(take)), mode);
    ASSERT_EQ(rows.size(), mode.spillThreshold > 0 ? 6000U : 17U);
    for (size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(textOf(rows[i]), textOf(Row{expected[i + 3][2], expected[i + 3][1]})) << "row " << i;
  }
}

PhysicalPlanPtr windowOver(const TestTable& table, const PhysicalPlanPtr& input, const std::vector<expr::WindowSpec>& specs) {
  plan::WindowExec node;
  node.partitionBy = {table.attributes[0]};
  node.orderBy = {expr::sortOrder(table.attributes[2])};
  for (expr::WindowSpec spec : specs) {
    spec.partitionBy = node.partitionBy;
    spec.orderBy = node.orderBy;
    spec.hasFrame = true;
    expr::WindowExpression window;
    window.function = aggregate("sum", {table.attributes[2]});
    window.spec = spec;
    node.windowExpressions.push_back(expr::alias(expr::makeExpr(std::move(window)), "w"));
  }
  node.child = input;
  return plan::makePhysical(std::move(node));
}

TEST(WindowOperator, agreesWithFramesSummedByHand) {
  expr::WindowSpec running;  // RANGE UNBOUNDED PRECEDING to CURRENT ROW
  expr::WindowSpec sliding;
  sliding.frameKind = expr::FrameKind::kRows;
  sliding.lower = expr::FrameBound::kPreceding;
  sliding.lowerOffset = expr::literalInt(40);
  sliding.upper = expr::FrameBound::kFollowing;
  sliding.upperOffset = expr::literalInt(1);
  expr::WindowSpec near;
  near.lower = expr::FrameBound::kPreceding;
  near.lowerOffset = expr::literalLong(5);
  near.upper = expr::FrameBound::kFollowing;
  near.upperOffset = expr::literalLong(3);
  expr::WindowSpec whole;
  whole.upper = expr::FrameBound::kUnboundedFollowing;
  std::vector<Mode> modes(std::begin(kModes), std::end(kModes));
  modes.push_back({3, 64, false, 20 << 10});
  for (const Mode& mode : modes) {
    const TestTable table = randomTable(1200, mode.threads == 3 ? 300 : 8, 21);
    std::map<std::string, std::vector<Row>> partitions;
    for (const Row& row : table.rows) partitions[textOf(row[0])].push_back(row);
    std::vector<Row> expected;
    for (auto& [key, rows] : partitions) {
      std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a[2].asInteger() < b[2].asInteger(); });
      for (size_t i = 0; i < rows.size(); ++i) {
        int64_t sums[4] = {};
        const int64_t own = rows[i][2].asInteger();
        for (size_t j = 0; j < rows.size(); ++j) {
          const int64_t value = rows[j][2].asInteger();
          if (value <= own) sums[0] += value;
          if (j + 40 >= i && j <= i + 1) sums[1] += value;
          if (value >= own - 5 && value <= own + 3) sums[2] += value;
          sums[3] += value;
        }
        Row row = rows[i];
        for (const int64_t sum : sums) row.push_back(Value::integer(sum));
        expected.push_back(std::move(row));
      }
    }
    const auto rows = run(windowOver(table, table.scan(mode.batchRows, 3), {running, sliding, near, whole}), mode);
    EXPECT_EQ(sortedTexts(rows), sortedTexts(expected)) << mode.threads << " threads, batches of " << mode.batchRows;
  }
}

/// A disk that is full after some bytes.
class SmallDisk final : public io::FileSystem {
 public:
  explicit SmallDisk(int64_t bytes) : left_(std::make_shared<std::atomic<int64_t>>(bytes)) {}
  Result<io::FileStatus> status(const std::string& path) override { return local_->status(path); }
  Result<bool> exists(const std::string& path) override { return local_->exists(path); }
  Result<std::vector<io::FileStatus>> list(const std::string& path) override { return local_->list(path); }
  Result<std::shared_ptr<const io::RandomAccessFile>> open(const std::string& path) override { return local_->open(path); }
  Result<std::unique_ptr<io::OutputFile>> create(const std::string& path, bool overwrite) override {
    ASSIGN_OR_RETURN(auto file, local_->create(path, overwrite));
    return std::unique_ptr<io::OutputFile>(std::make_unique<File>(std::move(file), left_));
  }
  Status makeDirectories(const std::string& path) override { return local_->makeDirectories(path); }
  Status rename(const std::string& from, const std::string& to) override { return local_->rename(from, to); }
  Status exchange(const std::string& a, const std::string& b) override { return local_->exchange(a, b); }
  Status remove(const std::string& path, bool recursive) override { return local_->remove(path, recursive); }
  Status syncDirectory(const std::string& path) override { return local_->syncDirectory(path); }

 private:
  class File final : public io::OutputFile {
   public:
    File(std::unique_ptr<io::OutputFile> file, std::shared_ptr<std::atomic<int64_t>> left) : file_(std::move(file)), left_(std::move(left)) {}
    Status append(std::string_view bytes) override {
      if (left_->fetch_sub(static_cast<int64_t>(bytes.size())) >= static_cast<int64_t>(bytes.size())) return file_->append(bytes);
      return Error(condition::kFileOperationFailed).with("operation", "write").with("path", "x").with("reason", "No space left on device");
    }
    Status close(bool sync) override { return file_->close(sync); }
    int64_t position() const override { return file_->position(); }

   private:
    const std::unique_ptr<io::OutputFile> file_;
    const std::shared_ptr<std::atomic<int64_t>> left_;
  };
  std::shared_ptr<io::FileSystem> local_ = io::localFileSystem();
  std::shared_ptr<std::atomic<int64_t>> left_;
};

/// Plans whose operators keep rows.
std::vector<PhysicalPlanPtr> keepingPlans(const TestTable& table) {
  std::vector<PhysicalPlanPtr> plans;
  plan::SortExec sort;
  sort.order = {expr::sortOrder(table.attributes[1], false)};
  sort.child = table.scan(512, 3);
  plans.push_back(plan::makePhysical(std::move(sort)));
  plan::TakeOrderedAndProjectExec take;
  take.limit = 5000;
  take.order = {expr::sortOrder(table.attributes[1], false)};
  take.projectList = {table.attributes[2]};
  take.child = table.scan(512, 3);
  plans.push_back(plan::makePhysical(std::move(take)));
  plans.push_back(groupBy(table.scan(512, 3), {table.attributes[0], table.attributes[1]}, {aggregate("sum", {table.attributes[2]})}));
  expr::WindowSpec whole;
  whole.upper = expr::FrameBound::kUnboundedFollowing;
  plans.push_back(windowOver(table, table.scan(512, 3), {whole}));
  const TestTable other = randomTable(6000, 3000, 31);
  plan::ShuffledHashJoinExec join;
  join.leftKeys = {table.attributes[0]};
  join.rightKeys = {other.attributes[0]};
  join.type = JoinType::kFullOuter;
  join.buildSide = plan::BuildSide::kRight;
  join.left = table.scan(512, 2);
  join.right = other.scan(512, 2);
  plans.push_back(plan::makePhysical(std::move(join)));
  return plans;
}

TEST(Operators, endWithTheDisksErrorAndFreeEverythingWhenItIsFull) {
  const TestTable table = randomTable(6000, 3000, 30);
  for (const int64_t bytes : {0, 40 << 10}) {
    for (const PhysicalPlanPtr& plan : keepingPlans(table)) {
      const Outcome outcome = tryRun(plan, {3, 512, false, 16 << 10}, int64_t{1} << 30, std::make_shared<SmallDisk>(bytes));
      ASSERT_FALSE(outcome.status.isOk()) << plan->nodeName();
      EXPECT_EQ(outcome.status.error().condition().name, condition::kFileOperationFailed.name) << outcome.status.message();
      EXPECT_EQ(outcome.heldBytes, 0) << plan->nodeName();
    }
  }
}

TEST(Operators, giveTheSameRowsWithHardlyAnyMemory) {
  const TestTable table = randomTable(6000, 3000, 30);
  for (const PhysicalPlanPtr& plan : keepingPlans(table)) {
    const Outcome rich = tryRun(plan, {3, 512, false});
    for (const int64_t budget : {1, 600 << 10}) {
      const Outcome poor = tryRun(plan, {3, 512, false}, budget);
      EXPECT_EQ(poor.heldBytes, 0) << plan->nodeName();
      if (poor.status.isOk()) {
        EXPECT_EQ(sortedTexts(poor.rows), sortedTexts(rich.rows)) << plan->nodeName();
      } else {
        EXPECT_EQ(poor.status.error().condition().name, condition::kUnableToAcquireMemory.name) << poor.status.message();
      }
    }
  }
}

}  // namespace
}  // namespace flint::exec
