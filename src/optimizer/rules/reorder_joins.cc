#include "optimizer/join_order/join_enumerator.h"
#include "optimizer/rules/rules.h"
#include "optimizer/statistics/estimator.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

LogicalPlanPtr reorder(const LogicalPlanPtr& plan, Estimator& estimator) {
  if (plan->kind() == plan::LogicalKind::kJoin) {
    if (const auto graph = JoinGraph::of(plan, estimator, reorder)) return graph->withOutput(JoinEnumerator(*graph).best());
  }
  LogicalPlanPtr out = tree::mapChildren(plan, [&](const LogicalPlanPtr& child) { return reorder(child, estimator); });
  if (const auto* with = out->as<plan::WithCte>()) {
    for (const LogicalPlanPtr& definition : with->definitions) {
      if (const auto* each = definition->as<plan::CteRelationDef>()) estimator.setCte(each->id, each->child);
    }
  }
  return out;
}

}  // namespace

// Joins run in the order that the statistics say is cheapest, with semi, anti and left outer joins placed among the inner ones.
Result<LogicalPlanPtr> reorderJoins(const LogicalPlanPtr& root, OptimizerContext& context) {
  return reorder(root, context.estimator());
}

}  // namespace flint::optimizer
