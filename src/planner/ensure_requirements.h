#pragma once

#include "plan/physical/physical_plan.h"
#include "planner/planner.h"

namespace flint::planner {

/// The plan with every operator's required distribution met: Exchanges where children are spread otherwise, aggregates split into partial and final
/// around them, top-N taken in each partition first.
plan::PhysicalPlanPtr ensureRequirements(const plan::PhysicalPlanPtr& plan, const PlannerOptions& options);

}  // namespace flint::planner
