#pragma once

#include <vector>

#include "optimizer/expression_rewrite.h"
#include "optimizer/statistics/plan_estimate.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {

/// Of a column without statistics no more is known than the rows of its table. Meeting another column, it is believed to refer to that one's values, if those
/// are fewer: else the join of a dimension would seem to keep next to nothing of the rows that refer to it. The values that `column` may have for that:
double referredValues(const ColumnEstimate& column, const PlanEstimate& relation);
void boundGuess(ColumnEstimate& column, double values);

/// The fraction of pairs of rows that agree in all keys. Keys of one pair of inputs belong together: what they have in common is bounded by the
/// rows that the smaller side had before filters, as with a composite foreign key.
double equiSelectivity(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys);
/// The fraction of left rows that have a partner on the right.
double matchFraction(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys);

PlanEstimate joinEstimate(const PlanEstimate& left, const PlanEstimate& right, const std::vector<EquiKey>& keys, const std::vector<ExprPtr>& others,
                          plan::JoinType type, ExprId exists);

}  // namespace flint::optimizer
