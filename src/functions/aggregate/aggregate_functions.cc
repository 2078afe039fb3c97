#include "functions/aggregate/aggregate_functions.h"

namespace flint::functions {

void registerAggregates(expr::FunctionRegistry& registry) {
  registerSumAndAverage(registry);
  registerCounts(registry);
  registerExtremes(registry);
  registerLogic(registry);
  registerMoments(registry);
  registerCollections(registry);
  registerPercentiles(registry);
  registerApproxCountDistinct(registry);
}

}  // namespace flint::functions
