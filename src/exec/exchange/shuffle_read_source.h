#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "plan/physical/physical_nodes.h"
#include "shuffle/map_output_tracker.h"

namespace flint::exec {

/// Gives an earlier stage's rows; the runtime of `ShuffleReadExec`.
///
/// Shape: a task of one partition gets that partition's rows in the order of the map tasks; a broadcast gives every task all rows. Partitions kept as
/// they were (kUnknown) are joined to `numPartitions` groups of neighbours, where that is given and smaller.
/// Threads: as Source; a thread a partition.
/// Errors: those of ShuffleReader.
class ShuffleReadSource final : public Source {
 public:
  explicit ShuffleReadSource(std::shared_ptr<const plan::ShuffleReadExec> node) : node_(std::move(node)) {}
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override { return std::max(1, static_cast<int32_t>(reads_.size())); }
  int32_t numPartitions() const override { return numPartitions_; }

 private:
  class Local;
  struct Read {
    int32_t partition;  // of the output
    int32_t begin;      // shuffle partitions
    int32_t end;
  };
  const std::shared_ptr<const plan::ShuffleReadExec> node_;
  std::vector<DataType> types_;
  std::vector<shuffle::MapOutputPtr> outputs_;
  std::vector<Read> reads_;
  int32_t numPartitions_ = 1;
  std::atomic<size_t> next_{0};
};

/// Partitions that a ShuffleReadExec gives, once its shuffle is written.
Result<int32_t> shuffleReadPartitions(const plan::ShuffleReadExec& node);

}  // namespace flint::exec
