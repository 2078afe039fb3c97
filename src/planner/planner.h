#pragma once

#include <vector>

#include "expr/expression.h"
#include "optimizer/optimizer_context.h"
#include "plan/physical/physical_plan.h"

namespace flint::planner {

/// What decides numbers of partitions and join kinds.
struct PlannerOptions {
  int32_t defaultParallelism = 1;
  int32_t shufflePartitions = 200;
  int64_t autoBroadcastJoinThreshold = 10 << 20;  // bytes; negative: never
  /// With Exchanges and partial aggregates, as the cluster runs it and EXPLAIN shows it; without, as the local cut runs it.
  bool withExchanges = false;
};

/// A subquery that is run before the query around it; its one value takes the place of the ScalarSubquery expressions of `id`.
struct PlannedSubquery {
  expr::ExprId id = 0;
  plan::PhysicalPlanPtr plan;
  DataType type;
};

/// A query ready to run. Subqueries are in the order they have to run: a later one may use the values of earlier ones.
struct PlannedQuery {
  plan::PhysicalPlanPtr root;
  std::vector<PlannedSubquery> subqueries;
};

class Planner {
 public:
  /// Plans an optimized plan. Errors: UNSUPPORTED_FEATURE for nodes that have no operator; INTERNAL_ERROR for those the optimizer should have removed.
  static Result<PlannedQuery> plan(const plan::LogicalPlanPtr& plan, const PlannerOptions& options, optimizer::OptimizerContext& context);
};

/// The plan with the ScalarSubqueries of `id` replaced by a literal.
plan::PhysicalPlanPtr substituteSubquery(const plan::PhysicalPlanPtr& plan, expr::ExprId id, const Value& value, const DataType& type);

}  // namespace flint::planner
