#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

// The plan without sorts at its top whose order nobody sees.
LogicalPlanPtr withoutSorts(const LogicalPlanPtr& plan) {
  if (const auto* sort = plan->as<plan::Sort>()) return withoutSorts(sort->child);
  const bool passes = (plan->kind() == plan::LogicalKind::kProject || plan->kind() == plan::LogicalKind::kFilter);
  if (!passes) return plan;
  const std::vector<ExprPtr> expressions = plan->expressions();
  const bool deterministic = std::all_of(expressions.begin(), expressions.end(), [](const ExprPtr& e) { return e->deterministic(); });
  return deterministic ? tree::mapChildren(plan, withoutSorts) : plan;
}

bool seesOrder(const ExprPtr& expression) {
  if (!expression->traits().hasAggregate) return false;
  if (const auto* aggregate = expression->as<expr::AggregateExpression>()) {
    return aggregate->binding == nullptr || aggregate->binding->orderSensitive || aggregate->arguments.empty() ? aggregate->name != "count" : false;
  }
  const std::vector<ExprPtr> children = expression->children();
  return std::any_of(children.begin(), children.end(), seesOrder);
}

LogicalPlanPtr eliminate(const LogicalPlanPtr& node) {
  switch (node->kind()) {
    case plan::LogicalKind::kAggregate: {
      const auto& aggregate = *node->as<plan::Aggregate>();
      if (std::any_of(aggregate.aggregates.begin(), aggregate.aggregates.end(), seesOrder)) return node;
      return tree::mapChildren(node, withoutSorts);
    }
    case plan::LogicalKind::kSort:
      if (!node->as<plan::Sort>()->global) return node;
      if (node->as<plan::Sort>()->order.empty()) return node->children()[0];
      return node;
    case plan::LogicalKind::kJoin: return tree::mapChildren(node, withoutSorts);
    default: return node;
  }
}

}  // namespace

// Order is made only where somebody sees it.
Result<LogicalPlanPtr> eliminateSorts(const LogicalPlanPtr& root, OptimizerContext&) { return tree::transformUp(root, eliminate); }

}  // namespace flint::optimizer
