#include "exec/python/python_cogroup_source.h"

#include "columnar/vector_compare.h"
#include "exec/python/python_accumulators.h"
#include "exec/scan/union_source.h"
#include "pyworker/python_task.h"

namespace flint::exec {

using columnar::RowIndex;
using columnar::VectorPtr;
using pyworker::PythonTask;

/// One side's rows, from the next one on.
class SideReader {
 public:
  SideReader(const PythonCoGroupSource::Side& side, std::shared_ptr<Source> source)
      : side_(side), evaluation_(side.arguments->makeLocal()), writer_(side.run->fields, side.run->arrow),
        stream_(std::move(source), side.input.operators, side.input.counters) {}

  Status open(TaskContext& task) { return stream_.open(task, nullptr); }
  /// kHaveOutput: there is a next row; kFinished: there is none.
  Result<Progress> ready() {
    while (next_ >= batch_.numSelected()) {
      next_ = 0;
      ASSIGN_OR_RETURN(Progress progress, stream_.next(batch_));
      if (progress.kind != Progress::Kind::kHaveOutput) {
        batch_ = ColumnarBatch();
        return progress;
      }
      ASSIGN_OR_RETURN(std::vector<VectorPtr> arguments, side_.arguments->evaluate(*evaluation_, batch_));
      columns_ = batch_.withColumns(std::move(arguments));
    }
    return Progress::haveOutput();
  }
  VectorPtr key(size_t index) const { return batch_.column(static_cast<size_t>(side_.keys[index])); }
  size_t numKeys() const { return side_.keys.size(); }
  RowIndex row() const { return batch_.activeRows()[next_]; }
  /// Adds the next row to the group.
  void take() {
    writer_.add(columns_, next_, 1);
    ++next_;
  }
  std::string finishGroup() { return writer_.finish(); }

 private:
  const PythonCoGroupSource::Side& side_;
  const expr::ExpressionEvaluator::LocalPtr evaluation_;
  columnar::ArrowIpcWriter writer_;
  BatchStream stream_;
  ColumnarBatch batch_;
  ColumnarBatch columns_;
  RowIndex next_ = 0;
};

class PythonCoGroupSource::Local final : public LocalState {
 public:
  Local(const PythonCoGroupSource& source)
      : run_(*source.sides_[0].run), left_(source.sides_[0], source.sources_[0]), right_(source.sides_[1], source.sources_[1]) {}

  Status open(TaskContext& task) {
    task_ = &task;
    RETURN_IF_ERROR(left_.open(task));
    return right_.open(task);
  }
  Result<Progress> produce(ColumnarBatch& out);

 private:
  struct Key {
    std::vector<VectorPtr> values;
    RowIndex row = 0;
  };
  static Key keyOf(const SideReader& side) {
    Key key;
    for (size_t i = 0; i < side.numKeys(); ++i) key.values.push_back(side.key(i));
    key.row = side.row();
    return key;
  }
  static int compare(const SideReader& side, const Key& key) {
    for (size_t i = 0; i < key.values.size(); ++i) {
      const int order = columnar::compareValues(*side.key(i), side.row(), *key.values[i], key.row);
      if (order != 0) return order;
    }
    return 0;
  }
  // Goes on with the input: kHaveOutput after a group was sent, kFinished behind the last.
  Result<Progress> takeInput();

  const PythonRun& run_;
  TaskContext* task_ = nullptr;
  SideReader left_;
  SideReader right_;
  bool inGroup_ = false;
  Key group_;
  bool inputEnded_ = false;
  std::unique_ptr<PythonTask> worker_;
  int64_t sequence_ = 0;
};

Result<Progress> PythonCoGroupSource::Local::takeInput() {
  for (;;) {
    ASSIGN_OR_RETURN(Progress left, left_.ready());
    if (left.kind == Progress::Kind::kBlocked) return left;
    ASSIGN_OR_RETURN(Progress right, right_.ready());
    if (right.kind == Progress::Kind::kBlocked) return right;
    const bool hasLeft = left.kind == Progress::Kind::kHaveOutput;
    const bool hasRight = right.kind == Progress::Kind::kHaveOutput;
    if (!inGroup_) {
      if (!hasLeft && !hasRight) return Progress::finished();
      group_ = !hasLeft || (hasRight && compare(left_, keyOf(right_)) > 0) ? keyOf(right_) : keyOf(left_);
      inGroup_ = true;
    }
    if (hasLeft && compare(left_, group_) == 0) {
      left_.take();
    } else if (hasRight && compare(right_, group_) == 0) {
      right_.take();
    } else {
      std::string two;
      pyworker::appendInt(two, 2);
      worker_->send(two + left_.finishGroup());
      worker_->send(right_.finishGroup());
      inGroup_ = false;
      return Progress::haveOutput();
    }
  }
}

Result<Progress> PythonCoGroupSource::Local::produce(ColumnarBatch& out) {
  for (;;) {
    RETURN_IF_ERROR(task_->checkCancelled());
    bool moved = false;
    if (worker_ == nullptr && !inputEnded_) {
      ASSIGN_OR_RETURN(worker_, PythonTask::start(run_.environment, run_.header));
    }
    if (worker_ == nullptr) return Progress::finished();
    ColumnarBatch given;
    if (worker_->takeOutput(given)) {
      ASSIGN_OR_RETURN(std::vector<VectorPtr> columns, fromWorkerColumns(run_, given, true));
      if (given.numRows() == 0) continue;
      out = ColumnarBatch(std::move(columns), given.numRows());
      out.setPosition(0, sequence_++);
      return Progress::haveOutput();
    }
    ASSIGN_OR_RETURN(moved, worker_->advance());
    if (worker_->isDone() && !moved) {
      RETURN_IF_ERROR(PythonAccumulators::add(*task_, worker_->takeAccumulators()));
      worker_.reset();
      inputEnded_ = true;
      continue;
    }
    WakerPtr below;
    if (!inputEnded_ && worker_->wantsInput()) {
      ASSIGN_OR_RETURN(Progress progress, takeInput());
      if (progress.kind == Progress::Kind::kFinished) {
        std::string none;
        pyworker::appendInt(none, 0);
        worker_->send(std::move(none));
        worker_->endInput();
        inputEnded_ = true;
      }
      if (progress.kind != Progress::Kind::kBlocked) continue;
      below = std::move(progress.waker);
    }
    if (moved) continue;
    auto waker = std::make_shared<Waker>();
    const bool inputMayCome = below != nullptr;
    if (inputMayCome) below->onWake([waker] { waker->wake(); });
    worker_->awaitReady([waker] { waker->wake(); }, inputMayCome);
    return Progress::blocked(std::move(waker));
  }
}

Status PythonCoGroupSource::start(TaskContext& task) {
  for (size_t i = 0; i < 2; ++i) {
    ASSIGN_OR_RETURN(StartedSource started, startSource(sides_[i].input, task));
    sources_[i] = std::move(started.source);
    // One thread reads it all: sources that share partitions among threads give it every one.
    needsOneThread(*sources_[i], sides_[i].input.operators, nullptr);
  }
  return Status::ok();
}

Result<LocalStatePtr> PythonCoGroupSource::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>(*this);
  RETURN_IF_ERROR(local->open(task));
  return LocalStatePtr(std::move(local));
}

Result<Progress> PythonCoGroupSource::produce(LocalState& local, ColumnarBatch& out) { return static_cast<Local&>(local).produce(out); }

}  // namespace flint::exec
