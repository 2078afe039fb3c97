#pragma once

#include "expr/function_registry.h"

namespace flint::functions {

/// Adds every built-in function: scalar ones by the `list.inc` of each group, aggregates, window functions and generators.
void registerBuiltins(expr::FunctionRegistry& registry);

}  // namespace flint::functions
