#include "expr/expression_evaluator.h"
#include "expr/nodes.h"

namespace flint::expr {

Result<Value> evaluateFoldable(const ExprPtr& expression, const EvaluationOptions& options) {
  if (const Value* value = literalValue(expression)) return *value;
  ASSIGN_OR_RETURN(const auto evaluator, ExpressionEvaluator::make({expression}, options));
  const auto local = evaluator->makeLocal();
  ASSIGN_OR_RETURN(const auto vector, evaluator->evaluateOne(*local, columnar::ColumnarBatch({}, 1), 0));
  return vector->valueAt(0);
}

}  // namespace flint::expr
