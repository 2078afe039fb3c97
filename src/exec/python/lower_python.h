#pragma once

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// Lowers a PythonMapExec.
Status lowerPythonMap(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);

}  // namespace flint::exec
