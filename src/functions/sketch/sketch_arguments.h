#pragma once

#include "expr/function_registry.h"
#include "functions/sketch/theta_sketch.h"

/// The settings that functions of theta and tuple sketches take.
namespace flint::functions {

/// The nominal entries' logarithm at `index`, 12 where the call has none. Errors: THETA_LG_NOM_ENTRIES_MUST_BE_CONSTANT, SKETCH_INVALID_LG_NOM_ENTRIES.
Result<int> nominalEntries(const expr::BindContext& context, size_t index);
/// "sum", "min", "max" or "alwaysone" at `index`, sum where the call has none. Errors: TUPLE_INVALID_SKETCH_MODE.
Result<SummaryMode> summaryMode(const expr::BindContext& context, size_t index);
/// THETA_INVALID_INPUT_SKETCH_BUFFER or TUPLE_INVALID_INPUT_SKETCH_BUFFER.
Error invalidSketch(SketchSummary summary, const std::string& functionName);

}  // namespace flint::functions
