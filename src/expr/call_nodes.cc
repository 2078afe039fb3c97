// Calls of functions, lambdas, windows and orders.
#include <algorithm>

#include "expr/expression_node_impl.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"

namespace flint::expr {

template class ExpressionNode<FunctionCall, ExprKind::kFunctionCall>;
template class ExpressionNode<LambdaVariable, ExprKind::kLambdaVariable>;
template class ExpressionNode<LambdaFunction, ExprKind::kLambdaFunction>;
template class ExpressionNode<SortOrder, ExprKind::kSortOrder>;
template class ExpressionNode<AggregateExpression, ExprKind::kAggregateExpression>;
template class ExpressionNode<WindowFunctionCall, ExprKind::kWindowFunctionCall>;
template class ExpressionNode<WindowExpression, ExprKind::kWindowExpression>;
template class ExpressionNode<GeneratorCall, ExprKind::kGeneratorCall>;

#define FLINT_DEFINE_TEXT(Node)                                                                  \
  std::string Node::sql() const { return expressionText(*this, TextStyle::kSql); }               \
  std::string Node::toString() const { return expressionText(*this, TextStyle::kDebug); }
FLINT_DEFINE_TEXT(FunctionCall)
FLINT_DEFINE_TEXT(LambdaVariable)
FLINT_DEFINE_TEXT(LambdaFunction)
FLINT_DEFINE_TEXT(SortOrder)
FLINT_DEFINE_TEXT(AggregateExpression)
FLINT_DEFINE_TEXT(WindowFunctionCall)
FLINT_DEFINE_TEXT(WindowExpression)
FLINT_DEFINE_TEXT(GeneratorCall)
#undef FLINT_DEFINE_TEXT

void FunctionCall::derive() {
  if (!isDeterministic) {
    traits_.deterministic = false;
    traits_.foldable = false;
  }
  if (binding == nullptr) {
    traits_.resolved = false;
    return;
  }
  type_ = binding->result;
  traits_.canRaise = traits_.canRaise || binding->canRaise;
  const bool anyNullable = std::any_of(arguments.begin(), arguments.end(), [](const ExprPtr& argument) { return argument->nullable(); });
  nullable_ = binding->nullable && (!binding->nullableIfArgumentsAre || binding->nulls != NullRule::kNullIfAnyNull || anyNullable);
}

void LambdaVariable::derive() {
  type_ = type;
  nullable_ = nullableValue;
  traits_.foldable = false;
  traits_.hasLambdaVariable = true;
}

void LambdaFunction::derive() {
  type_ = body->dataType();
  nullable_ = body->nullable();
  traits_.foldable = false;
  traits_.hasLambdaVariable = false;  // bound here; one that is bound further out cannot be told apart, and such bodies are never moved alone
}

void SortOrder::derive() {
  type_ = child->dataType();
  nullable_ = child->nullable();
  traits_.foldable = false;
}
ExprPtr sortOrder(ExprPtr child, bool ascending) { return sortOrder(std::move(child), ascending, ascending); }
ExprPtr sortOrder(ExprPtr child, bool ascending, bool nullsFirst) {
  return makeNode<SortOrder>(std::move(child), ascending, nullsFirst);
}

void AggregateExpression::derive() {
  traits_.hasAggregate = true;
  traits_.foldable = false;
  if (binding == nullptr) {
    traits_.resolved = false;
    return;
  }
  type_ = binding->result;
  nullable_ = binding->nullable;
  traits_.canRaise = traits_.canRaise || binding->canRaise;
}

void WindowFunctionCall::derive() {
  traits_.foldable = false;
  if (binding == nullptr) {
    traits_.resolved = false;
    return;
  }
  type_ = binding->result;
  nullable_ = binding->nullable;
}

std::string WindowSpec::sql() const {
  // The text of an expression over this window, without the function in front.
  WindowExpression window;
  window.function = literalNull();
  window.spec = *this;
  return expressionText(window, TextStyle::kSql).substr(std::string_view("NULL OVER ").size());
}

void WindowExpression::derive() {
  type_ = function->dataType();
  nullable_ = function->nullable();
  traits_.hasWindow = true;
  traits_.foldable = false;
  // The function itself runs over the window; aggregates below it, or in the window's keys, are the query's.
  traits_.hasAggregate = false;
  const auto note = [&](const ExprPtr& part) { traits_.hasAggregate = traits_.hasAggregate || part->traits().hasAggregate; };
  for (const ExprPtr& argument : function->children()) note(argument);
  for (const ExprPtr& key : spec.partitionBy) note(key);
  for (const ExprPtr& key : spec.orderBy) note(key);
}

void GeneratorCall::derive() {
  traits_.hasGenerator = true;
  traits_.foldable = false;
  if (binding == nullptr) {
    traits_.resolved = false;
    return;
  }
  // As an expression a generator is its one column, or a struct of its columns.
  type_ = binding->output.size() == 1 ? binding->output[0].type : DataType::structType(binding->output);
  traits_.canRaise = true;
}

}  // namespace flint::expr
