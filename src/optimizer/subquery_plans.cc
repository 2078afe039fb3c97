#include "optimizer/subquery_plans.h"

#include "plan/logical/subquery_expressions.h"

namespace flint::optimizer {

using expr::ExprPtr;
using plan::LogicalPlanPtr;

Result<ExprPtr> mapSubqueryPlans(const ExprPtr& expression, const PlanRewrite& rewrite) {
  if (!expression->traits().hasSubquery) return expression;
  return tree::transformUp(expression, [&](const ExprPtr& each) -> Result<ExprPtr> {
    const auto rebuilt = [&](const auto& node) -> Result<ExprPtr> {
      ASSIGN_OR_RETURN(LogicalPlanPtr inner, rewrite(node.plan));
      if (inner == node.plan) return each;
      auto copy = node;
      copy.plan = std::move(inner);
      return ExprPtr(makeExpr(std::move(copy), each->origin()));
    };
    if (const auto* scalar = each->as<plan::ScalarSubquery>()) return rebuilt(*scalar);
    if (const auto* exists = each->as<plan::Exists>()) return rebuilt(*exists);
    if (const auto* in = each->as<plan::InSubquery>()) return rebuilt(*in);
    return each;
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
      if (const auto* scalar = each->as<plan::ScalarSubquery>()) visit(scalar->plan);
      if (const auto* exists = each->as<plan::Exists>()) visit(exists->plan);
      if (const auto* in = each->as<plan::InSubquery>()) visit(in->plan);
    });
  }
}

}  // namespace flint::optimizer
