#pragma once

#include "base/status.h"
#include "plan/logical/logical_plan.h"

namespace flint::analysis {

/// Errors: UNSUPPORTED_TIME_TYPE for a resolved plan that has a value of type TIME anywhere: the type is used only where
/// spark.sql.timeType.enabled is set.
Status requireNoTimeType(const plan::LogicalPlanPtr& plan);

}  // namespace flint::analysis
