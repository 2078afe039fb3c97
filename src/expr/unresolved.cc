// Expressions before analysis.
#include "expr/unresolved.h"

#include "expr/expression_node_impl.h"
#include "expr/expression_text.h"

namespace flint::expr {

template class ExpressionNode<UnresolvedAttribute, ExprKind::kUnresolvedAttribute>;
template class ExpressionNode<UnresolvedStar, ExprKind::kUnresolvedStar>;
template class ExpressionNode<UnresolvedRegex, ExprKind::kUnresolvedRegex>;
template class ExpressionNode<UnresolvedFunction, ExprKind::kUnresolvedFunction>;
template class ExpressionNode<UnresolvedExtractValue, ExprKind::kUnresolvedExtractValue>;
template class ExpressionNode<MultiAlias, ExprKind::kMultiAlias>;
template class ExpressionNode<UnresolvedLambdaVariable, ExprKind::kUnresolvedLambdaVariable>;
template class ExpressionNode<UnresolvedWindow, ExprKind::kUnresolvedWindow>;
template class ExpressionNode<UpdateFields, ExprKind::kUpdateFields>;
template class ExpressionNode<GroupingAnalytics, ExprKind::kGroupingAnalytics>;
template class ExpressionNode<NamedArgument, ExprKind::kNamedArgument>;
template class ExpressionNode<Parameter, ExprKind::kParameter>;
template class ExpressionNode<RuntimeReplaceable, ExprKind::kRuntimeReplaceable>;
template class ExpressionNode<IdentifierClause, ExprKind::kIdentifierClause>;

// None is resolved, and none is folded or moved.
#define FLINT_DEFINE_UNRESOLVED(Node)                                                            \
  void Node::derive() {                                                                          \
    traits_.resolved = false;                                                                    \
    traits_.foldable = false;                                                                    \
  }                                                                                              \
  std::string Node::sql() const { return expressionText(*this, TextStyle::kSql); }               \
  std::string Node::toString() const { return expressionText(*this, TextStyle::kDebug); }
FLINT_DEFINE_UNRESOLVED(UnresolvedAttribute)
FLINT_DEFINE_UNRESOLVED(UnresolvedStar)
FLINT_DEFINE_UNRESOLVED(UnresolvedRegex)
FLINT_DEFINE_UNRESOLVED(UnresolvedFunction)
FLINT_DEFINE_UNRESOLVED(UnresolvedExtractValue)
FLINT_DEFINE_UNRESOLVED(MultiAlias)
FLINT_DEFINE_UNRESOLVED(UnresolvedLambdaVariable)
FLINT_DEFINE_UNRESOLVED(UnresolvedWindow)
FLINT_DEFINE_UNRESOLVED(UpdateFields)
FLINT_DEFINE_UNRESOLVED(GroupingAnalytics)
FLINT_DEFINE_UNRESOLVED(NamedArgument)
FLINT_DEFINE_UNRESOLVED(Parameter)
FLINT_DEFINE_UNRESOLVED(IdentifierClause)
#undef FLINT_DEFINE_UNRESOLVED

void RuntimeReplaceable::derive() {
  type_ = replacement->dataType();
  nullable_ = replacement->nullable();
}
std::string RuntimeReplaceable::sql() const { return text; }
std::string RuntimeReplaceable::toString() const { return replacement->toString(); }

ExprPtr call(std::string name, std::vector<ExprPtr> arguments) {
  UnresolvedFunction node;
  node.nameParts = {std::move(name)};
  node.arguments = std::move(arguments);
  return makeExpr(std::move(node));
}

ExprPtr column(std::vector<std::string> nameParts) {
  UnresolvedAttribute node;
  node.nameParts = std::move(nameParts);
  return makeExpr(std::move(node));
}

}  // namespace flint::expr
