#include "planner/aggregate_strategy.h"

#include <fmt/core.h>

#include "optimizer/expression_rewrite.h"

namespace flint::planner {
namespace {

using expr::ExprPtr;
using plan::AttributePtr;

class AggregateSplit {
 public:
  explicit AggregateSplit(plan::HashAggregateExec& node) : node_(node) {}

  Status addGrouping(const ExprPtr& key) {
    if (key->kind() == expr::ExprKind::kAttributeReference) {
      node_.grouping.push_back(key);
      return {};
    }
    const ExprPtr named = key->kind() == expr::ExprKind::kAlias ? key : expr::alias(key, "_groupingexpression");
    node_.grouping.push_back(named);
    computedKeys_.emplace_back(expr::withoutAlias(key), expr::toAttribute(named));
    return {};
  }

  // The result expression over grouping attributes and values of aggregate calls.
  Result<ExprPtr> rewrite(const ExprPtr& expression) {
    for (const auto& [key, attribute] : computedKeys_) {
      if (key->kind() == expression->kind() && optimizer::semanticEquals(key, expression)) return ExprPtr(attribute);
    }
    if (const auto* call = expression->as<expr::AggregateExpression>()) return valueOf(expression, *call);
    return tree::mapChildren(expression, [this](const ExprPtr& child) { return rewrite(child); });
  }

 private:
  Result<ExprPtr> valueOf(const ExprPtr& expression, const expr::AggregateExpression& call) {
    if (call.binding == nullptr || call.binding->aggregator == nullptr) return internalError("an aggregate call without binding: " + call.name);
    const ExprPtr plain = optimizer::canonical(expression);
    const bool mayShare = expression->deterministic();
    for (size_t i = 0; mayShare && i < canonicals_.size(); ++i) {
      if (canonicals_[i]->sameAs(*plain)) return ExprPtr(node_.aggregateAttributes[i]);
    }
    canonicals_.push_back(plain);
    node_.aggregates.push_back(expression);
    node_.aggregateAttributes.push_back(expr::attribute(expression->sql(), expression->dataType(), expression->nullable()));
    int part = 0;
    for (DataType& type : call.binding->aggregator->encodedTypes()) {
      node_.stateAttributes.push_back(expr::attribute(fmt::format("{}_state{}", call.name, part++), std::move(type)));
    }
    return ExprPtr(node_.aggregateAttributes.back());
  }

  plan::HashAggregateExec& node_;
  std::vector<std::pair<ExprPtr, AttributePtr>> computedKeys_;
  std::vector<ExprPtr> canonicals_;
};

}  // namespace

Result<plan::PhysicalPlanPtr> planAggregate(const plan::Aggregate& aggregate, plan::PhysicalPlanPtr child) {
  plan::HashAggregateExec node;
  node.mode = plan::AggregateMode::kComplete;
  node.child = std::move(child);
  AggregateSplit split(node);
  for (const ExprPtr& key : aggregate.grouping) RETURN_IF_ERROR(split.addGrouping(key));
  for (const ExprPtr& named : aggregate.aggregates) {
    ASSIGN_OR_RETURN(ExprPtr result, split.rewrite(named));
    if (result != named && result->kind() != expr::ExprKind::kAlias) result = optimizer::makeAliasAs(result, expr::toAttribute(named));
    node.resultExpressions.push_back(std::move(result));
  }
  return plan::PhysicalPlanPtr(makePhysical(std::move(node)));
}

}  // namespace flint::planner
