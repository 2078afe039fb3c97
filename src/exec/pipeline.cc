#include "exec/pipeline.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>

#include "exec/run_progress.h"
#include "exec/scan/union_source.h"

namespace flint::exec {
namespace {

// How long a slot works before other queries get a turn.
constexpr std::chrono::milliseconds kStepTime{5};

// What a library threw, and memory that the machine did not have, as errors of the query.
template <class Body>
Status guarded(QueryContext& query, Body&& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return query.memory().outOfMemory(0);
  } catch (const std::exception& problem) {
    return internalError(std::string("an operator's library failed: ") + problem.what());
  }
}

}  // namespace

/// One thread's share of the pipeline.
class PipelineRun::Slot final : public WorkItem {
 public:
  Status open();
  Slot(std::shared_ptr<PipelineRun> run, int32_t index)
      : run_(std::move(run)), position_(*run_->order_, index, run_->pipeline_.operators), stream_(std::make_unique<BatchStream>(run_->source_, run_->pipeline_.operators, run_->pipeline_.counters)) {}

  Step step() override {
    WakerPtr waker;
    bool done = false;
    const Status status = guarded(run_->task_->query(), [&] { return work(waker, done); });
    if (status.isOk() && !done) return waker != nullptr ? Step{Outcome::kParked, std::move(waker)} : Step{Outcome::kAgain, nullptr};
    position_.finish();
    // What this thread holds is freed before the query can be told that it is done.
    batch_ = ColumnarBatch();
    sinkLocal_.reset();
    stream_.reset();
    run_->pipeline_.sink->orderAdvanced();
    run_->slotDone(status);
    return {Outcome::kDone, nullptr};
  }
  bool interrupted() const override { return run_->task_->query().isCancelled() || run_->failed_.load(); }

 private:
  enum class Phase : uint8_t { kOpen, kFlow, kDrain };

  Status work(WakerPtr& waker, bool& done);
  Status flow(WakerPtr& waker);
  void tellProgress() {
    if (position_.takeMoved()) run_->pipeline_.sink->orderAdvanced();
  }

  const std::shared_ptr<PipelineRun> run_;
  SlotPosition position_;
  std::unique_ptr<BatchStream> stream_;
  LocalStatePtr sinkLocal_;
  ColumnarBatch batch_;
  bool holdsBatch_ = false;
  Phase phase_ = Phase::kOpen;
};

// Before any slot works: an operator's last thread is known only once all have begun.
Status PipelineRun::Slot::open() {
  TaskContext& task = *run_->task_;
  RETURN_IF_ERROR(stream_->open(task, &position_));
  ASSIGN_OR_RETURN(sinkLocal_, run_->pipeline_.sink->makeLocal(task));
  phase_ = Phase::kFlow;
  return Status::ok();
}

Status PipelineRun::Slot::work(WakerPtr& waker, bool& done) {
  TaskContext& task = *run_->task_;
  RETURN_IF_ERROR(task.checkCancelled());
  if (run_->failed_.load()) {
    done = true;
    return Status::ok();
  }
  if (phase_ == Phase::kFlow) {
    RETURN_IF_ERROR(flow(waker));
    if (phase_ == Phase::kFlow) return Status::ok();
    position_.finish();
    tellProgress();
  }
  ASSIGN_OR_RETURN(Progress progress, run_->pipeline_.sink->drain(*sinkLocal_));
  if (progress.kind == Progress::Kind::kBlocked) {
    waker = std::move(progress.waker);
    return Status::ok();
  }
  done = true;
  return run_->pipeline_.sink->combine(*sinkLocal_);
}

Status PipelineRun::Slot::flow(WakerPtr& waker) {
  Sink& sink = *run_->pipeline_.sink;
  const auto deadline = std::chrono::steady_clock::now() + kStepTime;
  while (!run_->enough_.load(std::memory_order_relaxed)) {
    if (run_->failed_.load(std::memory_order_relaxed)) break;
    if (!holdsBatch_) {
      ASSIGN_OR_RETURN(Progress progress, stream_->next(batch_));
      tellProgress();
      if (progress.kind == Progress::Kind::kFinished) break;
      if (progress.kind == Progress::Kind::kBlocked) {
        waker = std::move(progress.waker);
        return Status::ok();
      }
      holdsBatch_ = true;
    }
    RETURN_IF_ERROR(run_->task_->checkCancelled());
    ASSIGN_OR_RETURN(Progress progress, sink.consume(*sinkLocal_, batch_));
    if (progress.kind == Progress::Kind::kBlocked) {
      waker = std::move(progress.waker);
      return Status::ok();
    }
    holdsBatch_ = false;
    batch_ = ColumnarBatch();
    if (progress.kind == Progress::Kind::kFinished) {
      run_->enough_.store(true);
      break;
    }
    if (std::chrono::steady_clock::now() >= deadline) return Status::ok();
  }
  phase_ = Phase::kDrain;
  return Status::ok();
}

class PipelineRun::Finalize final : public WorkItem {
 public:
  Finalize(std::shared_ptr<PipelineRun> run, int32_t task) : run_(std::move(run)), task_(task) {}
  Step step() override {
    QueryContext& query = run_->task_->query();
    run_->finalizeTaskDone(guarded(query, [&]() -> Status {
      RETURN_IF_ERROR(query.checkCancelled());
      if (run_->failed_.load()) return Status::ok();
      return run_->pipeline_.sink->finalizeTask(task_);
    }));
    return {Outcome::kDone, nullptr};
  }
  bool interrupted() const override { return false; }

 private:
  const std::shared_ptr<PipelineRun> run_;
  const int32_t task_;
};

PipelineRun::PipelineRun(WorkerPool& pool, WorkerPool::GroupPtr group, std::shared_ptr<TaskContext> task, Pipeline pipeline, Done done)
    : pool_(pool), group_(std::move(group)), task_(std::move(task)), pipeline_(std::move(pipeline)), done_(std::move(done)) {}

Status PipelineRun::start() {
  RETURN_IF_ERROR(task_->checkCancelled());
  RETURN_IF_ERROR(guarded(task_->query(), [&]() -> Status {
    ASSIGN_OR_RETURN(StartedSource started, startSource(pipeline_, *task_));
    source_ = std::move(started.source);
    return Status::ok();
  }));
  pipeline_.sourceSink.reset();
  const bool oneThread = needsOneThread(*source_, pipeline_.operators, pipeline_.sink.get());
  const int32_t threads = oneThread ? 1 : std::clamp(source_->maxThreads(), 1, std::max(1, task_->numThreads()));
  order_ = std::make_shared<OrderTracker>(threads);
  if (pipeline_.sink->orderNeed() != OrderNeed::kNone) pipeline_.sink->attachOrder(order_);
  active_.store(threads);
  if (pipeline_.stageId >= 0) task_->query().progress()->pipelineStarted(pipeline_.stageId, pipeline_.name, source_->numPartitions(), order_);
  std::vector<std::shared_ptr<Slot>> slots;
  for (int32_t i = 0; i < threads; ++i) slots.push_back(std::make_shared<Slot>(shared_from_this(), i));
  const Status opened = guarded(task_->query(), [&]() -> Status {
    for (const auto& slot : slots) RETURN_IF_ERROR(slot->open());
    return Status::ok();
  });
  if (!opened.isOk()) return opened;
  {
    const std::lock_guard lock(mutex_);
    slots_ = slots;
  }
  for (const auto& slot : slots) pool_.submit(group_, slot);
  return Status::ok();
}

void PipelineRun::resumeAll() {
  std::vector<std::shared_ptr<Slot>> slots;
  {
    const std::lock_guard lock(mutex_);
    slots = slots_;
  }
  for (const auto& slot : slots) pool_.resume(group_, slot);
}

void PipelineRun::fail(Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (status_.isOk()) status_ = std::move(status);
  }
  failed_.store(true);
}

void PipelineRun::slotDone(Status status) {
  if (!status.isOk()) {
    fail(std::move(status));
    resumeAll();
  }
  if (active_.fetch_sub(1) != 1) return;
  if (failed_.load()) return finish();
  finalize();
}

void PipelineRun::finalize() {
  int32_t tasks = 0;
  const Status prepared = guarded(task_->query(), [&]() -> Status {
    ASSIGN_OR_RETURN(tasks, pipeline_.sink->prepareFinalize());
    return Status::ok();
  });
  if (!prepared.isOk()) fail(prepared);
  if (!prepared.isOk() || tasks == 0) {
    active_.store(1);
    return finalizeTaskDone(Status::ok());
  }
  active_.store(tasks);
  for (int32_t i = 0; i < tasks; ++i) pool_.submit(group_, std::make_shared<Finalize>(shared_from_this(), i));
}

void PipelineRun::finalizeTaskDone(Status status) {
  if (!status.isOk()) fail(std::move(status));
  if (active_.fetch_sub(1) != 1) return;
  if (!failed_.load()) {
    Status finished = guarded(task_->query(), [&] { return pipeline_.sink->finishFinalize(); });
    if (!finished.isOk()) fail(std::move(finished));
  }
  finish();
}

void PipelineRun::finish() {
  Status status;
  std::vector<std::shared_ptr<Slot>> slots;
  {
    const std::lock_guard lock(mutex_);
    status = status_;
    slots.swap(slots_);  // they refer to this run
  }
  source_.reset();
  if (pipeline_.stageId >= 0) task_->query().progress()->pipelineEnded(pipeline_.stageId, status);
  pipeline_ = Pipeline();
  done_(status);
}

}  // namespace flint::exec
