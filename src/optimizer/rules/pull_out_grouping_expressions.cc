#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"
#include "optimizer/subquery_plans.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

// Replaces what means the same as one of `from` by the attribute beside it, from the top down; aggregates' arguments too.
ExprPtr replaceMatching(const ExprPtr& expression, const std::vector<std::pair<ExprPtr, ExprPtr>>& from) {
  if (expression->kind() == expr::ExprKind::kAttributeReference) return expression;
  for (const auto& [key, attribute] : from) {
    if (key->kind() == expression->kind() && semanticEquals(key, expression)) return attribute;
  }
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return replaceMatching(child, from); });
}

LogicalPlanPtr pullOut(const LogicalPlanPtr& node) {
  const auto* aggregate = node->as<plan::Aggregate>();
  if (aggregate == nullptr) return node;
  const auto isPlain = [](const ExprPtr& key) { return key->kind() == expr::ExprKind::kAttributeReference; };
  if (std::all_of(aggregate->grouping.begin(), aggregate->grouping.end(), isPlain)) return node;
  const auto isVariable = [](const ExprPtr& key) { return !key->foldable(); };
  const bool hasVariableKey = std::any_of(aggregate->grouping.begin(), aggregate->grouping.end(), isVariable);
  plan::Aggregate made(*aggregate);
  made.grouping.clear();
  std::vector<std::pair<ExprPtr, ExprPtr>> replaced;
  std::vector<ExprPtr> list = asExpressions(aggregate->child->output());
  for (const ExprPtr& key : aggregate->grouping) {
    // A constant makes no groups, but that there is a key at all makes none of no rows.
    if (hasVariableKey && key->foldable() && !key->traits().hasSubquery) continue;
    if (isPlain(key)) {
      made.grouping.push_back(key);
      continue;
    }
    const ExprPtr named = expr::alias(expr::withoutAlias(key), "_groupingexpression");
    const ExprPtr attribute = expr::toAttribute(named);
    list.push_back(named);
    replaced.emplace_back(expr::withoutAlias(key), attribute);
    made.grouping.push_back(attribute);
  }
  for (ExprPtr& named : made.aggregates) {
    ExprPtr rewritten = replaceMatching(named, replaced);
    if (rewritten != named && rewritten->kind() != expr::ExprKind::kAlias) rewritten = makeAliasAs(rewritten, expr::toAttribute(named));
    named = std::move(rewritten);
  }
  made.child = makeProject(std::move(list), aggregate->child);
  return makePlan(std::move(made), node->origin());
}

Result<LogicalPlanPtr> pullOutAll(const LogicalPlanPtr& plan) {
  return tree::transformUp(plan, [](const LogicalPlanPtr& node) { return mapSubqueryPlans(pullOut(node), pullOutAll); });
}

}  // namespace

// Groups are formed by columns: what else GROUP BY names is computed in a projection below, so that later rules cannot part the expression in GROUP BY
// from its uses.
Result<LogicalPlanPtr> pullOutGroupingExpressions(const LogicalPlanPtr& root, OptimizerContext&) { return pullOutAll(root); }

}  // namespace flint::optimizer
