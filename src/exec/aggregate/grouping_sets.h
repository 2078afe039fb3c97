#pragma once

#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// An aggregation over the Expand of GROUPING SETS, ROLLUP or CUBE as a chain: rows are grouped by all keys once, and each smaller set of keys is grouped from
/// the states of the smallest set that holds it, rather than every row once for every set. Null where `aggregate` is nothing of the kind, or where no set has
/// all keys, so that grouping by all of them might be work for nothing.
///
/// Shape: a union of one kFinish aggregation for each set; levels that several read are shared subplans. Columns as `aggregate`.
plan::PhysicalPlanPtr chainGroupingSets(const plan::HashAggregateExec& aggregate);

}  // namespace flint::exec
