#include "expr/python_udf.h"

#include "expr/expression_node_impl.h"
#include "expr/expression_text.h"

namespace flint::expr {

template class ExpressionNode<PythonUdf, ExprKind::kPythonUdf>;

bool isScalar(PythonEvalType type) {
  switch (type) {
    case PythonEvalType::kBatched:
    case PythonEvalType::kArrowBatched:
    case PythonEvalType::kScalarPandas:
    case PythonEvalType::kScalarPandasIter:
    case PythonEvalType::kScalarArrow:
    case PythonEvalType::kScalarArrowIter: return true;
    default: return false;
  }
}

bool isGroupedAggregate(PythonEvalType type) {
  switch (type) {
    case PythonEvalType::kGroupedAggPandas:
    case PythonEvalType::kGroupedAggPandasIter:
    case PythonEvalType::kGroupedAggArrow:
    case PythonEvalType::kGroupedAggArrowIter: return true;
    default: return false;
  }
}

bool isTableFunction(PythonEvalType type) { return type == PythonEvalType::kTable || type == PythonEvalType::kArrowTable || type == PythonEvalType::kArrowUdtf; }

bool isScalarIterator(PythonEvalType type) { return type == PythonEvalType::kScalarPandasIter || type == PythonEvalType::kScalarArrowIter; }

void PythonUdf::derive() {
  type_ = type;
  nullable_ = true;
  traits_.foldable = false;
  traits_.canRaise = true;
  traits_.hasPythonUdf = true;
  traits_.deterministic = traits_.deterministic && isDeterministic;
  if (isGroupedAggregate(function.evalType)) traits_.hasAggregate = true;
}
std::string PythonUdf::sql() const { return expressionText(*this, TextStyle::kSql); }
std::string PythonUdf::toString() const { return expressionText(*this, TextStyle::kDebug); }

bool isAggregateCall(const ExprPtr& expression) {
  if (expression->kind() == ExprKind::kAggregateExpression) return true;
  const auto* udf = expression->as<PythonUdf>();
  return udf != nullptr && isGroupedAggregate(udf->function.evalType);
}

}  // namespace flint::expr
