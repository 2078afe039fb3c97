#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"

namespace flint::optimizer {

// What is null whenever an argument is, is NULL for a NULL literal; questions for null of columns that never are have an answer. As with Spark, this holds
// where the evaluation of a constant, or of an argument behind the NULL, would raise an error.
ExprPtr nullPropagation(const ExprPtr& node, OptimizerContext&) {
  const auto isNullLiteral = [](const ExprPtr& expression) {
    const Value* value = expr::literalValue(expression);
    return value != nullptr && value->isNull();
  };
  const auto mayStayUnasked = [](const ExprPtr& expression) { return expression->foldable() || !expression->traits().canRaise; };
  switch (node->kind()) {
    case expr::ExprKind::kIsNull: {
      const ExprPtr& child = node->as<expr::IsNull>()->child;
      return !child->nullable() && mayStayUnasked(child) && child->deterministic() ? expr::literalBoolean(false) : node;
    }
    case expr::ExprKind::kIsNotNull: {
      const ExprPtr& child = node->as<expr::IsNotNull>()->child;
      return !child->nullable() && mayStayUnasked(child) && child->deterministic() ? expr::literalBoolean(true) : node;
    }
    case expr::ExprKind::kComparison: {
      const auto& comparison = *node->as<expr::Comparison>();
      const bool leftNull = isNullLiteral(comparison.left);
      const bool rightNull = isNullLiteral(comparison.right);
      if (!leftNull && !rightNull) return node;
      if (comparison.op != expr::ComparisonOp::kEqualNullSafe) return expr::literalNull(DataType::boolean());
      return makeIsNull(leftNull ? comparison.right : comparison.left);
    }
    case expr::ExprKind::kFunctionCall: {
      const auto& call = *node->as<expr::FunctionCall>();
      if (call.binding == nullptr || call.binding->nulls != expr::NullRule::kNullIfAnyNull || !call.isDeterministic) return node;
      const auto null = std::find_if(call.arguments.begin(), call.arguments.end(), isNullLiteral);
      return null != call.arguments.end() && std::all_of(call.arguments.begin(), null, mayStayUnasked) ? expr::literalNull(node->dataType()) : node;
    }
    default: return node;
  }
}

}  // namespace flint::optimizer
