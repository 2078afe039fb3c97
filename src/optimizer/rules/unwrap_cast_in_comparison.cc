#include <optional>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"

namespace flint::optimizer {
namespace {

using expr::ComparisonOp;

bool isExact(const DataType& type) { return type.isIntegral() || type.is(TypeKind::kDecimal); }

int scaleOf(const DataType& type) { return type.is(TypeKind::kDecimal) ? type.scale() : 0; }
int digitsOf(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 3;
    case TypeKind::kShort: return 5;
    case TypeKind::kInteger: return 10;
    case TypeKind::kLong: return 20;
    default: return type.precision() - type.scale();
  }
}

int128_t unscaledOf(const Value& value, const DataType& type) { return type.isIntegral() ? int128_t(value.asInteger()) : value.asDecimal(); }

std::pair<int128_t, int128_t> rangeOf(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return {-128, 127};
    case TypeKind::kShort: return {-32768, 32767};
    case TypeKind::kInteger: return {INT32_MIN, INT32_MAX};
    case TypeKind::kLong: return {INT64_MIN, INT64_MAX};
    default: return {-powerOfTen(type.precision()) + 1, powerOfTen(type.precision()) - 1};
  }
}

// The literal in the column's type; absent when it has no such value.
std::optional<Value> literalIn(const DataType& target, const Value& value, const DataType& type) {
  int128_t unscaled = unscaledOf(value, type);
  const int difference = scaleOf(target) - scaleOf(type);
  if (difference >= 0) {
    if (digitsOf(type) + scaleOf(type) + difference > 37) return std::nullopt;
    unscaled *= powerOfTen(difference);
  } else {
    const int128_t divisor = powerOfTen(-difference);
    if (unscaled % divisor != 0) return std::nullopt;
    unscaled /= divisor;
  }
  const auto [low, high] = rangeOf(target);
  if (unscaled < low || unscaled > high) return std::nullopt;
  return target.isIntegral() ? Value::integer(static_cast<int64_t>(unscaled)) : Value::decimal(unscaled);
}

// Whether every value of `from` keeps its value, and so its order, in `to`.
bool isLossless(const DataType& from, const DataType& to) {
  return isExact(from) && isExact(to) && digitsOf(to) >= digitsOf(from) && scaleOf(to) >= scaleOf(from);
}

ExprPtr unwrapped(const ExprPtr& side, const ExprPtr& other, ExprPtr& otherOut) {
  const auto* cast = side->as<expr::Cast>();
  const auto* literal = other->as<expr::Literal>();
  if (cast == nullptr || literal == nullptr || literal->value.isNull()) return nullptr;
  const DataType& from = cast->child->dataType();
  if (!isLossless(from, cast->target) || cast->child->foldable()) return nullptr;
  const std::optional<Value> value = literalIn(from, literal->value, literal->type);
  if (!value) return nullptr;
  otherOut = expr::literal(*value, from);
  return cast->child;
}

}  // namespace

// cast(column AS wider) < literal compares the column itself with the literal in its own type, so that scans can use the condition.
ExprPtr unwrapCastInComparison(const ExprPtr& node, OptimizerContext&) {
  if (const auto* comparison = node->as<expr::Comparison>()) {
    ExprPtr other;
    if (ExprPtr side = unwrapped(comparison->left, comparison->right, other)) return expr::comparison(comparison->op, side, other);
    if (ExprPtr side = unwrapped(comparison->right, comparison->left, other)) return expr::comparison(comparison->op, other, side);
    return node;
  }
  const auto* in = node->as<expr::In>();
  if (in == nullptr || in->value->kind() != expr::ExprKind::kCast) return node;
  expr::In made(*in);
  made.list.clear();
  for (const ExprPtr& item : in->list) {
    ExprPtr other;
    ExprPtr side = unwrapped(in->value, item, other);
    if (side == nullptr) return node;
    made.value = std::move(side);
    made.list.push_back(std::move(other));
  }
  if (made.list.empty()) return node;
  return makeExpr(std::move(made), node->origin());
}

}  // namespace flint::optimizer
