#include "expr/expression_evaluator.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"

namespace flint::expr {

Result<Value> evaluateFoldable(const ExprPtr& expression, const EvaluationOptions&) {
  if (const Value* value = literalValue(expression)) return *value;
  return internalError("only literals can be folded: " + columnName(expression));
}

}  // namespace flint::expr
