#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"

namespace flint::events {
class LiveListenerBus;
}

namespace flint::scheduler {

/// A stage as the scheduler sees it.
struct StageTasks {
  using TaskDone = std::function<void(const Status& status)>;
  std::string name;
  std::vector<int32_t> dependencies;            // indexes of earlier stages
  std::function<Result<int32_t>()> countTasks;  // asked once, when the dependencies are done
  std::function<void(int32_t task, TaskDone done)> runTask;  // does not wait; `done` is called once, from any thread
};

/// Runs the stages of one job.
///
/// Threads: `start` returns at once, or runs what does not wait; `done` is called once, from the thread on which the last task ended.
/// Errors: the first task's that failed; no other task is started after it.
class DAGScheduler {
 public:
  using Done = std::function<void(const Status& status)>;
  /// At most `slots` tasks run at once. `bus` may be null.
  static void start(std::vector<StageTasks> stages, int32_t slots, events::LiveListenerBus* bus, Done done);
};

}  // namespace flint::scheduler
