#pragma once

#include "expr/function_registry.h"

namespace flint::functions {

/// Adds every aggregate function: the families of this folder, each from a file of its own.
void registerAggregates(expr::FunctionRegistry& registry);

void registerSumAndAverage(expr::FunctionRegistry& registry);
void registerCounts(expr::FunctionRegistry& registry);
void registerExtremes(expr::FunctionRegistry& registry);
void registerLogic(expr::FunctionRegistry& registry);
void registerMoments(expr::FunctionRegistry& registry);
void registerCollections(expr::FunctionRegistry& registry);
void registerPercentiles(expr::FunctionRegistry& registry);
void registerApproxCountDistinct(expr::FunctionRegistry& registry);
void registerVariantSchemas(expr::FunctionRegistry& registry);
void registerHllSketches(expr::FunctionRegistry& registry);
void registerThetaSketches(expr::FunctionRegistry& registry);
void registerTopItemsAggregates(expr::FunctionRegistry& registry);
void registerKllSketches(expr::FunctionRegistry& registry);
void registerHistograms(expr::FunctionRegistry& registry);
void registerBitmapAggregates(expr::FunctionRegistry& registry);
void registerCountMinSketch(expr::FunctionRegistry& registry);
void registerVectorAggregates(expr::FunctionRegistry& registry);
void registerClientAggregates(expr::FunctionRegistry& registry);

}  // namespace flint::functions
