#pragma once

#include <string>
#include <utility>
#include <vector>

#include "expr/expression.h"

/// Casts, comparisons, logic and conditions.
namespace flint::expr {

using tree::field;

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

}  // namespace flint::expr
