#include "expr/expression_evaluator.h"
#include "optimizer/rules/rules.h"

namespace flint::optimizer {

// Expressions without input become literals. What fails stays: its error is raised only if a row really asks for it.
ExprPtr constantFolding(const ExprPtr& node, OptimizerContext& context) {
  using expr::ExprKind;
  if (!node->foldable() || !node->deterministic() || !node->resolved() || node->traits().hasSubquery || node->traits().hasLambdaVariable) return node;
  switch (node->kind()) {
    case ExprKind::kCast:
    case ExprKind::kFunctionCall:
    case ExprKind::kComparison:
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kNot:
    case ExprKind::kIsNull:
    case ExprKind::kIsNotNull:
    case ExprKind::kCaseWhen:
    case ExprKind::kCoalesce:
    case ExprKind::kIn:
    case ExprKind::kGetStructField: break;
    default: return node;
  }
  for (const ExprPtr& child : node->children()) {
    if (child->kind() == ExprKind::kLambdaFunction) return node;
  }
  Result<Value> value = expr::evaluateFoldable(node, context.options());
  if (!value.isOk()) return node;
  return expr::literal(std::move(value).value(), node->dataType());
}

}  // namespace flint::optimizer
