#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "optimizer/attribute_set.h"
#include "optimizer/statistics/plan_estimate.h"

namespace flint::optimizer {

/// Estimates what plans give, from the tables' statistics. Remembers its answers by node.
///
/// Threads: confined to one thread.
class Estimator {
 public:
  using EstimatePtr = std::shared_ptr<const PlanEstimate>;

  EstimatePtr estimate(const LogicalPlanPtr& plan);
  /// What references to a shared CTE are estimated by.
  void setCte(int64_t id, LogicalPlanPtr definition) { ctes_[id] = std::move(definition); }

 private:
  PlanEstimate compute(const LogicalPlanPtr& plan);
  PlanEstimate ofRelation(const LogicalPlanPtr& plan);
  PlanEstimate ofJoin(const LogicalPlanPtr& plan);
  PlanEstimate ofAggregate(const LogicalPlanPtr& plan);

  struct Known {
    LogicalPlanPtr plan;  // kept alive, so that its address stays its own
    EstimatePtr estimate;
  };
  std::unordered_map<const plan::LogicalPlan*, Known> known_;
  std::unordered_map<int64_t, LogicalPlanPtr> ctes_;
};

}  // namespace flint::optimizer
