#pragma once

#include <string>
#include <vector>

#include "exec/task_context.h"
#include "plan/physical/physical_plan.h"

namespace flint::exec {

/// A part of a plan between two exchanges, as it travels: what its tasks run, and how they write their rows.
struct Stage {
  int32_t id = 0;
  plan::PhysicalPlanPtr plan;             // earlier stages' rows are ShuffleReadExecs
  int64_t shuffleId = 0;                  // where its rows go
  plan::Partitioning partitioning;        // by what; kUnknown: each task's rows stay a partition of their own
  std::vector<int32_t> dependencies;      // ids of stages that must have finished
};

/// The stages of a plan, each behind those it depends on; the last one gives the result, in its tasks' partitions.
struct StageGraph {
  std::vector<Stage> stages;
  /// Reads the result.
  plan::PhysicalPlanPtr resultRead;
};

/// Cuts a plan at every Exchange, shared subplan and Coalesce.
Result<StageGraph> cutStages(const plan::PhysicalPlanPtr& root);

/// The tasks of a stage, one a partition, once the stages it depends on are done.
Result<int32_t> countTasks(const plan::PhysicalPlanPtr& stage, TaskContext& task);

}  // namespace flint::exec
