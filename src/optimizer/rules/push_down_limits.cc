#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

std::optional<int64_t> countOf(const ExprPtr& count) {
  const Value* value = expr::literalValue(count);
  if (value == nullptr || value->isNull()) return std::nullopt;
  return value->asInteger();
}

LogicalPlanPtr makeLimit(const ExprPtr& count, LogicalPlanPtr child) {
  if (const auto* below = child->as<plan::Limit>()) {
    const auto a = countOf(count);
    const auto b = countOf(below->count);
    if (a && b && *b <= *a) return child;
  }
  plan::Limit limit;
  limit.count = count;
  limit.child = std::move(child);
  return makePlan(std::move(limit));
}

LogicalPlanPtr pushDown(const LogicalPlanPtr& node) {
  const auto* limit = node->as<plan::Limit>();
  if (limit == nullptr) return node;
  const auto count = countOf(limit->count);
  if (!count) return node;
  if (*count == 0) return makeEmpty(node->output());
  const LogicalPlanPtr& child = limit->child;
  if (const auto* inner = child->as<plan::Limit>()) {
    const auto other = countOf(inner->count);
    return other ? makeLimit(*count <= *other ? limit->count : inner->count, inner->child) : node;
  }
  if (const auto* set = child->as<plan::Union>()) {
    std::vector<LogicalPlanPtr> inputs;
    for (const LogicalPlanPtr& input : set->inputs) inputs.push_back(makeLimit(limit->count, input));
    if (inputs == set->inputs) return node;
    return makeLimit(limit->count, child->withNewChildren(std::move(inputs)));
  }
  if (const auto* join = child->as<plan::Join>(); join != nullptr && join->type == plan::JoinType::kLeftOuter) {
    LogicalPlanPtr left = makeLimit(limit->count, join->left);
    if (left == join->left) return node;
    return makeLimit(limit->count, child->withNewChildren({std::move(left), join->right}));
  }
  return node;
}

}  // namespace

// A limit keeps a prefix: limits of limits are the smaller one, and no input of a union or left side of an outer join need give more rows.
Result<LogicalPlanPtr> pushDownLimits(const LogicalPlanPtr& root, OptimizerContext&) { return tree::transformUp(root, pushDown); }

}  // namespace flint::optimizer
