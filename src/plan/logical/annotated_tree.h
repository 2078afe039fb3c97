#pragma once

#include <functional>

#include "plan/logical/logical_plan.h"

namespace flint::plan {

/// `treeString` with a remark behind each node, subqueries' plans included.
std::string annotatedTreeString(const LogicalPlanPtr& plan, const std::function<std::string(const LogicalPlanPtr&)>& remark);

}  // namespace flint::plan
