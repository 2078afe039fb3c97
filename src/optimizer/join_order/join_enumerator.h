#pragma once

#include <vector>

#include "optimizer/join_order/join_graph.h"

namespace flint::optimizer {

/// Finds the cheapest tree of joins: every bushy tree without cross products is considered for up to `kMaxExact` relations, beyond
/// that, and where there is no way without cross products, the pair with the cheapest result is joined again and again.
/// Cost: rows put into hash tables, looked up, and given.
class JoinEnumerator {
 public:
  static constexpr int kMaxExact = 12;
  explicit JoinEnumerator(const JoinGraph& graph) : graph_(graph) {}

  LogicalPlanPtr best();

 private:
  struct Entry {
    double cost = -1;  // negative: no plan
    double rows = 0;
    RelationMask left = 0;
  };
  bool enumerate();
  LogicalPlanPtr build(RelationMask set) const;
  LogicalPlanPtr greedy() const;
  // Whether the two sets may be joined, the second on the right.
  bool mayJoin(RelationMask left, RelationMask right) const;
  double joinCost(double leftRows, double rightRows, double outRows, RelationMask left, RelationMask right) const;

  const JoinGraph& graph_;
  std::vector<Entry> entries_;
};

}  // namespace flint::optimizer
