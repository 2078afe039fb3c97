#pragma once

#include <memory>

#include "exec/plan_runner.h"

namespace flint::events {
class LiveListenerBus;
}

namespace flint::executor {

/// Runs a PhysicalPlan the cluster's way inside this process: stages cut at exchanges, plans encoded and decoded between, one task a partition, rows
/// through shuffle files in the query's spill folder.
///
/// Shape: the plan has Exchanges and partial aggregates (`PlannerOptions::withExchanges`).
/// Threads: as PlanRunner.
/// Errors: as PlanRunner, and those of shuffle files.
class LocalCluster {
 public:
  /// `sink` takes the rows in the order of partitions. `bus` may be null.
  static void start(exec::WorkerPool& pool, const plan::PhysicalPlanPtr& root, std::shared_ptr<exec::QueryContext> query, std::shared_ptr<exec::Sink> sink,
                    events::LiveListenerBus* bus, exec::PlanRunner::Done done);
  /// As `start`, and waits. Never from a worker thread.
  static Status run(exec::WorkerPool& pool, const plan::PhysicalPlanPtr& root, std::shared_ptr<exec::QueryContext> query, std::shared_ptr<exec::Sink> sink,
                    events::LiveListenerBus* bus);
};

}  // namespace flint::executor
