#include "optimizer/rules/rules.h"
#include "optimizer/subquery_plans.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

// The hint that `plan` carries at its top, and what is below it.
plan::JoinHint takeHint(LogicalPlanPtr& plan) {
  plan::JoinHint hint = plan::JoinHint::kNone;
  while (true) {
    if (const auto* hinted = plan->as<plan::ResolvedHint>()) {
      if (hint == plan::JoinHint::kNone) hint = hinted->hint;
      plan = hinted->child;
    } else if (const auto* alias = plan->as<plan::SubqueryAlias>()) {
      plan = alias->child;
    } else {
      return hint;
    }
  }
}

Result<LogicalPlanPtr> eliminate(const LogicalPlanPtr& plan) {
  LogicalPlanPtr node = plan;
  if (const auto* join = node->as<plan::Join>()) {
    LogicalPlanPtr left = join->left;
    LogicalPlanPtr right = join->right;
    const plan::JoinHint leftHint = takeHint(left);
    const plan::JoinHint rightHint = takeHint(right);
    if (left != join->left || right != join->right) {
      plan::Join made(*join);
      made.left = left;
      made.right = right;
      if (leftHint != plan::JoinHint::kNone) made.leftHint = leftHint;
      if (rightHint != plan::JoinHint::kNone) made.rightHint = rightHint;
      node = makePlan(std::move(made), plan->origin());
    }
  } else {
    takeHint(node);
  }
  ASSIGN_OR_RETURN(node, tree::mapChildren(node, [](const LogicalPlanPtr& child) { return eliminate(child); }));
  return mapSubqueryPlans(node, eliminate);
}

}  // namespace

// Names have done their work once columns are resolved; hints go to the joins above them.
Result<LogicalPlanPtr> eliminateSubqueryAliases(const LogicalPlanPtr& root, OptimizerContext&) { return eliminate(root); }

}  // namespace flint::optimizer
