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
  registerVariantSchemas(registry);
  registerHllSketches(registry);
  registerThetaSketches(registry);
  registerTopItemsAggregates(registry);
  registerKllSketches(registry);
  registerHistograms(registry);
  registerBitmapAggregates(registry);
  registerCountMinSketch(registry);
  registerVectorAggregates(registry);
  registerClientAggregates(registry);
}

}  // namespace flint::functions
