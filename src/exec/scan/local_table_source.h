#pragma once

#include <algorithm>
#include <memory>

#include "exec/operator.h"
#include "exec/scan/morsel_queue.h"
#include "exec/task_context.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// Gives the rows of a `LocalTableScanExec`, its batches cut over partitions by row number as Spark cuts a collection.
///
/// Threads: as Source.
class LocalTableSource final : public Source {
 public:
  explicit LocalTableSource(std::shared_ptr<const plan::LocalTableScanExec> node) : node_(std::move(node)) {}
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override { return static_cast<int32_t>(std::clamp<size_t>(queue_.size(), 1, 1024)); }
  int32_t numPartitions() const override { return std::max(node_->numPartitions, 1); }

 private:
  const std::shared_ptr<const plan::LocalTableScanExec> node_;
  MorselQueue queue_;
};

/// Rows [first, first + count) of those a batch holds, selected ones counted.
ColumnarBatch sliceBatch(const ColumnarBatch& batch, columnar::RowIndex first, columnar::RowIndex count);

}  // namespace flint::exec
