#include "optimizer/statistics/join_estimate.h"

#include <algorithm>

namespace flint::optimizer {
namespace {

constexpr double kAntiFloor = 0.05;  // of an anti join some rows are expected to stay

void unite(PlanEstimate& out, const PlanEstimate& other) {
  for (const auto& [id, column] : other.columns) out.columns.emplace(id, column);
}

double commonDomain(const ColumnEstimate& a, const ColumnEstimate& b) {
  if (a.isGuessed && b.isGuessed) return std::min(a.domainSize(), b.domainSize());
  if (a.isGuessed) return b.domainSize();
  if (b.isGuessed) return a.domainSize();
  return std::max(a.domainSize(), b.domainSize());
}

// After an equality both sides have the values of the side with fewer.
void agree(PlanEstimate& out, const std::vector<EquiKey>& keys) {
  for (const EquiKey& key : keys) {
    const auto* left = asAttribute(key.left);
    const auto* right = asAttribute(key.right);
    if (left == nullptr || right == nullptr) continue;
    const auto a = out.columns.find(left->id);
    const auto b = out.columns.find(right->id);
    if (a == out.columns.end() || b == out.columns.end()) continue;
    const double distinct = std::min(a->second.distinct, b->second.distinct);
    a->second.domain = b->second.domain = commonDomain(a->second, b->second);
    a->second.isGuessed = b->second.isGuessed = false;
    a->second.distinct = distinct;
    b->second.distinct = distinct;
    a->second.nullFraction = 0;
    b->second.nullFraction = 0;
  }
}

double othersSelectivity(const std::vector<ExprPtr>& others, const PlanEstimate& both) {
  double product = 1;
  for (const ExprPtr& other : others) product *= selectivity(other, both);
  return product;
}

// The column that the expression is, else one with its distinct values.
ColumnEstimate columnOf(const ExprPtr& expression, const PlanEstimate& input) {
  if (const auto* attribute = asAttribute(expression)) return input.column(attribute->id);
  ColumnEstimate out;
  out.distinct = input.distinctOf(expression);
  return out;
}

struct KeyColumns {
  ColumnEstimate left;
  ColumnEstimate right;
};

KeyColumns keyColumns(const PlanEstimate& left, const PlanEstimate& right, const EquiKey& key) {
  KeyColumns out{columnOf(key.left, left), columnOf(key.right, right)};
  const double leftValues = referredValues(out.left, left);
  const double rightValues = referredValues(out.right, right);
  boundGuess(out.left, rightValues);
  boundGuess(out.right, leftValues);
  return out;
}

double keySelectivity(const PlanEstimate& left, const PlanEstimate& right, const EquiKey& key) {
  const auto [a, b] = keyColumns(left, right, key);
  const KeyShare ofLeft = shareBetween(a, b.min, b.max);
  const KeyShare ofRight = shareBetween(b, a.min, a.max);
  return ofLeft.rows * ofRight.rows / std::max({ofLeft.domain, ofRight.domain, 1.0});
}

}  // namespace

double referredValues(const ColumnEstimate& column, const PlanEstimate& relation) {
  return column.isGuessed ? column.domainSize() : std::max({relation.baseRows, relation.rows, 1.0});
}

void boundGuess(ColumnEstimate& column, double values) {
  if (!column.isGuessed) return;
  column.domain = std::min(column.domainSize(), std::max(values, 1.0));
  column.distinct = std::min(column.distinct, column.domain);
}

double equiSelectivity(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys) {
  if (keys.empty()) return 1;
  if (keys.size() == 1) return keySelectivity(left, right, keys[0]);
  double a = 1;
  double b = 1;
  for (const EquiKey& key : keys) {
    a *= left.domainOf(key.left);
    b *= right.domainOf(key.right);
  }
  // Rows before filters: a filter takes away pairs of keys together with their rows.
  const double leftRows = std::max({left.baseRows, left.rows, 1.0});
  const double rightRows = std::max({right.baseRows, right.rows, 1.0});
  const bool aCapped = a >= leftRows;
  const bool bCapped = b >= rightRows;
  a = std::min(a, leftRows);
  b = std::min(b, rightRows);
  if (aCapped && bCapped) return 1 / std::max(std::min(a, b), 1.0);
  return 1 / std::max({a, b, 1.0});
}

double matchFraction(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys) {
  double fraction = 1;
  for (const EquiKey& key : keys) {
    const auto [a, b] = keyColumns(left, right, key);
    const double domain = std::max(shareBetween(a, b.min, b.max).domain, shareBetween(b, a.min, a.max).domain);
    fraction = std::min(fraction, std::min(1.0, std::max(b.distinct, 1.0) / domain));
  }
  return fraction;
}

PlanEstimate joinEstimate(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys, const std::vector<ExprPtr>& others,
                          plan::JoinType type, ExprId exists) {
  using plan::JoinType;
  PlanEstimate out = left;
  switch (type) {
    case JoinType::kLeftSemi:
    case JoinType::kLeftAnti:
    case JoinType::kNullAwareAnti: {
      PlanEstimate both = left;
      unite(both, right);
      double fraction = matchFraction(left, right, keys);
      if (!others.empty()) fraction *= std::max(0.5, othersSelectivity(others, both));
      if (type != JoinType::kLeftSemi) fraction = std::max(1 - fraction, kAntiFloor);
      out.scaleRows(std::max(1.0, left.rows * fraction));
      return out;
    }
    case JoinType::kExistence: {
      ColumnEstimate column;
      column.distinct = 2;
      column.width = 1;
      out.columns.emplace(exists, column);
      return out;
    }
    default: break;
  }
  unite(out, right);
  const double fraction = equiSelectivity(left, right, keys) * othersSelectivity(others, out);
  double rows = std::max(1.0, left.rows * right.rows * fraction);
  out.baseRows = std::max(left.baseRows, right.baseRows);
  if (type == JoinType::kInner || type == JoinType::kCross) {
    agree(out, keys);
  } else if (type == JoinType::kLeftOuter) {
    rows = std::max(rows, left.rows);
  } else if (type == JoinType::kRightOuter) {
    rows = std::max(rows, right.rows);
  } else {
    rows = std::max(rows, left.rows + right.rows - std::min(left.rows, right.rows));
  }
  // Distinct counts never exceed the rows, but a join that multiplies rows makes no new values.
  for (auto& [id, column] : out.columns) column.reduceTo(rows);
  out.rows = rows;
  return out;
}

}  // namespace flint::optimizer
