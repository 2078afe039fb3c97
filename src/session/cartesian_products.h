#pragma once

#include "base/status.h"
#include "plan/logical/logical_plan.h"

namespace flint::session {

/// Refuses joins of every row with every row that no CROSS JOIN asks for: what spark.sql.crossJoin.enabled=false means.
Status checkCartesianProducts(const plan::LogicalPlanPtr& optimized);

}  // namespace flint::session
