#pragma once

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// Lowers HashAggregateExec in every mode.
Status lowerHashAggregate(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);

}  // namespace flint::exec
