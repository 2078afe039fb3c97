#pragma once

#include "plan/logical/logical_plan.h"

namespace flint::optimizer {

/// Checks a plan that `rule` made from `before`: same output ids and types, every node's expressions read what its children give, ids of
/// an output unique. Errors: INTERNAL_ERROR naming the rule and the node.
Status checkPlanIntegrity(std::string_view rule, const plan::LogicalPlanPtr& before, const plan::LogicalPlanPtr& after);

}  // namespace flint::optimizer
