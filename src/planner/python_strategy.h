#pragma once

#include <string>
#include <utility>
#include <vector>

#include "optimizer/optimizer_context.h"
#include "plan/logical/logical_plan.h"
#include "plan/physical/python_nodes.h"

namespace flint::planner {

/// The node that runs the Python functions of a PythonMap, PythonGroupMap or PythonCoGroupMap, still without its inputs.
Result<plan::PythonMapExec> planPythonFunctions(const plan::LogicalPlan& node, const optimizer::OptimizerContext& context);

}  // namespace flint::planner
