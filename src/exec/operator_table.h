#pragma once

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// How nodes of `kind` become operators; null for kinds that do not run by themselves.
LowerNode findLowering(plan::PhysicalKind kind);

}  // namespace flint::exec
