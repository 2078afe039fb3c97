#include "functions/builtins.h"

#include "functions/aggregate/aggregate_functions.h"

namespace flint::functions {

#define FLINT_FAMILY(registerFamily) void registerFamily(expr::FunctionRegistry& registry);
#include "functions/groups.inc"
#undef FLINT_FAMILY

void registerBuiltins(expr::FunctionRegistry& registry) {
#define FLINT_FAMILY(registerFamily) registerFamily(registry);
#include "functions/groups.inc"
#undef FLINT_FAMILY
  registerAggregates(registry);
}

}  // namespace flint::functions
