#include "exec/result_sink.h"

namespace flint::exec {
namespace {

// What a batch holds, without walking through its strings.
int64_t roughBytes(const ColumnarBatch& batch) { return 64 + static_cast<int64_t>(batch.numRows()) * 16 * static_cast<int64_t>(batch.numColumns() + 1); }

BatchTag tagOf(const ColumnarBatch& batch) { return {batch.partition(), batch.sequence()}; }

}  // namespace

Result<Progress> BatchCollector::accept(const ColumnarBatch& batch) {
  batches_.push_back(batch);
  return Progress::needInput();
}

ResultSink::ResultSink(std::shared_ptr<ResultConsumer> consumer, int64_t windowBytes) : consumer_(std::move(consumer)), windowBytes_(windowBytes) {}

Result<LocalStatePtr> ResultSink::makeLocal(TaskContext&) { return std::make_unique<LocalState>(); }

WakerPtr ResultSink::takeSpaceWaker() { return std::exchange(spaceWaker_, nullptr); }

Status ResultSink::deliver(std::unique_lock<std::mutex>& lock) {
  if (delivering_) {
    contended_ = true;
    return Status::ok();
  }
  delivering_ = true;
  bool delivered = false;
  Status status;
  consumerWaker_ = nullptr;
  while (!enough_ && !pending_.empty() && pending_.begin()->first <= order_->frontier()) {
    auto first = pending_.extract(pending_.begin());
    lock.unlock();
    Result<Progress> taken = consumer_->accept(first.mapped());
    lock.lock();
    if (!taken.isOk()) {
      status = taken.status();
      break;
    }
    if (taken->kind == Progress::Kind::kBlocked) {
      consumerWaker_ = taken->waker;
      // Equal tags were put in behind it: it goes in front of them again.
      pending_.insert(pending_.lower_bound(first.key()), std::move(first));
      break;
    }
    delivered = true;
    pendingBytes_ -= roughBytes(first.mapped());
    if (taken->kind == Progress::Kind::kFinished) enough_ = true;
  }
  delivering_ = false;
  if (delivered || std::exchange(contended_, false)) {
    if (WakerPtr space = takeSpaceWaker()) {
      lock.unlock();
      space->wake();
      lock.lock();
    }
  }
  return status;
}

Result<Progress> ResultSink::consume(LocalState&, const ColumnarBatch& batch) {
  std::unique_lock lock(mutex_);
  RETURN_IF_ERROR(deliver(lock));
  if (enough_) return Progress::finished();
  const bool first = tagOf(batch) <= order_->frontier() && (pending_.empty() || tagOf(batch) < pending_.begin()->first);
  if (pendingBytes_ >= windowBytes_ && (!first || consumerWaker_ != nullptr)) {
    if (consumerWaker_ != nullptr) return Progress::blocked(consumerWaker_);
    if (spaceWaker_ == nullptr) spaceWaker_ = std::make_shared<Waker>();
    return Progress::blocked(spaceWaker_);
  }
  pendingBytes_ += roughBytes(batch);
  pending_.emplace(tagOf(batch), batch);
  RETURN_IF_ERROR(deliver(lock));
  return enough_ ? Progress::finished() : Progress::needInput();
}

Result<Progress> ResultSink::drain(LocalState&) {
  std::unique_lock lock(mutex_);
  RETURN_IF_ERROR(deliver(lock));
  if (!enough_ && consumerWaker_ != nullptr && !pending_.empty()) return Progress::blocked(consumerWaker_);
  return Progress::finished();
}

void ResultSink::orderAdvanced() {
  WakerPtr space;
  {
    const std::lock_guard lock(mutex_);
    space = takeSpaceWaker();
  }
  if (space != nullptr) space->wake();
}

}  // namespace flint::exec
