#include "exec/scan/union_source.h"

#include <algorithm>

#include "exec/order_tracker.h"

namespace flint::exec {

class UnionSource::Local final : public LocalState {
 public:
  size_t input = 0;
  std::unique_ptr<BatchStream> stream;
};

namespace {

// Whether a partition of the source is one of what comes behind the operators, too.
bool keepsPartitions(const std::vector<std::shared_ptr<StreamingOperator>>& operators) {
  return std::none_of(operators.begin(), operators.end(), [](const auto& op) { return op->retags() || op->flushes(); });
}

}  // namespace

bool needsOneThread(Source& source, const std::vector<std::shared_ptr<StreamingOperator>>& operators, const Sink* sink) {
  OrderNeed need = sink == nullptr ? OrderNeed::kNone : sink->orderNeed();
  for (const auto& op : operators) need = std::max(need, op->orderNeed());
  if (need != OrderNeed::kPartition) return need == OrderNeed::kSequential;
  return !keepsPartitions(operators) || !source.givePartitionsWhole();
}

Result<StartedSource> startSource(const Pipeline& pipeline, TaskContext& task) {
  std::shared_ptr<Source> source = pipeline.source;
  if (source == nullptr) {
    ASSIGN_OR_RETURN(source, pipeline.sourceSink->makeSource());
    if (source == nullptr) return internalError("a pipeline starts from a sink that gives no rows");
  }
  RETURN_IF_ERROR(source->start(task));
  int32_t numPartitions = source->numPartitions();
  for (const auto& op : pipeline.operators) numPartitions = op->start(numPartitions);
  return StartedSource{std::move(source), numPartitions};
}

UnionSource::UnionSource(std::vector<Pipeline> inputs) : inputs_(std::move(inputs)) {}

Status UnionSource::start(TaskContext& task) {
  for (const Pipeline& input : inputs_) {
    // A task of one partition has it in one input only: the others count their partitions and are left out by `covers`.
    auto own = std::make_shared<TaskContext>(task.sharedQuery(), task.numThreads());
    own->partition = task.partition < 0 ? -1 : task.partition - numPartitions_;
    const bool before = task.partition >= 0 && own->partition < 0;
    if (before) own->partition = 0;
    ASSIGN_OR_RETURN(StartedSource started, startSource(input, *own));
    firstPartition_.push_back(numPartitions_);
    covers_.push_back(task.partition < 0 || (!before && own->partition < started.numPartitions));
    oneThread_ = needsOneThread(*started.source, input.operators, nullptr) || oneThread_;
    numPartitionsOf_.push_back(started.numPartitions);
    numPartitions_ += started.numPartitions;
    sources_.push_back(std::move(started.source));
    tasks_.push_back(std::move(own));
  }
  return Status::ok();
}

Result<LocalStatePtr> UnionSource::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

Status UnionSource::openInput(Local& local) {
  local.stream = std::make_unique<BatchStream>(sources_[local.input], inputs_[local.input].operators, inputs_[local.input].counters);
  return local.stream->open(*tasks_[local.input], nullptr);
}

Result<Progress> UnionSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  while (local.input < inputs_.size()) {
    if (!covers_[local.input]) {
      ++local.input;
      continue;
    }
    if (local.stream == nullptr) {
      if (local.position != nullptr) local.position->advance(firstPartition_[local.input], 0);
      RETURN_IF_ERROR(openInput(local));
    }
    ASSIGN_OR_RETURN(Progress progress, local.stream->next(out));
    if (local.position != nullptr && local.stream->sourceDone()) {
      local.position->advance(firstPartition_[local.input] + numPartitionsOf_[local.input] - 1, kFlushSequence);
    }
    if (progress.kind == Progress::Kind::kHaveOutput) {
      out.setPosition(out.partition() + firstPartition_[local.input], out.sequence());
      return progress;
    }
    if (progress.kind == Progress::Kind::kBlocked) return progress;
    local.stream.reset();
    ++local.input;
  }
  return Progress::finished();
}


bool UnionSource::givePartitionsWhole() {
  if (oneThread_) return true;
  for (size_t i = 0; i < sources_.size(); ++i) {
    if (!keepsPartitions(inputs_[i].operators) || !sources_[i]->givePartitionsWhole()) return false;
  }
  return true;
}

int32_t UnionSource::maxThreads() const {
  if (oneThread_) return 1;
  auto most = static_cast<int32_t>(sources_.size());
  for (const auto& source : sources_) most = std::max(most, source->maxThreads());
  return most;
}

int32_t UnionSource::numPartitions() const { return numPartitions_; }

}  // namespace flint::exec
