#pragma once

#include <vector>

#include "optimizer/expression_rewrite.h"
#include "optimizer/statistics/plan_estimate.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {

/// The fraction of pairs of rows that agree in all keys. Keys of one pair of inputs belong together: what they have in common is bounded by the
/// rows that the smaller side had before filters, as with a composite foreign key.
double equiSelectivity(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys);
/// The fraction of left rows that have a partner on the right.
double matchFraction(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys);

PlanEstimate joinEstimate(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys, const std::vector<ExprPtr>& others,
                          plan::JoinType type, ExprId exists);

}  // namespace flint::optimizer
