#pragma once

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// Lowers ShuffledHashJoinExec and BroadcastHashJoinExec.
Status lowerHashJoin(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);
/// Lowers BroadcastNestedLoopJoinExec: a hash join without keys, whose table gives every row.
Status lowerNestedLoopJoin(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);

}  // namespace flint::exec
