#include "exec/aggregate/lower_hash_aggregate.h"

#include "exec/aggregate/aggregate_by_partition.h"
#include "exec/aggregate/finish_states_operator.h"
#include "exec/aggregate/grouping_sets.h"
#include "exec/aggregate/hash_aggregate_sink.h"
#include "exec/aggregate/ungrouped_aggregate_sink.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {
namespace {

const expr::AggregateExpression& callOf(const expr::ExprPtr& aggregate) { return *expr::withoutAlias(aggregate)->as<expr::AggregateExpression>(); }

bool dropsDuplicates(const expr::AggregateExpression& call) { return call.distinct && !call.binding->ignoresDuplicates; }

// Whether the DISTINCT calls of a node all look at the same arguments, so that grouping by these first makes them ordinary calls.
bool hasOneDistinctArgument(const plan::HashAggregateExec& node) {
  const expr::AggregateExpression* first = nullptr;
  for (const expr::ExprPtr& aggregate : node.aggregates) {
    const expr::AggregateExpression& call = callOf(aggregate);
    if (call.binding->orderSensitive) return false;
    if (!dropsDuplicates(call)) continue;
    if (call.filter != nullptr) return false;
    if (first == nullptr) first = &call;
    if (call.arguments.size() != first->arguments.size()) return false;
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      if (!call.arguments[i]->sameAs(*first->arguments[i])) return false;
    }
  }
  return first != nullptr && node.mode == plan::AggregateMode::kComplete;
}

void breakWithAggregate(std::shared_ptr<const AggregateCalls> calls, PipelineBuilder& builder) {
  if (calls->numKeys == 0) {
    builder.breakWith(std::make_shared<UngroupedAggregateSink>(std::move(calls), builder.sharedTask()));
  } else {
    builder.breakWith(std::make_shared<HashAggregateSink>(std::move(calls), builder.sharedTask()));
  }
}

// Two aggregations: by keys and DISTINCT arguments, with partial states of the other calls; then by keys.
Status lowerInTwoSteps(const plan::HashAggregateExec& node, PipelineBuilder& builder) {
  plan::HashAggregateExec inner;
  plan::HashAggregateExec outer(node);
  inner.mode = plan::AggregateMode::kPartial;
  inner.child = node.child;
  inner.grouping = node.grouping;
  outer.stateAttributes.clear();
  for (expr::ExprPtr& key : outer.grouping) key = expr::toAttribute(key);
  std::vector<expr::ExprPtr> distinctArguments;
  std::vector<bool> merges;
  for (expr::ExprPtr& aggregate : outer.aggregates) {
    const expr::AggregateExpression& call = callOf(aggregate);
    merges.push_back(!dropsDuplicates(call));
    if (merges.back()) {
      inner.aggregates.push_back(aggregate);
      for (const DataType& type : call.binding->aggregator->encodedTypes()) {
        inner.stateAttributes.push_back(expr::attribute("state", type));
        outer.stateAttributes.push_back(inner.stateAttributes.back());
      }
      continue;
    }
    if (distinctArguments.empty()) {
      for (const expr::ExprPtr& argument : call.arguments) {
        inner.grouping.push_back(expr::alias(argument, "distinct"));
        distinctArguments.push_back(expr::toAttribute(inner.grouping.back()));
      }
    }
    expr::AggregateExpression plain(call);
    plain.distinct = false;
    plain.arguments = distinctArguments;
    aggregate = expr::makeExpr(std::move(plain));
  }
  ASSIGN_OR_RETURN(auto innerCalls, AggregateCalls::make(inner, builder.task().evaluation()));
  outer.child = plan::makePhysical(std::move(inner));
  ASSIGN_OR_RETURN(auto outerCalls, AggregateCalls::make(outer, builder.task().evaluation(), merges));
  breakWithAggregate(std::move(innerCalls), builder);
  breakWithAggregate(std::move(outerCalls), builder);
  return Status::ok();
}

}  // namespace

Status lowerHashAggregate(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto& aggregate = *node->as<plan::HashAggregateExec>();
  if (const plan::PhysicalPlanPtr chain = chainGroupingSets(aggregate)) return builder.lower(chain);
  RETURN_IF_ERROR(builder.lower(aggregate.child));
  if (showsPartitions(aggregate)) return lowerByPartition(aggregate, builder);
  if (hasOneDistinctArgument(aggregate)) return lowerInTwoSteps(aggregate, builder);
  ASSIGN_OR_RETURN(auto calls, AggregateCalls::make(aggregate, builder.task().evaluation()));
  if (aggregate.mode == plan::AggregateMode::kFinish) {
    builder.append(std::make_shared<FinishStatesOperator>(std::move(calls)));
    return Status::ok();
  }
  breakWithAggregate(std::move(calls), builder);
  return Status::ok();
}

}  // namespace flint::exec
