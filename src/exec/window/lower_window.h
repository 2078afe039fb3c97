#pragma once

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// Lowers WindowExec.
Status lowerWindow(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);

}  // namespace flint::exec
