#pragma once

#include <algorithm>
#include <memory>
#include <mutex>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// Gives the numbers of a `RangeExec`, split over partitions as Spark splits them; a batch's sequence is its first row's number in the partition.
///
/// Threads: as Source.
class RangeSource final : public Source {
 public:
  explicit RangeSource(std::shared_ptr<const plan::RangeExec> node) : node_(std::move(node)) {}
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  bool givePartitionsWhole() override;
  int32_t maxThreads() const override { return maxThreads_; }
  int32_t numPartitions() const override { return std::max(node_->numPartitions, 1); }

 private:
  class Local;
  // The next rows of the range for one thread; false at the end.
  bool takeMorsel(Local& local);
  // Sets `row_` and `rowEnd_` to those of `partition_`.
  void openPartition();

  const std::shared_ptr<const plan::RangeExec> node_;
  int64_t batchRows_ = columnar::kBatchRows;
  int32_t maxThreads_ = 1;
  bool wholePartitions_ = false;
  std::shared_ptr<Metric> splitsRead_;
  std::mutex mutex_;  // a leaf; guards what follows
  int32_t partition_ = 0;
  int32_t partitionEnd_ = 0;
  uint64_t row_ = 0;  // the next row's number among all
  uint64_t rowEnd_ = 0;
};

}  // namespace flint::exec
