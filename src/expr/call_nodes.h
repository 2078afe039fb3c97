#pragma once

#include <string>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/expression.h"
#include "expr/generator_function.h"
#include "expr/scalar_function.h"
#include "expr/window_function.h"

/// Calls of functions, aggregates, window functions and generators, bound; sort orders and windows.
namespace flint::expr {

using tree::field;

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

}  // namespace flint::expr
