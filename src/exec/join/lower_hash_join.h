#pragma once

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// Lowers ShuffledHashJoinExec and BroadcastHashJoinExec.
Status lowerHashJoin(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);

}  // namespace flint::exec
