#include "optimizer/reinstance.h"

namespace flint::optimizer {
namespace {

class Copier {
 public:
  explicit Copier(AttributeMap& map) : map_(map) {}

  LogicalPlanPtr copy(const LogicalPlanPtr& plan) {
    LogicalPlanPtr out = tree::mapChildren(plan, [this](const LogicalPlanPtr& child) { return copy(child); });
    std::vector<ExprPtr> expressions = out->expressions();
    if (expressions.empty()) return out;
    for (ExprPtr& expression : expressions) expression = rewrite(expression);
    return out->withNewExpressions(std::move(expressions));
  }

 private:
  ExprPtr rewrite(const ExprPtr& expression) {
    if (const auto* attribute = expression->as<expr::AttributeReference>()) {
      ExprPtr& known = map_[attribute->id];
      if (known == nullptr) known = expr::withNewId(std::static_pointer_cast<const expr::AttributeReference>(expression));
      if (known->nullable() == expression->nullable()) return known;
      return expr::withNullability(toAttributePtr(known), expression->nullable());
    }
    if (const auto* alias = expression->as<expr::Alias>()) {
      expr::Alias made(*alias);
      made.child = rewrite(alias->child);
      ExprPtr& known = map_[alias->id];
      if (known == nullptr) known = expr::withNewId(expr::toAttribute(expression));
      made.id = known->as<expr::AttributeReference>()->id;
      return makeExpr(std::move(made), expression->origin());
    }
    return tree::mapChildren(expression, [this](const ExprPtr& child) { return rewrite(child); });
  }

  AttributeMap& map_;
};

}  // namespace

LogicalPlanPtr reinstance(const LogicalPlanPtr& plan, AttributeMap& map) { return Copier(map).copy(plan); }

}  // namespace flint::optimizer
