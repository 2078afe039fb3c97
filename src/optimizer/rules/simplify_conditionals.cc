#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"

namespace flint::optimizer {

// Branches that are never taken go; the first that is always taken is the end.
ExprPtr simplifyConditionals(const ExprPtr& node, OptimizerContext&) {
  if (const auto* choice = node->as<expr::CaseWhen>()) {
    std::vector<std::pair<ExprPtr, ExprPtr>> branches;
    ExprPtr elseValue = choice->elseValue;
    bool changed = false;
    for (const auto& branch : choice->branches) {
      if (isFalseOrNullLiteral(branch.first)) {
        changed = true;
        continue;
      }
      if (isTrueLiteral(branch.first)) {
        elseValue = branch.second;
        changed = changed || branches.size() + 1 < choice->branches.size() || choice->elseValue != nullptr || branches.empty();
        if (branches.empty()) return branch.second;
        expr::CaseWhen made(*choice);
        made.branches = std::move(branches);
        made.elseValue = std::move(elseValue);
        return makeExpr(std::move(made), node->origin());
      }
      branches.push_back(branch);
    }
    if (!changed) return node;
    if (branches.empty()) return elseValue == nullptr ? expr::literalNull(node->dataType()) : elseValue;
    expr::CaseWhen made(*choice);
    made.branches = std::move(branches);
    return makeExpr(std::move(made), node->origin());
  }
  if (const auto* coalesce = node->as<expr::Coalesce>()) {
    std::vector<ExprPtr> arguments;
    for (const ExprPtr& argument : coalesce->arguments) {
      const Value* value = expr::literalValue(argument);
      if (value != nullptr && value->isNull()) continue;
      arguments.push_back(argument);
      if (!argument->nullable()) break;
    }
    if (arguments.size() == coalesce->arguments.size() && arguments.size() > 1) return node;
    if (arguments.empty()) return expr::literalNull(node->dataType());
    if (arguments.size() == 1) return arguments[0]->dataType() == node->dataType() ? arguments[0] : node;
    expr::Coalesce made(*coalesce);
    made.arguments = std::move(arguments);
    return makeExpr(std::move(made), node->origin());
  }
  return node;
}

}  // namespace flint::optimizer
