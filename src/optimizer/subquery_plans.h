#pragma once

#include <functional>

#include "plan/logical/logical_plan.h"

/// Plans inside expressions: a rule that must see them visits them through these.
namespace flint::optimizer {

using PlanRewrite = std::function<Result<plan::LogicalPlanPtr>(const plan::LogicalPlanPtr&)>;

/// The expression with the plan of each subquery in it (not of subqueries in those plans) replaced by what `rewrite` gives for it.
Result<expr::ExprPtr> mapSubqueryPlans(const expr::ExprPtr& expression, const PlanRewrite& rewrite);
/// The node with the plans inside its own expressions replaced.
Result<plan::LogicalPlanPtr> mapSubqueryPlans(const plan::LogicalPlanPtr& node, const PlanRewrite& rewrite);
/// Calls `visit` for the plan of each subquery in the expressions of the node itself.
void forEachSubqueryPlan(const plan::LogicalPlan& node, const std::function<void(const plan::LogicalPlanPtr&)>& visit);

}  // namespace flint::optimizer
