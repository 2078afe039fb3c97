#include "scheduler/dag_scheduler.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

#include "events/live_listener_bus.h"

namespace flint::scheduler {
namespace {

int64_t nextId(std::atomic<int64_t>& ids) { return ids.fetch_add(1); }
std::atomic<int64_t> jobIds{0};
std::atomic<int64_t> stageIds{0};

std::string errorText(const Status& status) { return status.isOk() ? std::string() : status.message(); }

/// One job's state.
///
/// Invariant: alive as long as a task runs, held by its callback.
/// Threads: thread-safe.
class Job : public std::enable_shared_from_this<Job> {
 public:
  Job(std::vector<StageTasks> stages, int32_t slots, events::LiveListenerBus* bus, DAGScheduler::Done done)
      : slots_(std::max(1, slots)), bus_(bus), done_(std::move(done)), jobId_(nextId(jobIds)) {
    for (StageTasks& tasks : stages) stages_.push_back({std::move(tasks), nextId(stageIds)});
  }

  void start() {
    events::JobStart started{jobId_, {}, events::eventTime()};
    for (const Stage& stage : stages_) started.stageIds.push_back(stage.id);
    post(std::move(started));
    pump();
  }

 private:
  enum class State : uint8_t { kWaiting, kRunning, kDone };
  struct Stage {
    StageTasks tasks;
    int64_t id;
    State state = State::kWaiting;
    int32_t unfinished = 0;
  };
  struct Task {
    size_t stage;
    int32_t index;
  };

  void post(events::ListenerEvent event) {
    if (bus_ != nullptr) bus_->post(std::move(event));
  }

  bool isReady(const Stage& stage) const {
    return stage.state == State::kWaiting && std::all_of(stage.tasks.dependencies.begin(), stage.tasks.dependencies.end(), [this](int32_t dependency) {
             return stages_[static_cast<size_t>(dependency)].state == State::kDone;
           });
  }

  // Submits ready stages and runs waiting tasks while slots are free. One thread at a time does so; others leave it their news.
  void pump() {
    std::unique_lock lock(mutex_);
    if (pumping_) {
      again_ = true;
      return;
    }
    pumping_ = true;
    do {
      again_ = false;
      submitReady(lock);
      while (status_.isOk() && running_ < slots_ && !queue_.empty()) {
        const Task task = queue_.front();
        queue_.pop_front();
        ++running_;
        lock.unlock();
        post(events::TaskStart{stages_[task.stage].id, task.index, events::eventTime()});
        stages_[task.stage].tasks.runTask(task.index, [self = shared_from_this(), task](const Status& status) { self->taskDone(task, status); });
        lock.lock();
      }
    } while (again_);
    pumping_ = false;
    const bool allDone = std::all_of(stages_.begin(), stages_.end(), [](const Stage& stage) { return stage.state == State::kDone; });
    if (running_ > 0 || ended_ || (status_.isOk() && !allDone)) return;
    ended_ = true;
    const Status status = status_;
    lock.unlock();
    post(events::JobEnd{jobId_, errorText(status), events::eventTime()});
    done_(status);
  }

  void submitReady(std::unique_lock<std::mutex>& lock) {
    for (size_t i = 0; i < stages_.size() && status_.isOk(); ++i) {
      Stage& stage = stages_[i];
      if (!isReady(stage)) continue;
      stage.state = State::kRunning;
      lock.unlock();
      const Result<int32_t> count = stage.tasks.countTasks();
      lock.lock();
      if (!count.isOk()) {
        if (status_.isOk()) status_ = count.status();
        return;
      }
      post(events::StageSubmitted{jobId_, stage.id, stage.tasks.name, *count, events::eventTime()});
      stage.unfinished = *count;
      for (int32_t task = 0; task < *count; ++task) queue_.push_back({i, task});
      if (*count == 0) {
        stage.state = State::kDone;
        again_ = true;
      }
    }
  }

  void taskDone(const Task& task, const Status& status) {
    Stage& stage = stages_[task.stage];
    post(events::TaskEnd{stage.id, task.index, errorText(status), events::eventTime()});
    bool completed = false;
    {
      const std::lock_guard lock(mutex_);
      --running_;
      if (!status.isOk() && status_.isOk()) status_ = status;
      if (--stage.unfinished == 0) {
        stage.state = State::kDone;
        completed = true;
      }
    }
    if (completed || !status.isOk()) post(events::StageCompleted{jobId_, stage.id, errorText(status), events::eventTime()});
    pump();
  }

  const int32_t slots_;
  events::LiveListenerBus* const bus_;
  const DAGScheduler::Done done_;
  const int64_t jobId_;
  std::mutex mutex_;  // a leaf
  std::vector<Stage> stages_;
  std::deque<Task> queue_;
  int32_t running_ = 0;
  bool pumping_ = false;
  bool again_ = false;
  bool ended_ = false;
  Status status_;
};

}  // namespace

void DAGScheduler::start(std::vector<StageTasks> stages, int32_t slots, events::LiveListenerBus* bus, Done done) {
  std::make_shared<Job>(std::move(stages), slots, bus, std::move(done))->start();
}

}  // namespace flint::scheduler
