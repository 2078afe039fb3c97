#pragma once

#include <vector>

#include "optimizer/expression_rewrite.h"
#include "optimizer/statistics/plan_estimate.h"
#include "plan/logical/relational.h"
#include "plan/physical/physical_nodes.h"
#include "planner/planner.h"

namespace flint::planner {

/// How a join will be run.
struct JoinStrategy {
  std::vector<optimizer::EquiKey> keys;   // as written
  std::vector<expr::ExprPtr> leftKeys;    // what the hash table compares: null-safe keys take two
  std::vector<expr::ExprPtr> rightKeys;
  std::vector<int32_t> keyPositions;      // for each of `leftKeys`: its place in `keys`, or -1 where dynamic filters are of no use
  expr::ExprPtr residual;                 // what else the condition says; null pointer: nothing
  plan::BuildSide buildSide = plan::BuildSide::kRight;
  bool broadcast = false;                 // the build side is small enough to be given to every task
  bool dropsUnmatchedProbeRows = false;   // so the probe side may leave out rows whose keys the build side lacks

  bool hasKeys() const { return !leftKeys.empty(); }
};

JoinStrategy chooseJoinStrategy(const plan::Join& join, const optimizer::PlanEstimate& left, const optimizer::PlanEstimate& right,
                                const PlannerOptions& options);

}  // namespace flint::planner
