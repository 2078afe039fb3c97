#include "exec/plan_runner.h"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "exec/pipeline.h"
#include "exec/run_progress.h"

namespace flint::exec {
namespace {

/// The pipelines of one plan and which of them may run.
///
/// Invariant: alive as long as a pipeline runs, held by its callback.
/// Threads: thread-safe.
class PlanRun : public std::enable_shared_from_this<PlanRun> {
 public:
  PlanRun(WorkerPool& pool, std::shared_ptr<TaskContext> task, PlanRunner::Done done, double weight)
      : pool_(pool), group_(pool.makeGroup(weight)), task_(std::move(task)), done_(std::move(done)) {}

  void start(std::vector<Pipeline> pipelines) {
    RunProgress* progress = task_->query().progress();
    int64_t stage = progress == nullptr ? -1 : progress->runStarted(pipelines.size());
    for (Pipeline& pipeline : pipelines) pipeline.stageId = stage < 0 ? -1 : stage++;
    followed_ = stage >= 0;
    for (Pipeline& pipeline : pipelines) pending_.push_back({std::move(pipeline), State::kWaiting, nullptr});
    unfinished_ = pending_.size();
    task_->query().onCancel([weak = weak_from_this()] {
      if (const std::shared_ptr<PlanRun> run = weak.lock()) run->resumeAll();
    });
    startReady();
  }

 private:
  enum class State : uint8_t { kWaiting, kRunning, kDone };
  struct Entry {
    Pipeline pipeline;
    State state;
    std::shared_ptr<PipelineRun> run;
  };

  void finish(const Status& status) {
    std::vector<Entry> ended;
    {
      const std::lock_guard lock(mutex_);
      ended.swap(pending_);
    }
    ended.clear();
    if (followed_) task_->query().progress()->runEnded(status);
    done_(status);
  }

  bool isReady(const Entry& entry) const {
    for (const int32_t dependency : entry.pipeline.dependencies) {
      if (pending_[static_cast<size_t>(dependency)].state != State::kDone) return false;
    }
    return entry.state == State::kWaiting;
  }

  // Starts every pipeline whose dependencies are done; ends the run when nothing is left.
  void startReady() {
    for (;;) {
      std::shared_ptr<PipelineRun> run;
      bool ended = false;
      {
        const std::lock_guard lock(mutex_);
        if (status_.isOk()) {
          for (size_t i = 0; i < pending_.size() && run == nullptr; ++i) {
            if (!isReady(pending_[i])) continue;
            pending_[i].state = State::kRunning;
            run = std::make_shared<PipelineRun>(pool_, group_, task_, std::move(pending_[i].pipeline),
                                                [self = shared_from_this(), i](const Status& status) { self->pipelineDone(i, status); });
            pending_[i].run = run;
            ++running_;
          }
        }
        ended = run == nullptr && running_ == 0 && (unfinished_ == 0 || !status_.isOk()) && !std::exchange(ended_, true);
      }
      if (ended) return finish(status_);
      if (run == nullptr) return;
      const Status started = run->start();
      if (!started.isOk()) fail(started);
    }
  }

  void fail(const Status& status) {
    const std::lock_guard lock(mutex_);
    --running_;
    if (status_.isOk()) status_ = status;
  }

  void pipelineDone(size_t index, const Status& status) {
    {
      const std::lock_guard lock(mutex_);
      --running_;
      --unfinished_;
      pending_[index].state = State::kDone;
      pending_[index].run.reset();
      if (status_.isOk()) status_ = status;
    }
    // The other pipelines of a failed query stop at their next batch.
    if (!status.isOk()) task_->query().cancel(status.error());
    startReady();
  }

  void resumeAll() {
    std::vector<std::shared_ptr<PipelineRun>> runs;
    {
      const std::lock_guard lock(mutex_);
      for (const Entry& entry : pending_) {
        if (entry.run != nullptr) runs.push_back(entry.run);
      }
    }
    for (const auto& run : runs) run->resumeAll();
  }

  WorkerPool& pool_;
  const WorkerPool::GroupPtr group_;
  const std::shared_ptr<TaskContext> task_;
  const PlanRunner::Done done_;
  std::mutex mutex_;  // a leaf
  std::vector<Entry> pending_;
  size_t unfinished_ = 0;
  int32_t running_ = 0;
  bool ended_ = false;
  bool followed_ = false;  // by the query's progress; set before anything runs
  Status status_;
};

}  // namespace

void PlanRunner::start(WorkerPool& pool, const plan::PhysicalPlanPtr& root, std::shared_ptr<TaskContext> task, std::shared_ptr<Sink> sink, Done done,
                       double weight) {
  PipelineBuilder builder(task);
  const Status lowered = builder.lower(root);
  if (!lowered.isOk()) return done(lowered);
  std::make_shared<PlanRun>(pool, std::move(task), std::move(done), weight)->start(builder.finish(std::move(sink)));
}

Status PlanRunner::run(WorkerPool& pool, const plan::PhysicalPlanPtr& root, std::shared_ptr<TaskContext> task, std::shared_ptr<Sink> sink) {
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  Status status;
  start(pool, root, std::move(task), std::move(sink), [&](const Status& outcome) {
    const std::lock_guard lock(mutex);
    status = outcome;
    done = true;
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done; });
  return status;
}

}  // namespace flint::exec
