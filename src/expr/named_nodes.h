#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/expression.h"
#include "types/value.h"

/// Literals, and references to columns and variables by name, identity or position.
namespace flint::expr {

using tree::field;

struct Literal final : ExpressionNode<Literal, ExprKind::kLiteral> {
  Value value;
  DataType type;
  static constexpr auto fields() { return std::tuple(field("value", &Literal::value), field("type", &Literal::type)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
ExprPtr literal(Value value, DataType type);
ExprPtr literalNull(DataType type = {});
ExprPtr literalBoolean(bool value);
ExprPtr literalInt(int32_t value);
ExprPtr literalLong(int64_t value);
ExprPtr literalString(std::string value);
/// The value of a Literal, through aliases; null pointer for anything else.
const Value* literalValue(const ExprPtr& expression);

/// A column of some plan's output, by identity.
struct AttributeReference final : ExpressionNode<AttributeReference, ExprKind::kAttributeReference> {
  std::string name;
  DataType type;
  bool nullableColumn = true;
  ExprId id = 0;
  std::vector<std::string> qualifier;  // ["spark_catalog", "default", "t"] or ["alias"]
  std::string metadata;                // JSON object, or empty
  bool isMetadataColumn = false;       // hidden from *
  static constexpr auto fields() {
    return std::tuple(field("name", &AttributeReference::name), field("type", &AttributeReference::type),
                      field("nullable", &AttributeReference::nullableColumn), field("id", &AttributeReference::id),
                      field("qualifier", &AttributeReference::qualifier), field("metadata", &AttributeReference::metadata),
                      field("isMetadataColumn", &AttributeReference::isMetadataColumn));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
using AttributePtr = std::shared_ptr<const AttributeReference>;
AttributePtr attribute(std::string name, DataType type, bool nullable = true, std::vector<std::string> qualifier = {});
AttributePtr withNewId(const AttributePtr& attribute);
AttributePtr withNullability(const AttributePtr& attribute, bool nullable);
AttributePtr withQualifier(const AttributePtr& attribute, std::vector<std::string> qualifier);

/// A column of the input batch, by position: what attributes become before evaluation.
struct BoundReference final : ExpressionNode<BoundReference, ExprKind::kBoundReference> {
  int32_t ordinal = 0;
  DataType type;
  bool nullableColumn = true;
  std::string name;
  static constexpr auto fields() {
    return std::tuple(field("ordinal", &BoundReference::ordinal), field("type", &BoundReference::type),
                      field("nullable", &BoundReference::nullableColumn), field("name", &BoundReference::name));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

struct Alias final : ExpressionNode<Alias, ExprKind::kAlias> {
  ExprPtr child;
  std::string name;
  ExprId id = 0;
  std::vector<std::string> qualifier;
  std::optional<std::string> metadata;  // JSON; absent: the child's
  static constexpr auto fields() {
    return std::tuple(field("child", &Alias::child), field("name", &Alias::name), field("id", &Alias::id),
                      field("qualifier", &Alias::qualifier), field("metadata", &Alias::metadata));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
ExprPtr alias(ExprPtr child, std::string name);
/// The attribute that an Alias or AttributeReference gives to the plan above; null pointer for anything else.
AttributePtr toAttribute(const ExprPtr& namedExpression);
/// The expression without aliases around it.
const ExprPtr& withoutAlias(const ExprPtr& expression);

struct LambdaVariable final : ExpressionNode<LambdaVariable, ExprKind::kLambdaVariable> {
  std::string name;
  DataType type;
  bool nullableValue = true;
  ExprId id = 0;
  static constexpr auto fields() {
    return std::tuple(field("name", &LambdaVariable::name), field("type", &LambdaVariable::type),
                      field("nullable", &LambdaVariable::nullableValue), field("id", &LambdaVariable::id));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

struct LambdaFunction final : ExpressionNode<LambdaFunction, ExprKind::kLambdaFunction> {
  ExprPtr body;
  std::vector<ExprPtr> variables;  // LambdaVariables (or UnresolvedLambdaVariables before analysis)
  static constexpr auto fields() { return std::tuple(field("body", &LambdaFunction::body), field("variables", &LambdaFunction::variables)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// An attribute of the query around a subquery.
struct OuterReference final : ExpressionNode<OuterReference, ExprKind::kOuterReference> {
  AttributePtr attribute;
  static constexpr auto fields() { return std::tuple(field("attribute", &OuterReference::attribute)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

}  // namespace flint::expr
