#include "exec/aggregate/lower_hash_aggregate.h"

#include "exec/aggregate/hash_aggregate_sink.h"
#include "exec/aggregate/ungrouped_aggregate_sink.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

Status lowerHashAggregate(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto& aggregate = *node->as<plan::HashAggregateExec>();
  RETURN_IF_ERROR(builder.lower(aggregate.child));
  ASSIGN_OR_RETURN(auto calls, AggregateCalls::make(aggregate, builder.task().evaluation()));
  if (aggregate.grouping.empty()) {
    builder.breakWith(std::make_shared<UngroupedAggregateSink>(std::move(calls), builder.sharedTask()));
  } else {
    builder.breakWith(std::make_shared<HashAggregateSink>(std::move(calls), builder.sharedTask()));
  }
  return Status::ok();
}

}  // namespace flint::exec
