#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"

namespace flint::events {
class LiveListenerBus;
}

namespace flint::exec {

class OrderTracker;

/// How far the stages of a query have come, and the events that tell of it.
///
/// Shape: in the local cut a stage is a pipeline, one task for all of its partitions; its progress is counted in partitions. In the cluster cut
/// stages and tasks are the scheduler's, which posts their events itself.
/// Threads: thread-safe.
class RunProgress {
 public:
  struct Stage {
    int64_t id = 0;
    std::string name;
    int32_t numTasks = 0;
    int32_t numCompleted = 0;
    bool done = false;
  };
  /// `bus` may be null, else it outlives this. `whenParallel` is called at the first stage of several tasks, by the thread that starts it.
  explicit RunProgress(events::LiveListenerBus* bus, std::function<void()> whenParallel = nullptr) : bus_(bus), whenParallel_(std::move(whenParallel)) {}

  // The local cut.
  /// A run of `numStages` pipelines begins; gives the first one's stage id, the others follow.
  int64_t runStarted(size_t numStages);
  void runEnded(const Status& status);
  /// `order` knows which of the partitions are still to come.
  void pipelineStarted(int64_t stageId, const std::string& name, int32_t numPartitions, std::shared_ptr<const OrderTracker> order);
  void pipelineEnded(int64_t stageId, const Status& status);

  // The cluster cut; after the first of these calls the local cut's say nothing.
  int64_t stageStarted(const std::string& name, int32_t numTasks);
  void taskEnded(int64_t stageId);

  std::vector<Stage> stages() const;
  events::LiveListenerBus* bus() const { return bus_; }

 private:
  struct Entry {
    Stage stage;
    std::shared_ptr<const OrderTracker> order;  // of a pipeline that runs
  };
  Entry* find(int64_t stageId);
  void noteTasks(int32_t numTasks);

  events::LiveListenerBus* const bus_;
  const std::function<void()> whenParallel_;
  std::atomic<bool> wasParallel_{false};
  std::atomic<bool> scheduled_{false};  // the cluster cut
  int64_t jobId_ = -1;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace flint::exec
