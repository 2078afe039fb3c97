#pragma once

#include <algorithm>
#include <memory>

#include "exec/operator.h"
#include "exec/scan/morsel_queue.h"
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
  int32_t maxThreads() const override { return static_cast<int32_t>(std::clamp<size_t>(queue_.size(), 1, 1024)); }
  int32_t numPartitions() const override { return std::max(node_->numPartitions, 1); }

 private:
  class Local;
  const std::shared_ptr<const plan::RangeExec> node_;
  MorselQueue queue_;
  int64_t batchRows_ = columnar::kBatchRows;
};

}  // namespace flint::exec
