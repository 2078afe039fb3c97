#pragma once

#include <vector>

#include "plan/logical/logical_plan.h"

namespace flint::session {

/// Whether an expression is the word DEFAULT alone.
bool namesDefault(const plan::ExprPtr& expression);
/// Whether DEFAULT stands anywhere in it.
bool holdsDefault(const plan::ExprPtr& expression);
/// DEFAULT as a whole item of the query's SELECT or VALUES list replaced by the default of the column it goes to.
plan::LogicalPlanPtr withDefaults(const plan::LogicalPlanPtr& query, const std::vector<plan::ExprPtr>& defaults);

}  // namespace flint::session
