#include "exec/batch_stream.h"

#include <algorithm>

#include "exec/order_tracker.h"

namespace flint::exec {

Status BatchStream::open(TaskContext& task, SlotPosition* position) {
  task_ = &task;
  position_ = position;
  ASSIGN_OR_RETURN(sourceLocal_, source_->makeLocal(task));
  sourceLocal_->position = position;
  for (const auto& op : operators_) {
    ASSIGN_OR_RETURN(LocalStatePtr local, op->makeLocal(task));
    locals_.push_back(std::move(local));
  }
  batches_.resize(operators_.size() + 1);
  hasMore_.assign(operators_.size(), false);
  return Status::ok();
}

int32_t BatchStream::levelWithMore(int32_t below) const {
  for (int32_t level = below - 1; level >= 0; --level) {
    if (hasMore_[static_cast<size_t>(level)]) return level;
  }
  return -1;
}

void BatchStream::count(size_t level) const {
  for (const RowCounter& counter : counters_) {
    if (counter.level == level) counter.rows->add(batches_[level].numSelected());
  }
}

void BatchStream::endSource() {
  sourceDone_ = true;
  if (position_ != nullptr) position_->advance(source_->numPartitions() - 1, kFlushSequence);
}

Result<Progress> BatchStream::pull() {
  RETURN_IF_ERROR(task_->checkCancelled());
  ASSIGN_OR_RETURN(Progress progress, source_->produce(*sourceLocal_, batches_[0]));
  if (progress.kind == Progress::Kind::kFinished) endSource();
  if (progress.kind != Progress::Kind::kHaveOutput) return progress;
  if (position_ != nullptr) position_->advance(batches_[0].partition(), batches_[0].sequence());
  if (batches_[0].isEmpty()) return progress;
  count(0);
  level_ = 0;
  return progress;
}

Result<Progress> BatchStream::flushNext() {
  RETURN_IF_ERROR(task_->checkCancelled());
  ASSIGN_OR_RETURN(Progress progress, operators_[flushed_]->flush(*locals_[flushed_], batches_[flushed_ + 1]));
  if (progress.kind == Progress::Kind::kHaveOutput) {
    if (!batches_[flushed_ + 1].isEmpty()) {
      count(flushed_ + 1);
      level_ = static_cast<int32_t>(flushed_) + 1;
    }
  } else if (progress.kind != Progress::Kind::kBlocked) {
    ++flushed_;
  }
  return progress;
}

Result<Progress> BatchStream::push() {
  const auto level = static_cast<size_t>(level_);
  ASSIGN_OR_RETURN(Progress progress, operators_[level]->process(*locals_[level], batches_[level], batches_[level + 1]));
  switch (progress.kind) {
    case Progress::Kind::kNeedInput:
      hasMore_[level] = false;
      level_ = levelWithMore(level_);
      break;
    case Progress::Kind::kHaveOutput:
      hasMore_[level] = true;
      if (!batches_[level + 1].isEmpty()) {
        count(level + 1);
        ++level_;
      }
      break;
    case Progress::Kind::kFinished:
      // Nothing before this operator matters any more; what it and those behind it still hold does.
      endSource();
      std::fill(hasMore_.begin(), hasMore_.begin() + level_ + 1, false);
      flushed_ = std::max(flushed_, level);
      level_ = -1;
      break;
    case Progress::Kind::kBlocked: break;
  }
  return progress;
}

Result<Progress> BatchStream::next(ColumnarBatch& out) {
  for (;;) {
    if (level_ == static_cast<int32_t>(operators_.size())) {
      out = std::move(batches_[operators_.size()]);
      batches_[operators_.size()] = ColumnarBatch();
      level_ = levelWithMore(level_);
      return Progress::haveOutput();
    }
    if (level_ < 0 && sourceDone_ && flushed_ == operators_.size()) return Progress::finished();
    ASSIGN_OR_RETURN(Progress progress, level_ >= 0 ? push() : sourceDone_ ? flushNext() : pull());
    if (progress.kind == Progress::Kind::kBlocked) return progress;
  }
}

}  // namespace flint::exec
