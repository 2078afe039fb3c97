#pragma once

#include "plan/logical/relational.h"
#include "plan/physical/physical_nodes.h"

namespace flint::planner {

/// The HashAggregateExec (kComplete) of an Aggregate over a planned child: each aggregate call of the output once, results over their values.
Result<plan::PhysicalPlanPtr> planAggregate(const plan::Aggregate& aggregate, plan::PhysicalPlanPtr child);

}  // namespace flint::planner
