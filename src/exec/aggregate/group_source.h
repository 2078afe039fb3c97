#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "exec/aggregate/aggregate_calls.h"
#include "exec/aggregate/thread_groups.h"
#include "exec/operator.h"

namespace flint::exec {

/// Merges the groups of several threads and gives their rows: a morsel is one radix partition, or all of them when there are few groups.
///
/// Memory: a partition's groups are freed when their rows were given. Groups on disk are read back, a partition at a time, charged; where a partition
/// does not fit, it is worked through in several passes, each with the groups that some bits of the hash pick. Threads: as Source.
/// Errors: UNABLE_TO_ACQUIRE_MEMORY where a small part of a partition does not fit either.
class GroupSource final : public Source {
 public:
  GroupSource(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<const GroupRowFormat> format,
              std::vector<std::shared_ptr<ThreadGroups>> groups, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override { return numMorsels_; }
  int32_t numPartitions() const override { return numMorsels_; }

 private:
  struct Local;
  // Into how many passes the groups of a partition that are on disk must be divided; reserves memory for one.
  size_t passesFor(Local& local, size_t partition) const;
  // Collects the merged groups of one radix partition, or of all; of a partition with several passes, those of the current one.
  Status merge(Local& local, size_t first, size_t last) const;
  Status mergeSpilled(Local& local, size_t partition) const;
  void freePartitions(size_t first, size_t last) const;

  const std::shared_ptr<const AggregateCalls> calls_;
  const std::shared_ptr<const GroupRowFormat> format_;
  const std::vector<std::shared_ptr<ThreadGroups>> groups_;
  const std::shared_ptr<TaskContext> task_;
  std::shared_ptr<const void> owner_;  // keeps the strings of keys alive
  int32_t numMorsels_ = 1;
  std::atomic<int32_t> nextMorsel_{0};
};

}  // namespace flint::exec
