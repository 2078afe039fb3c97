#pragma once

#include <string>

#include "optimizer/statistics/plan_estimate.h"

namespace flint::optimizer {

/// An estimate as EXPLAIN COST shows it: "Statistics(sizeInBytes=1.2 KiB, rowCount=1.50E+3)".
std::string estimateText(const PlanEstimate& estimate);

}  // namespace flint::optimizer
