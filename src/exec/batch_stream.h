#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "exec/operator.h"
#include "exec/task_context.h"

namespace flint::exec {

/// Counts the rows that leave a plan node: those at a level of the pipeline, 0 being its source.
struct RowCounter {
  size_t level = 0;
  std::shared_ptr<Metric> rows;
};

/// One thread's flow through a source and the streaming operators behind it: pulls batches, and can stop and go on at any kBlocked.
///
/// Threads: confined to one thread at a time.
class BatchStream {
 public:
  BatchStream(std::shared_ptr<Source> source, std::vector<std::shared_ptr<StreamingOperator>> operators, std::vector<RowCounter> counters)
      : source_(std::move(source)), operators_(std::move(operators)), counters_(std::move(counters)) {}

  /// Makes the local states. `position` is told of the source's progress.
  Status open(TaskContext& task, SlotPosition* position);
  /// kHaveOutput with a batch of at least one row, kFinished, or kBlocked.
  Result<Progress> next(ColumnarBatch& out);
  /// True when what still comes is what operators give after their last input.
  bool sourceDone() const { return sourceDone_; }

 private:
  void endSource();
  Result<Progress> pull();
  Result<Progress> flushNext();
  Result<Progress> push();
  void count(size_t level) const;
  // The deepest operator that has more for the input it holds; -1: a new batch is needed.
  int32_t levelWithMore(int32_t below) const;

  const std::shared_ptr<Source> source_;
  const std::vector<std::shared_ptr<StreamingOperator>> operators_;
  const std::vector<RowCounter> counters_;
  TaskContext* task_ = nullptr;
  SlotPosition* position_ = nullptr;
  LocalStatePtr sourceLocal_;
  std::vector<LocalStatePtr> locals_;
  std::vector<ColumnarBatch> batches_;  // [i] is the input of operator i, and the output of i - 1
  std::vector<bool> hasMore_;           // operator i holds batches_[i] and may give more for it
  int32_t level_ = -1;                  // where a batch waits
  bool sourceDone_ = false;
  size_t flushed_ = 0;                  // operators that gave their last rows
};

}  // namespace flint::exec
