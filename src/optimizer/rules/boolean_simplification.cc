#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"

namespace flint::optimizer {
namespace {

using expr::Comparison;
using expr::ComparisonOp;
using expr::ExprKind;

bool isFalseLiteral(const ExprPtr& expression) {
  const auto* literal = expression->as<expr::Literal>();
  return literal != nullptr && literal->type.is(TypeKind::kBoolean) && !literal->value.isNull() && !literal->value.asBoolean();
}

ComparisonOp opposite(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kEqual: return ComparisonOp::kNotEqual;
    case ComparisonOp::kNotEqual: return ComparisonOp::kEqual;
    case ComparisonOp::kLess: return ComparisonOp::kGreaterOrEqual;
    case ComparisonOp::kLessOrEqual: return ComparisonOp::kGreater;
    case ComparisonOp::kGreater: return ComparisonOp::kLessOrEqual;
    case ComparisonOp::kGreaterOrEqual: return ComparisonOp::kLess;
    case ComparisonOp::kEqualNullSafe: return op;
  }
  return op;
}

ExprPtr simplifyNot(const ExprPtr& node) {
  const ExprPtr& child = node->as<expr::Not>()->child;
  if (isTrueLiteral(child)) return expr::literalBoolean(false);
  if (isFalseLiteral(child)) return expr::literalBoolean(true);
  switch (child->kind()) {
    case ExprKind::kNot: return child->as<expr::Not>()->child;
    case ExprKind::kIsNull: return makeIsNotNull(child->as<expr::IsNull>()->child);
    case ExprKind::kIsNotNull: return makeIsNull(child->as<expr::IsNotNull>()->child);
    case ExprKind::kComparison: {
      const auto& comparison = *child->as<Comparison>();
      if (comparison.op == ComparisonOp::kEqualNullSafe) return node;
      return expr::comparison(opposite(comparison.op), comparison.left, comparison.right);
    }
    case ExprKind::kAnd: {
      const auto& both = *child->as<expr::And>();
      return expr::makeOr(simplifyNot(expr::makeNot(both.left)), simplifyNot(expr::makeNot(both.right)));
    }
    case ExprKind::kOr: {
      const auto& either = *child->as<expr::Or>();
      return expr::makeAnd(simplifyNot(expr::makeNot(either.left)), simplifyNot(expr::makeNot(either.right)));
    }
    default: return node;
  }
}

bool isConjunctOf(const ExprPtr& conjunct, const std::vector<ExprPtr>& conjuncts) {
  return std::any_of(conjuncts.begin(), conjuncts.end(), [&](const ExprPtr& each) { return semanticEquals(conjunct, each); });
}

// (a AND b) OR (a AND c) is a AND (b OR c).
ExprPtr factorOr(const ExprPtr& node) {
  const std::vector<ExprPtr> disjuncts = expr::splitDisjuncts(node);
  if (disjuncts.size() < 2 || !node->deterministic()) return node;
  std::vector<std::vector<ExprPtr>> parts;
  for (const ExprPtr& disjunct : disjuncts) parts.push_back(expr::splitConjuncts(disjunct));
  std::vector<ExprPtr> common;
  for (const ExprPtr& candidate : parts[0]) {
    const bool everywhere = std::all_of(parts.begin() + 1, parts.end(), [&](const auto& part) { return isConjunctOf(candidate, part); });
    if (everywhere && !isConjunctOf(candidate, common)) common.push_back(candidate);
  }
  if (common.empty()) return node;
  ExprPtr rest;
  for (const auto& part : parts) {
    std::vector<ExprPtr> own;
    for (const ExprPtr& conjunct : part) {
      if (!isConjunctOf(conjunct, common)) own.push_back(conjunct);
    }
    if (own.empty()) return expr::conjunction(common);  // one disjunct says no more than what they share
    ExprPtr all = expr::conjunction(own);
    rest = rest == nullptr ? all : expr::makeOr(rest, all);
  }
  common.push_back(rest);
  return expr::conjunction(common);
}

ExprPtr simplifyComparison(const ExprPtr& node) {
  const auto& comparison = *node->as<Comparison>();
  const ExprPtr* condition = nullptr;
  const Value* literal = expr::literalValue(comparison.right);
  if (comparison.left->dataType().is(TypeKind::kBoolean) && literal != nullptr) {
    condition = &comparison.left;
  } else {
    literal = expr::literalValue(comparison.left);
    if (comparison.right->dataType().is(TypeKind::kBoolean) && literal != nullptr) condition = &comparison.right;
  }
  if (condition == nullptr || literal->isNull()) return node;
  if (comparison.op == ComparisonOp::kEqual) return literal->asBoolean() ? *condition : expr::makeNot(*condition);
  if (comparison.op == ComparisonOp::kNotEqual) return literal->asBoolean() ? expr::makeNot(*condition) : *condition;
  return node;
}

}  // namespace

ExprPtr booleanSimplification(const ExprPtr& node, OptimizerContext&) {
  switch (node->kind()) {
    case ExprKind::kAnd: {
      const auto& both = *node->as<expr::And>();
      if (isTrueLiteral(both.left)) return both.right;
      if (isTrueLiteral(both.right)) return both.left;
      if (isFalseLiteral(both.left)) return both.left;
      if (isFalseLiteral(both.right)) return both.right;
      if (both.left->deterministic() && semanticEquals(both.left, both.right)) return both.left;
      return node;
    }
    case ExprKind::kOr: {
      const auto& either = *node->as<expr::Or>();
      if (isFalseLiteral(either.left)) return either.right;
      if (isFalseLiteral(either.right)) return either.left;
      if (isTrueLiteral(either.left)) return either.left;
      if (isTrueLiteral(either.right)) return either.right;
      if (either.left->deterministic() && semanticEquals(either.left, either.right)) return either.left;
      return factorOr(node);
    }
    case ExprKind::kNot: return simplifyNot(node);
    case ExprKind::kComparison: return simplifyComparison(node);
    default: return node;
  }
}

}  // namespace flint::optimizer
