#pragma once

#include "optimizer/optimizer_context.h"

namespace flint::optimizer {

/// Turns a resolved plan into one that gives the same rows sooner: same columns, same ids.
///
/// Invariant: the result holds no SubqueryAlias, ResolvedHint, Distinct, Deduplicate, Intersect, Except, LateralJoin, Exists or InSubquery, and
/// its ScalarSubqueries are uncorrelated, with optimized plans. A WithCte is left only at the root, for definitions that are shared.
/// Errors: UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.* for correlated forms that cannot be run; INTERNAL_ERROR in debug builds when a rule breaks
/// the plan.
/// Threads: `optimize` may be called at once with different contexts.
class Optimizer {
 public:
  static Result<plan::LogicalPlanPtr> optimize(const plan::LogicalPlanPtr& plan, OptimizerContext& context);
  /// The part of `optimize` that follows once subqueries and CTEs of the whole query are settled; for plans inside ScalarSubqueries.
  static Result<plan::LogicalPlanPtr> optimizeSettled(const plan::LogicalPlanPtr& plan, OptimizerContext& context);
};

}  // namespace flint::optimizer
