#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/nodes.h"

/// Expressions as the parser and the Connect decoder make them; the analyzer leaves none.
namespace flint::expr {

/// A column by name, possibly dotted; with `planId` it must come from that DataFrame.
struct UnresolvedAttribute final : ExpressionNode<UnresolvedAttribute, ExprKind::kUnresolvedAttribute> {
  std::vector<std::string> nameParts;
  std::optional<int64_t> planId;
  bool isMetadataColumn = false;
  static constexpr auto fields() {
    return std::tuple(field("nameParts", &UnresolvedAttribute::nameParts), field("planId", &UnresolvedAttribute::planId),
                      field("isMetadataColumn", &UnresolvedAttribute::isMetadataColumn));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// *, t.*, with EXCEPT and REPLACE lists.
struct UnresolvedStar final : ExpressionNode<UnresolvedStar, ExprKind::kUnresolvedStar> {
  std::vector<std::string> target;
  std::optional<int64_t> planId;
  std::vector<std::vector<std::string>> except;
  std::vector<ExprPtr> replacements;
  static constexpr auto fields() {
    return std::tuple(field("target", &UnresolvedStar::target), field("planId", &UnresolvedStar::planId),
                      field("except", &UnresolvedStar::except), field("replacements", &UnresolvedStar::replacements));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// Columns whose names match a pattern, as `colRegex` and back-quoted names give.
struct UnresolvedRegex final : ExpressionNode<UnresolvedRegex, ExprKind::kUnresolvedRegex> {
  std::string pattern;
  std::string table;
  std::optional<int64_t> planId;
  static constexpr auto fields() {
    return std::tuple(field("pattern", &UnresolvedRegex::pattern), field("table", &UnresolvedRegex::table),
                      field("planId", &UnresolvedRegex::planId));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// A function by name: scalar, aggregate, window or generator. Operators too, by symbol: "+", "and", "=".
struct UnresolvedFunction final : ExpressionNode<UnresolvedFunction, ExprKind::kUnresolvedFunction> {
  std::vector<std::string> nameParts;
  std::vector<ExprPtr> arguments;
  bool distinct = false;
  std::optional<bool> ignoreNulls;
  ExprPtr filter;
  std::vector<ExprPtr> withinGroup;
  bool isInternal = false;  // only clients may call it
  static constexpr auto fields() {
    return std::tuple(field("nameParts", &UnresolvedFunction::nameParts), field("arguments", &UnresolvedFunction::arguments),
                      field("distinct", &UnresolvedFunction::distinct), field("ignoreNulls", &UnresolvedFunction::ignoreNulls),
                      field("filter", &UnresolvedFunction::filter), field("withinGroup", &UnresolvedFunction::withinGroup),
                      field("isInternal", &UnresolvedFunction::isInternal));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};
ExprPtr call(std::string name, std::vector<ExprPtr> arguments);
ExprPtr column(std::vector<std::string> nameParts);

/// a[b], or a.b where `extraction` is a string literal.
struct UnresolvedExtractValue final : ExpressionNode<UnresolvedExtractValue, ExprKind::kUnresolvedExtractValue> {
  ExprPtr child;
  ExprPtr extraction;
  static constexpr auto fields() {
    return std::tuple(field("child", &UnresolvedExtractValue::child), field("extraction", &UnresolvedExtractValue::extraction));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// `expression AS (a, b, c)`: several names for a generator's columns.
struct MultiAlias final : ExpressionNode<MultiAlias, ExprKind::kMultiAlias> {
  ExprPtr child;
  std::vector<std::string> names;
  static constexpr auto fields() { return std::tuple(field("child", &MultiAlias::child), field("names", &MultiAlias::names)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

struct UnresolvedLambdaVariable final : ExpressionNode<UnresolvedLambdaVariable, ExprKind::kUnresolvedLambdaVariable> {
  std::vector<std::string> nameParts;
  static constexpr auto fields() { return std::tuple(field("nameParts", &UnresolvedLambdaVariable::nameParts)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// A function over a window, or over a window named in a WINDOW clause.
struct UnresolvedWindow final : ExpressionNode<UnresolvedWindow, ExprKind::kUnresolvedWindow> {
  ExprPtr function;
  std::string windowName;  // empty: `spec` says all
  WindowSpec spec;
  static constexpr auto fields() {
    return std::tuple(field("function", &UnresolvedWindow::function), field("windowName", &UnresolvedWindow::windowName),
                      field("spec", &UnresolvedWindow::spec));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// Sets (`value`) or drops (null pointer) a field, nested names dotted.
struct UpdateFields final : ExpressionNode<UpdateFields, ExprKind::kUpdateFields> {
  ExprPtr child;
  std::vector<std::string> path;
  ExprPtr value;
  static constexpr auto fields() {
    return std::tuple(field("child", &UpdateFields::child), field("path", &UpdateFields::path), field("value", &UpdateFields::value));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// GROUPING SETS (...), ROLLUP (...) or CUBE (...) in a GROUP BY list. For the latter two each of `sets` is one element of the list.
struct GroupingAnalytics final : ExpressionNode<GroupingAnalytics, ExprKind::kGroupingAnalytics> {
  enum class Form : uint8_t { kGroupingSets, kRollup, kCube };
  Form form = Form::kGroupingSets;
  std::vector<std::vector<ExprPtr>> sets;      // one that is a single GroupingAnalytics is nested in GROUPING SETS
  std::vector<ExprPtr> groupByExpressions;     // GROUP BY these GROUPING SETS (...): every set's elements are among them
  static constexpr auto fields() {
    return std::tuple(field("form", &GroupingAnalytics::form), field("sets", &GroupingAnalytics::sets),
                      field("groupByExpressions", &GroupingAnalytics::groupByExpressions));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// A call that another expression stands for: keeps how it was written until the analyzer has named what needs a name.
struct RuntimeReplaceable final : ExpressionNode<RuntimeReplaceable, ExprKind::kRuntimeReplaceable> {
  std::string text;
  ExprPtr replacement;
  static constexpr auto fields() {
    return std::tuple(field("text", &RuntimeReplaceable::text), field("replacement", &RuntimeReplaceable::replacement));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// name => value
struct NamedArgument final : ExpressionNode<NamedArgument, ExprKind::kNamedArgument> {
  std::string name;
  ExprPtr value;
  static constexpr auto fields() { return std::tuple(field("name", &NamedArgument::name), field("value", &NamedArgument::value)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// :name, or ? with the position (from 0) as its name.
struct Parameter final : ExpressionNode<Parameter, ExprKind::kParameter> {
  std::string name;
  bool positional = false;
  static constexpr auto fields() { return std::tuple(field("name", &Parameter::name), field("positional", &Parameter::positional)); }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// IDENTIFIER(expression) in place of a column or function name.
struct IdentifierClause final : ExpressionNode<IdentifierClause, ExprKind::kIdentifierClause> {
  ExprPtr name;
  std::vector<ExprPtr> callArguments;
  bool isCall = false;
  static constexpr auto fields() {
    return std::tuple(field("name", &IdentifierClause::name), field("callArguments", &IdentifierClause::callArguments),
                      field("isCall", &IdentifierClause::isCall));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

}  // namespace flint::expr
