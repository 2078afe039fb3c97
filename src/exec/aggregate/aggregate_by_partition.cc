#include "exec/aggregate/aggregate_by_partition.h"

#include <algorithm>

#include "exec/aggregate/hash_aggregate_sink.h"
#include "exec/aggregate/ungrouped_aggregate_sink.h"

namespace flint::exec {
namespace {

constexpr int64_t kMostRows = 10'000;  // one thread adds them up

/// Adds a column: the number of the partition.
class PartitionColumnOperator final : public StreamingOperator {
 public:
  Result<LocalStatePtr> makeLocal(TaskContext&) override { return LocalStatePtr(std::make_unique<Local>()); }
  Result<Progress> process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) override {
    auto& local = static_cast<Local&>(state);
    local.given = !local.given;
    if (!local.given) return Progress::needInput();
    std::vector<columnar::VectorPtr> columns = in.columns();
    columns.push_back(columnar::ColumnVector::constant(DataType::integer(), Value::integer(in.partition()), in.numRows()));
    out = in.withColumns(std::move(columns));
    return Progress::haveOutput();
  }

 private:
  struct Local : LocalState {
    bool given = false;  // the output for the input at hand
  };
};

/// Describes what the operator gives.
plan::PhysicalPlanPtr withPartition(const plan::PhysicalPlanPtr& child, const expr::AttributePtr& partition) {
  plan::LocalTableScanExec made;
  made.attributes = child->output();
  made.attributes.push_back(partition);
  return plan::makePhysical(std::move(made));
}

const expr::AggregateExpression& callOf(const expr::ExprPtr& aggregate) { return *expr::withoutAlias(aggregate)->as<expr::AggregateExpression>(); }

bool addsFloating(const expr::AggregateExpression& call) {
  if (call.binding->ignoresDuplicates || call.binding->orderSensitive) return false;
  return std::any_of(call.arguments.begin(), call.arguments.end(), [](const expr::ExprPtr& argument) {
    return argument->dataType().is(TypeKind::kFloat) || argument->dataType().is(TypeKind::kDouble);
  });
}

}  // namespace

bool showsPartitions(const plan::HashAggregateExec& node) {
  if (node.mode != plan::AggregateMode::kComplete) return false;
  bool isFloating = false;
  for (const expr::ExprPtr& aggregate : node.aggregates) {
    const expr::AggregateExpression& call = callOf(aggregate);
    if (call.distinct && !call.binding->ignoresDuplicates) return false;
    isFloating = isFloating || addsFloating(call);
  }
  if (!isFloating) return false;
  const plan::PhysicalPlan* input = node.child.get();
  while (input->kind() == plan::PhysicalKind::kProject) input = input->children()[0].get();
  const auto* scan = input->as<plan::LocalTableScanExec>();
  if (scan == nullptr || scan->batches == nullptr) return false;
  int64_t rows = 0;
  for (const ColumnarBatch& batch : *scan->batches) rows += batch.numSelected();
  return rows <= kMostRows;
}

Status lowerByPartition(const plan::HashAggregateExec& node, PipelineBuilder& builder) {
  const expr::AttributePtr partition = expr::attribute("partition", DataType::integer(), false);
  builder.append(std::make_shared<PartitionColumnOperator>());
  plan::HashAggregateExec inner;
  plan::HashAggregateExec outer(node);
  inner.mode = plan::AggregateMode::kPartial;
  inner.grouping = node.grouping;
  inner.grouping.push_back(partition);
  inner.aggregates = node.aggregates;
  outer.stateAttributes.clear();
  for (const expr::ExprPtr& aggregate : node.aggregates) {
    for (const DataType& type : callOf(aggregate).binding->aggregator->encodedTypes()) {
      inner.stateAttributes.push_back(expr::attribute("state", type));
      outer.stateAttributes.push_back(inner.stateAttributes.back());
    }
  }
  for (expr::ExprPtr& key : outer.grouping) key = expr::toAttribute(key);
  inner.child = withPartition(node.child, partition);
  ASSIGN_OR_RETURN(auto innerCalls, AggregateCalls::make(inner, builder.task().evaluation(), {}, true));
  outer.child = plan::makePhysical(std::move(inner));
  const std::vector<bool> merges(node.aggregates.size(), true);
  ASSIGN_OR_RETURN(auto outerCalls, AggregateCalls::make(outer, builder.task().evaluation(), merges, true));
  builder.breakWith(std::make_shared<HashAggregateSink>(std::move(innerCalls), builder.sharedTask()));
  if (outerCalls->numKeys == 0) {
    builder.breakWith(std::make_shared<UngroupedAggregateSink>(std::move(outerCalls), builder.sharedTask()));
  } else {
    builder.breakWith(std::make_shared<HashAggregateSink>(std::move(outerCalls), builder.sharedTask()));
  }
  return Status::ok();
}

}  // namespace flint::exec
