#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "exec/order_tracker.h"
#include "exec/pipeline_builder.h"
#include "exec/worker_pool.h"

namespace flint::exec {

/// One running pipeline: its threads' slots, then the finalize tasks of its sink.
///
/// Threads: slots run on many workers; `start` is called once.
class PipelineRun : public std::enable_shared_from_this<PipelineRun> {
 public:
  using Done = std::function<void(const Status& status)>;

  /// `done` is called once, on a worker, when the sink is finalized, or when the last thread has left after an error.
  PipelineRun(WorkerPool& pool, WorkerPool::GroupPtr group, std::shared_ptr<TaskContext> task, Pipeline pipeline, Done done);
  /// Submits the work. An error means that nothing was started, and `done` is not called.
  Status start();
  /// Lets parked slots see that the query was cancelled.
  void resumeAll();
  const std::string& name() const { return pipeline_.name; }

 private:
  class Slot;
  class Finalize;

  void slotDone(Status status);
  // Runs after the last slot: finalizes the sink.
  void finalize();
  void finalizeTaskDone(Status status);
  void finish();
  void fail(Status status);

  WorkerPool& pool_;
  const WorkerPool::GroupPtr group_;
  const std::shared_ptr<TaskContext> task_;
  Pipeline pipeline_;
  const Done done_;
  std::shared_ptr<Source> source_;
  std::shared_ptr<OrderTracker> order_;
  std::atomic<int32_t> active_{0};   // slots, later finalize tasks, that are not done
  std::atomic<bool> enough_{false};  // the sink wants no more
  std::atomic<bool> failed_{false};
  std::mutex mutex_;                          // a leaf; guards what follows
  std::vector<std::shared_ptr<Slot>> slots_;  // those of the running pipeline
  Status status_;                             // the first error
};

}  // namespace flint::exec
