#pragma once

#include <string>

#include "plan/logical/logical_plan.h"

namespace flint::analysis {

/// The plan with `collation` on the texts that name none: literals, and casts to STRING. An empty name changes nothing.
plan::LogicalPlanPtr underDefaultCollation(const plan::LogicalPlanPtr& unresolved, const std::string& collation);

}  // namespace flint::analysis
