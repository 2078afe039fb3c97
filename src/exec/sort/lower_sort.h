#pragma once

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// Lowers SortExec.
Status lowerSort(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);
/// Lowers TakeOrderedAndProjectExec.
Status lowerTakeOrdered(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);

}  // namespace flint::exec
