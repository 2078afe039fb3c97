#pragma once

#include <functional>
#include <memory>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "exec/worker_pool.h"
#include "plan/physical/physical_plan.h"

namespace flint::exec {

/// Runs a PhysicalPlan: lowers it to pipelines and works through them on the pool, each as soon as those it depends on are done.
///
/// Threads: thread-safe. `Done` is called once, on a worker (or on the caller's thread when nothing could be started), after every thread has left the
/// query and the operators are freed.
/// Errors: the first one of any operator, or the reason of `QueryContext::cancel`.
class PlanRunner {
 public:
  using Done = std::function<void(const Status& status)>;

  /// `sink` takes the rows of `root`.
  static void start(WorkerPool& pool, const plan::PhysicalPlanPtr& root, std::shared_ptr<TaskContext> task, std::shared_ptr<Sink> sink, Done done,
                    double weight = 1.0);
  /// As `start`, and waits. Never from a worker thread.
  static Status run(WorkerPool& pool, const plan::PhysicalPlanPtr& root, std::shared_ptr<TaskContext> task, std::shared_ptr<Sink> sink);
};

}  // namespace flint::exec
