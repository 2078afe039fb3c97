#pragma once

#include "exec/pipeline_builder.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// Whether the last digits of an aggregation show how its rows are divided: sums and moments of floating-point numbers over a few rows that the plan holds, whose
/// division is known.
bool showsPartitions(const plan::HashAggregateExec& node);

/// The same aggregation with a state for each partition, and these added up in order, as Spark does.
Status lowerByPartition(const plan::HashAggregateExec& node, PipelineBuilder& builder);

}  // namespace flint::exec
