#include "optimizer/join_order/join_enumerator.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace flint::optimizer {
namespace {

constexpr double kBuildRow = 2.0;     // putting a row into a hash table, against one looked up in a small one
constexpr double kOutputRow = 0.5;
constexpr double kCrossPenalty = 100;  // rows compared one by one

// Looking up in a table that is beyond the caches takes longer.
double probeRow(double buildRows) {
  if (buildRows < 5e4) return 0.6;
  return buildRows < 1e6 ? 1.0 : 1.5;
}

bool isSingle(RelationMask set) { return (set & (set - 1)) == 0; }

}  // namespace

LogicalPlanPtr JoinEnumerator::best() {
  if (graph_.size() <= kMaxExact && enumerate()) return build(graph_.all());
  return greedy();
}

bool JoinEnumerator::mayJoin(RelationMask left, RelationMask right) const {
  const RelationMask dependents = graph_.dependents();
  if (isSingle(right) && (right & dependents) != 0) {
    const JoinRelation& relation = graph_.relations()[static_cast<size_t>(std::countr_zero(right))];
    return (relation.required & ~left) == 0 && !(isSingle(left) && (left & dependents) != 0);
  }
  if (isSingle(left) && (left & dependents) != 0) return false;
  return graph_.connects(left, right);
}

double JoinEnumerator::joinCost(double leftRows, double rightRows, double outRows, RelationMask left, RelationMask right) const {
  const bool isDependent = isSingle(right) && (right & graph_.dependents()) != 0;
  if (!isDependent && !graph_.hasEquality(left, right)) return leftRows * rightRows * (leftRows > 1 && rightRows > 1 ? kCrossPenalty : 1) + outRows * kOutputRow;
  const double build = std::min(leftRows, rightRows);
  const double probe = std::max(leftRows, rightRows);
  return build * kBuildRow + probe * probeRow(build) + outRows * kOutputRow;
}

bool JoinEnumerator::enumerate() {
  const int n = graph_.size();
  const RelationMask all = graph_.all();
  entries_.assign(static_cast<size_t>(all) + 1, Entry());
  for (int i = 0; i < n; ++i) {
    const RelationMask one = RelationMask(1) << i;
    Entry& entry = entries_[static_cast<size_t>(one)];
    entry.cost = 0;
    entry.rows = std::max(1.0, graph_.relations()[static_cast<size_t>(i)].estimate->rows);
  }
  for (RelationMask set = 1; set <= all; ++set) {
    if (isSingle(set) || !graph_.isComplete(set)) continue;
    Entry best;
    double rows = -1;
    // Every split into two; the part with the lowest relation is taken both as left and right side.
    for (RelationMask left = (set - 1) & set; left != 0; left = (left - 1) & set) {
      const RelationMask right = set & ~left;
      const Entry& a = entries_[static_cast<size_t>(left)];
      const Entry& b = entries_[static_cast<size_t>(right)];
      if (a.cost < 0 || b.cost < 0) continue;
      const bool dependentRight = isSingle(right) && (right & graph_.dependents()) != 0;
      if (!dependentRight && left < right) continue;  // inner joins: once for both orders
      if (best.cost >= 0 && a.cost + b.cost >= best.cost) continue;
      if (!mayJoin(left, right)) continue;
      if (rows < 0) rows = graph_.rowsOf(set);
      const double cost = a.cost + b.cost + joinCost(a.rows, b.rows, rows, left, right);
      if (best.cost < 0 || cost < best.cost) best = {cost, rows, left};
    }
    entries_[static_cast<size_t>(set)] = best;
  }
  return entries_[static_cast<size_t>(all)].cost >= 0;
}

LogicalPlanPtr JoinEnumerator::build(RelationMask set) const {
  if (isSingle(set)) return graph_.relations()[static_cast<size_t>(std::countr_zero(set))].plan;
  RelationMask left = entries_[static_cast<size_t>(set)].left;
  RelationMask right = set & ~left;
  const bool dependentRight = isSingle(right) && (right & graph_.dependents()) != 0;
  // The larger side streams through the table of the smaller one.
  if (!dependentRight && entries_[static_cast<size_t>(left)].rows < entries_[static_cast<size_t>(right)].rows) std::swap(left, right);
  return graph_.join(build(left), left, build(right), right);
}

LogicalPlanPtr JoinEnumerator::greedy() const {
  struct Part {
    RelationMask set;
    double rows;
    LogicalPlanPtr plan;
  };
  std::vector<Part> parts;
  for (int i = 0; i < graph_.size(); ++i) {
    const JoinRelation& relation = graph_.relations()[static_cast<size_t>(i)];
    parts.push_back({RelationMask(1) << i, std::max(1.0, relation.estimate->rows), relation.plan});
  }
  while (parts.size() > 1) {
    size_t bestLeft = parts.size();
    size_t bestRight = 0;
    double bestCost = std::numeric_limits<double>::infinity();
    double bestRows = 0;
    const auto consider = [&](size_t i, size_t j, bool cross) {
      const RelationMask both = parts[i].set | parts[j].set;
      const double rows = graph_.rowsOf(both);
      const double cost = cross ? parts[i].rows * parts[j].rows : rows + 0.1 * joinCost(parts[i].rows, parts[j].rows, rows, parts[i].set, parts[j].set);
      if (cost >= bestCost) return;
      bestCost = cost;
      bestRows = rows;
      bestLeft = i;
      bestRight = j;
    };
    for (size_t i = 0; i < parts.size(); ++i) {
      for (size_t j = 0; j < parts.size(); ++j) {
        const bool dependentRight = isSingle(parts[j].set) && (parts[j].set & graph_.dependents()) != 0;
        if (i == j || (!dependentRight && parts[i].rows < parts[j].rows)) continue;
        if (mayJoin(parts[i].set, parts[j].set)) consider(i, j, false);
      }
    }
    for (size_t i = 0; bestLeft == parts.size() && i < parts.size(); ++i) {
      for (size_t j = 0; j < parts.size(); ++j) {
        if (i == j || ((parts[i].set | parts[j].set) & graph_.dependents()) != 0) {
          const bool alone = (isSingle(parts[i].set) && (parts[i].set & graph_.dependents()) != 0) ||
                             (isSingle(parts[j].set) && (parts[j].set & graph_.dependents()) != 0);
          if (i == j || alone) continue;
        }
        if (parts[i].rows >= parts[j].rows) consider(i, j, true);
      }
    }
    Part joined{parts[bestLeft].set | parts[bestRight].set, bestRows,
                graph_.join(parts[bestLeft].plan, parts[bestLeft].set, parts[bestRight].plan, parts[bestRight].set)};
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(std::max(bestLeft, bestRight)));
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(std::min(bestLeft, bestRight)));
    parts.push_back(std::move(joined));
  }
  return parts[0].plan;
}

}  // namespace flint::optimizer
