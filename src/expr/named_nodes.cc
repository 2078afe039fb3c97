// Leaves and names: literals, attributes, aliases.
#include "expr/expression_node_impl.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"

namespace flint::expr {

template class ExpressionNode<Literal, ExprKind::kLiteral>;
template class ExpressionNode<AttributeReference, ExprKind::kAttributeReference>;
template class ExpressionNode<BoundReference, ExprKind::kBoundReference>;
template class ExpressionNode<Alias, ExprKind::kAlias>;
template class ExpressionNode<OuterReference, ExprKind::kOuterReference>;

void Literal::derive() {
  type_ = type;
  nullable_ = value.isNull();
}
std::string Literal::sql() const { return expressionText(*this, TextStyle::kSql); }
std::string Literal::toString() const { return expressionText(*this, TextStyle::kDebug); }

ExprPtr literal(Value value, DataType type) { return makeNode<Literal>(std::move(value), std::move(type)); }
ExprPtr literalNull(DataType type) { return literal(Value::null(), std::move(type)); }
ExprPtr literalBoolean(bool value) { return literal(Value::boolean(value), DataType::boolean()); }
ExprPtr literalInt(int32_t value) { return literal(Value::integer(value), DataType::integer()); }
ExprPtr literalLong(int64_t value) { return literal(Value::integer(value), DataType::bigint()); }
ExprPtr literalString(std::string value) { return literal(Value::string(std::move(value)), DataType::string()); }

const Value* literalValue(const ExprPtr& expression) {
  const auto* node = withoutAlias(expression)->as<Literal>();
  return node == nullptr ? nullptr : &node->value;
}

void AttributeReference::derive() {
  type_ = type;
  nullable_ = nullableColumn;
  traits_.foldable = false;
  traits_.hasAttribute = true;
}
std::string AttributeReference::sql() const { return expressionText(*this, TextStyle::kSql); }
std::string AttributeReference::toString() const { return expressionText(*this, TextStyle::kDebug); }

AttributePtr attribute(std::string name, DataType type, bool nullable, std::vector<std::string> qualifier) {
  AttributeReference node;
  node.name = std::move(name);
  node.type = std::move(type);
  node.nullableColumn = nullable;
  node.id = newExprId();
  node.qualifier = std::move(qualifier);
  return makeExpr(std::move(node));
}

AttributePtr withNewId(const AttributePtr& attribute) {
  AttributeReference copy(*attribute);
  copy.id = newExprId();
  return makeExpr(std::move(copy));
}

AttributePtr withNullability(const AttributePtr& attribute, bool nullable) {
  if (attribute->nullableColumn == nullable) return attribute;
  AttributeReference copy(*attribute);
  copy.nullableColumn = nullable;
  return makeExpr(std::move(copy));
}

AttributePtr withQualifier(const AttributePtr& attribute, std::vector<std::string> qualifier) {
  if (attribute->qualifier == qualifier) return attribute;
  AttributeReference copy(*attribute);
  copy.qualifier = std::move(qualifier);
  return makeExpr(std::move(copy));
}

void BoundReference::derive() {
  type_ = type;
  nullable_ = nullableColumn;
  traits_.foldable = false;
  traits_.hasAttribute = true;
}
std::string BoundReference::sql() const { return expressionText(*this, TextStyle::kSql); }
std::string BoundReference::toString() const { return expressionText(*this, TextStyle::kDebug); }

void Alias::derive() {
  type_ = child->dataType();
  nullable_ = child->nullable();
}
std::string Alias::sql() const { return expressionText(*this, TextStyle::kSql); }
std::string Alias::toString() const { return expressionText(*this, TextStyle::kDebug); }

ExprPtr alias(ExprPtr child, std::string name) { return makeNode<Alias>(std::move(child), std::move(name), newExprId()); }

AttributePtr toAttribute(const ExprPtr& namedExpression) {
  if (namedExpression->as<AttributeReference>() != nullptr) return std::static_pointer_cast<const AttributeReference>(namedExpression);
  const auto* node = namedExpression->as<Alias>();
  if (node == nullptr) return nullptr;
  AttributeReference out;
  out.name = node->name;
  out.type = node->child->dataType();
  out.nullableColumn = node->child->nullable();
  out.id = node->id;
  out.qualifier = node->qualifier;
  const auto* column = node->child->as<AttributeReference>();
  out.metadata = node->metadata.has_value() ? *node->metadata : column != nullptr ? column->metadata : "";
  return makeExpr(std::move(out), namedExpression->origin());
}

const ExprPtr& withoutAlias(const ExprPtr& expression) {
  const ExprPtr* at = &expression;
  while (const auto* node = (*at)->as<Alias>()) at = &node->child;
  return *at;
}

void OuterReference::derive() {
  type_ = attribute->dataType();
  nullable_ = attribute->nullable();
  traits_.foldable = false;
  traits_.hasOuterReference = true;
}
std::string OuterReference::sql() const { return expressionText(*this, TextStyle::kSql); }
std::string OuterReference::toString() const { return expressionText(*this, TextStyle::kDebug); }

}  // namespace flint::expr
