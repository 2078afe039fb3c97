#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "connector/table.h"
#include "exec/operator.h"
#include "exec/task_context.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// Reads a table's morsels, one reader a thread; the runtime of `FileSourceScanExec`.
///
/// Shape: batches carry the partition and sequence of their morsel. The dynamic filters published when the pipeline starts are given to the readers.
/// Threads: as Source. Morsels are taken in order; a partition's are listed when the one before is used up, or taken all at once where partitions are
/// given whole.
class FileScanSource final : public Source {
 public:
  static Result<std::shared_ptr<FileScanSource>> make(std::shared_ptr<const plan::FileSourceScanExec> node, TaskContext& task);

  /// The node's filters that hold for every row this gives.
  std::vector<expr::ExprPtr> enforcedFilters() const;
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  bool givePartitionsWhole() override;
  int32_t maxThreads() const override { return maxThreads_; }
  int32_t numPartitions() const override { return scan_->numPartitions(); }

 private:
  class Local;
  FileScanSource(std::shared_ptr<const plan::FileSourceScanExec> node, connector::ScanPtr scan) : node_(std::move(node)), scan_(std::move(scan)) {}
  // False at the end.
  Result<bool> takeMorsel(Local& local);
  Status fillQueue();

  const std::shared_ptr<const plan::FileSourceScanExec> node_;
  const connector::ScanPtr scan_;
  std::vector<std::pair<int32_t, connector::DynamicFilterPtr>> dynamicFilters_;  // set by `start`
  std::shared_ptr<Metric> bytesRead_;
  std::shared_ptr<Metric> scanTime_;
  std::shared_ptr<Metric> splits_;
  std::shared_ptr<Metric> splitsRead_;
  int32_t maxThreads_ = 1;
  bool wholePartitions_ = false;

  std::mutex mutex_;
  int32_t nextPartition_ = 0;
  int32_t endPartition_ = 0;
  std::vector<connector::Morsel> queue_;
  size_t taken_ = 0;
};

}  // namespace flint::exec
