#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "exec/plan_runner.h"
#include "exec/result_sink.h"
#include "expr/call_arguments.h"
#include "expr/function_registry.h"
#include "functions/builtins.h"
#include "plan/physical/physical_nodes.h"

/// Operators run on tables in memory, in the modes that must not change an answer.
namespace flint::exec::testing {

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
inline const Mode kModes[] = {{1, 2048, false}, {7, 2048, false}, {2, 1, false}, {2, 64, true}};

/// The values as a column in one of three ways: flat, as a dictionary, or with rows between them that a selection leaves out.
inline columnar::VectorPtr makeColumn(const DataType& type, const std::vector<Value>& values, size_t way) {
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

inline std::string textOf(const Value& value) {
  if (value.isNull()) return "NULL";
  ByteWriter bytes;
  value.encode(bytes);
  return bytes.bytes();
}
inline std::string textOf(const Row& row) {
  std::string text;
  for (const Value& value : row) text += textOf(value) + "|";
  return text;
}
inline std::vector<std::string> sortedTexts(const std::vector<Row>& rows) {
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

inline Outcome tryRun(const PhysicalPlanPtr& plan, const Mode& mode, int64_t budget = int64_t{1} << 30, std::shared_ptr<io::FileSystem> spillFiles = nullptr) {
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
    options.spillDirectory = ::testing::TempDir() + "flint_operators-" + std::to_string(queries.fetch_add(1));  // a query removes its folder
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

inline std::vector<Row> run(const PhysicalPlanPtr& plan, const Mode& mode) {
  Outcome outcome = tryRun(plan, mode);
  EXPECT_TRUE(outcome.status.isOk()) << outcome.status.message();
  EXPECT_EQ(outcome.heldBytes, 0);
  return std::move(outcome.rows);
}

/// `numRows` rows: k INT (NULL one time in ten) below `keys`, s STRING of k in short and long forms, v BIGINT.
inline TestTable randomTable(size_t numRows, int64_t keys, uint32_t seed, int64_t stride = 1) {
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

inline ExprPtr aggregate(const std::string& name, std::vector<ExprPtr> arguments, bool distinct = false) {
  static const bool registered = [] {
    functions::registerBuiltins(expr::FunctionRegistry::builtin());
    return true;
  }();
  EXPECT_TRUE(registered);
  const auto entry = expr::FunctionRegistry::builtin().find(name);
  const auto* function = std::get<const expr::AggregateFunction*>(entry);
  static const expr::EvaluationOptions options;
  const expr::CallArguments described(arguments, options);
  Result<expr::AggregateBinding> binding = function->bind(described.context(name), false);
  EXPECT_TRUE(binding.isOk());
  expr::AggregateExpression call;
  call.name = name;
  call.arguments = std::move(arguments);
  call.distinct = distinct;
  call.binding = std::make_shared<const expr::AggregateBinding>(std::move(binding).value());
  return expr::makeExpr(std::move(call));
}

inline PhysicalPlanPtr groupBy(const PhysicalPlanPtr& child, std::vector<ExprPtr> keys, std::vector<ExprPtr> calls) {
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

/// sum(v) over each of the frames, by k in the order of v.
inline PhysicalPlanPtr windowOver(const TestTable& table, const PhysicalPlanPtr& input, const std::vector<expr::WindowSpec>& specs) {
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

}  // namespace flint::exec::testing
