#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"
#include "plan/logical/subquery_expressions.h"

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

LogicalPlanPtr eliminate(const LogicalPlanPtr& plan);

ExprPtr eliminateIn(const ExprPtr& expression) {
  if (!expression->traits().hasSubquery) return expression;
  ExprPtr out = tree::mapChildren(expression, [](const ExprPtr& child) { return eliminateIn(child); });
  const auto rebuilt = [&](const auto& node) -> ExprPtr {
    LogicalPlanPtr inner = eliminate(node.plan);
    if (inner == node.plan) return out;
    auto copy = node;
    copy.plan = std::move(inner);
    return makeExpr(std::move(copy), out->origin());
  };
  if (const auto* scalar = out->as<plan::ScalarSubquery>()) return rebuilt(*scalar);
  if (const auto* exists = out->as<plan::Exists>()) return rebuilt(*exists);
  if (const auto* in = out->as<plan::InSubquery>()) return rebuilt(*in);
  return out;
}

LogicalPlanPtr eliminate(const LogicalPlanPtr& plan) {
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
  node = tree::mapChildren(node, [](const LogicalPlanPtr& child) { return eliminate(child); });
  std::vector<ExprPtr> expressions = node->expressions();
  bool changed = false;
  for (ExprPtr& expression : expressions) {
    ExprPtr made = eliminateIn(expression);
    changed = changed || made != expression;
    expression = std::move(made);
  }
  return changed ? node->withNewExpressions(std::move(expressions)) : node;
}

}  // namespace

// Names have done their work once columns are resolved; hints go to the joins above them.
Result<LogicalPlanPtr> eliminateSubqueryAliases(const LogicalPlanPtr& root, OptimizerContext&) { return eliminate(root); }

}  // namespace flint::optimizer
