#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "exec/observer.h"
#include "exec/task_context.h"

namespace flint::exec {

/// What Python functions added to accumulators (the profilers' results among them), as observed metrics by the name that PySpark's client looks for:
/// one binary value for each sum that a worker gave.
///
/// Threads: thread-safe.
class PythonAccumulators final : public Observer {
 public:
  /// Adds what a worker gave to those of the task's query.
  static Status add(TaskContext& task, std::vector<std::string> sums);
  Result<ObservedMetrics> finish() override;

 private:
  std::mutex mutex_;  // a leaf
  std::vector<std::string> sums_;
};

}  // namespace flint::exec
