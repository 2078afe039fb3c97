#include "optimizer/subquery_plans.h"

#include "plan/logical/subquery_expressions.h"

namespace flint::optimizer {

using expr::ExprPtr;
using plan::LogicalPlanPtr;

Result<ExprPtr> mapSubqueryPlans(const ExprPtr& expression, const PlanRewrite& rewrite) {
  if (!expression->traits().hasSubquery) return expression;
  return tree::transformUp(expression, [&](const ExprPtr& each) -> Result<ExprPtr> {
    const LogicalPlanPtr* inner = plan::subqueryPlan(each);
    if (inner == nullptr) return each;
    ASSIGN_OR_RETURN(LogicalPlanPtr made, rewrite(*inner));
    return plan::withSubqueryPlan(each, std::move(made));
  });
}

Result<LogicalPlanPtr> mapSubqueryPlans(const LogicalPlanPtr& node, const PlanRewrite& rewrite) {
  std::vector<ExprPtr> expressions = node->expressions();
  bool changed = false;
  for (ExprPtr& expression : expressions) {
    if (!expression->traits().hasSubquery) continue;
    ASSIGN_OR_RETURN(ExprPtr made, mapSubqueryPlans(expression, rewrite));
    changed = changed || made != expression;
    expression = std::move(made);
  }
  return changed ? node->withNewExpressions(std::move(expressions)) : node;
}

void forEachSubqueryPlan(const plan::LogicalPlan& node, const std::function<void(const LogicalPlanPtr&)>& visit) {
  for (const ExprPtr& expression : node.expressions()) {
    if (!expression->traits().hasSubquery) continue;
    tree::forEachNode(expression, [&](const ExprPtr& each) {
      if (const LogicalPlanPtr* inner = plan::subqueryPlan(each)) visit(*inner);
    });
  }
}

}  // namespace flint::optimizer
