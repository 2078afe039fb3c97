#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/expression.h"
#include "expr/generator_function.h"
#include "expr/scalar_function.h"
#include "expr/window_function.h"
#include "types/value.h"

/// Resolved expression nodes. Subqueries, which hold plans, are in plan/logical/subquery_expressions.h; unresolved nodes in unresolved.h.
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

enum class CastMode : uint8_t { kAnsi, kLegacy, kTry };

struct Cast final : ExpressionNode<Cast, ExprKind::kCast> {
  ExprPtr child;
  DataType target;
  CastMode mode = CastMode::kAnsi;
  bool implicit = false;  // added by coercion: not shown in column names
  static constexpr auto fields() {
    return std::tuple(field("child", &Cast::child), field("target", &Cast::target), field("mode", &Cast::mode),
                      field("implicit", &Cast::implicit));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// A call of a scalar function, bound.
struct FunctionCall final : ExpressionNode<FunctionCall, ExprKind::kFunctionCall> {
  std::string name;  // as registered, lower case, or an operator's symbol
  std::vector<ExprPtr> arguments;
  FunctionBindingPtr binding;  // follows from the name and the argument types, so it is no field
  bool isDeterministic = true;
  static constexpr auto fields() {
    return std::tuple(field("name", &FunctionCall::name), field("arguments", &FunctionCall::arguments),
                      field("deterministic", &FunctionCall::isDeterministic));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

enum class ComparisonOp : uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kEqualNullSafe };
/// "=", "!=", "<" ...; and the operator with its sides exchanged.
const char* symbolOf(ComparisonOp op);
ComparisonOp mirrored(ComparisonOp op);

/// Compares two values of the same orderable type (equality also of other types but maps). NaN equals NaN and is above all; -0.0 equals 0.0.
struct Comparison final : ExpressionNode<Comparison, ExprKind::kComparison> {
  ComparisonOp op = ComparisonOp::kEqual;
  ExprPtr left;
  ExprPtr right;
  static constexpr auto fields() {
    return std::tuple(field("op", &Comparison::op), field("left", &Comparison::left), field("right", &Comparison::right));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
ExprPtr comparison(ComparisonOp op, ExprPtr left, ExprPtr right);

struct And final : ExpressionNode<And, ExprKind::kAnd> {
  ExprPtr left;
  ExprPtr right;
  static constexpr auto fields() { return std::tuple(field("left", &And::left), field("right", &And::right)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
struct Or final : ExpressionNode<Or, ExprKind::kOr> {
  ExprPtr left;
  ExprPtr right;
  static constexpr auto fields() { return std::tuple(field("left", &Or::left), field("right", &Or::right)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
struct Not final : ExpressionNode<Not, ExprKind::kNot> {
  ExprPtr child;
  static constexpr auto fields() { return std::tuple(field("child", &Not::child)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
struct IsNull final : ExpressionNode<IsNull, ExprKind::kIsNull> {
  ExprPtr child;
  static constexpr auto fields() { return std::tuple(field("child", &IsNull::child)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
struct IsNotNull final : ExpressionNode<IsNotNull, ExprKind::kIsNotNull> {
  ExprPtr child;
  static constexpr auto fields() { return std::tuple(field("child", &IsNotNull::child)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
ExprPtr makeAnd(ExprPtr left, ExprPtr right);
ExprPtr makeOr(ExprPtr left, ExprPtr right);
ExprPtr makeNot(ExprPtr child);
/// a AND b AND c; null for an empty list.
ExprPtr conjunction(const std::vector<ExprPtr>& conjuncts);
std::vector<ExprPtr> splitConjuncts(const ExprPtr& condition);
std::vector<ExprPtr> splitDisjuncts(const ExprPtr& condition);

/// CASE WHEN c THEN v ... ELSE e END, and if(c, a, b). Branches not taken are not evaluated.
struct CaseWhen final : ExpressionNode<CaseWhen, ExprKind::kCaseWhen> {
  std::vector<std::pair<ExprPtr, ExprPtr>> branches;
  ExprPtr elseValue;      // null pointer: NULL
  bool writtenAsIf = false;
  static constexpr auto fields() {
    return std::tuple(field("branches", &CaseWhen::branches), field("else", &CaseWhen::elseValue), field("if", &CaseWhen::writtenAsIf));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// The first non-null; later arguments are evaluated only for rows that still need one.
struct Coalesce final : ExpressionNode<Coalesce, ExprKind::kCoalesce> {
  std::vector<ExprPtr> arguments;
  static constexpr auto fields() { return std::tuple(field("arguments", &Coalesce::arguments)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// value IN (list), with SQL's three values. The evaluator hashes literal lists.
struct In final : ExpressionNode<In, ExprKind::kIn> {
  ExprPtr value;
  std::vector<ExprPtr> list;
  static constexpr auto fields() { return std::tuple(field("value", &In::value), field("list", &In::list)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

struct GetStructField final : ExpressionNode<GetStructField, ExprKind::kGetStructField> {
  ExprPtr child;
  int32_t ordinal = 0;
  std::string name;
  static constexpr auto fields() {
    return std::tuple(field("child", &GetStructField::child), field("ordinal", &GetStructField::ordinal), field("name", &GetStructField::name));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

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

struct SortOrder final : ExpressionNode<SortOrder, ExprKind::kSortOrder> {
  ExprPtr child;
  bool ascending = true;
  bool nullsFirst = true;
  static constexpr auto fields() {
    return std::tuple(field("child", &SortOrder::child), field("ascending", &SortOrder::ascending), field("nullsFirst", &SortOrder::nullsFirst));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
/// Spark's default null ordering: first when ascending, last when descending.
ExprPtr sortOrder(ExprPtr child, bool ascending = true);
ExprPtr sortOrder(ExprPtr child, bool ascending, bool nullsFirst);

/// A call of an aggregate function, bound. In an Aggregate node or as the function of a window.
struct AggregateExpression final : ExpressionNode<AggregateExpression, ExprKind::kAggregateExpression> {
  std::string name;
  std::vector<ExprPtr> arguments;
  bool distinct = false;
  bool ignoreNulls = false;
  ExprPtr filter;                   // FILTER (WHERE ...), or null pointer
  std::vector<ExprPtr> withinGroup; // SortOrders of WITHIN GROUP; their children are also the last arguments
  AggregateBindingPtr binding;  // follows from the name and the argument types, so it is no field
  static constexpr auto fields() {
    return std::tuple(field("name", &AggregateExpression::name), field("arguments", &AggregateExpression::arguments),
                      field("distinct", &AggregateExpression::distinct), field("ignoreNulls", &AggregateExpression::ignoreNulls),
                      field("filter", &AggregateExpression::filter), field("withinGroup", &AggregateExpression::withinGroup));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// A call of a window-only function, bound.
struct WindowFunctionCall final : ExpressionNode<WindowFunctionCall, ExprKind::kWindowFunctionCall> {
  std::string name;
  std::vector<ExprPtr> arguments;
  bool ignoreNulls = false;
  WindowBindingPtr binding;  // follows from the name and the argument types, so it is no field
  static constexpr auto fields() {
    return std::tuple(field("name", &WindowFunctionCall::name), field("arguments", &WindowFunctionCall::arguments),
                      field("ignoreNulls", &WindowFunctionCall::ignoreNulls));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

enum class FrameKind : uint8_t { kRows, kRange };
enum class FrameBound : uint8_t { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };

/// PARTITION BY, ORDER BY and frame of a window.
struct WindowSpec {
  std::vector<ExprPtr> partitionBy;
  std::vector<ExprPtr> orderBy;  // SortOrders
  bool hasFrame = false;         // false before analysis: the default frame is meant
  FrameKind frameKind = FrameKind::kRange;
  FrameBound lower = FrameBound::kUnboundedPreceding;
  ExprPtr lowerOffset;           // with kPreceding, kFollowing; non-negative
  FrameBound upper = FrameBound::kCurrentRow;
  ExprPtr upperOffset;
  static constexpr auto fields() {
    return std::tuple(field("partitionBy", &WindowSpec::partitionBy), field("orderBy", &WindowSpec::orderBy),
                      field("hasFrame", &WindowSpec::hasFrame), field("frameKind", &WindowSpec::frameKind), field("lower", &WindowSpec::lower),
                      field("lowerOffset", &WindowSpec::lowerOffset), field("upper", &WindowSpec::upper),
                      field("upperOffset", &WindowSpec::upperOffset));
  }
  std::string sql() const;
};

struct WindowExpression final : ExpressionNode<WindowExpression, ExprKind::kWindowExpression> {
  ExprPtr function;  // AggregateExpression or WindowFunctionCall
  WindowSpec spec;
  static constexpr auto fields() { return std::tuple(field("function", &WindowExpression::function), field("spec", &WindowExpression::spec)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// A call of a generator, bound. Only in a Generate node after analysis.
struct GeneratorCall final : ExpressionNode<GeneratorCall, ExprKind::kGeneratorCall> {
  std::string name;
  std::vector<ExprPtr> arguments;
  bool outer = false;
  GeneratorBindingPtr binding;  // follows from the name and the argument types, so it is no field
  static constexpr auto fields() {
    return std::tuple(field("name", &GeneratorCall::name), field("arguments", &GeneratorCall::arguments), field("outer", &GeneratorCall::outer));
  }
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
