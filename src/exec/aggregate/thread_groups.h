#pragma once

#include <memory>
#include <vector>

#include "exec/aggregate/aggregate_calls.h"
#include "exec/aggregate/coded_keys.h"
#include "exec/aggregate/group_table.h"
#include "exec/spill/spill_file.h"
#include "exec/task_context.h"

namespace flint::exec {

/// The groups one thread makes of its rows, with the tables that find them.
///
/// Threads: confined to one thread at a time.
class ThreadGroups {
 public:
  ThreadGroups(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<const GroupRowFormat> format, TaskContext& task);

  /// The group of each active row; valid until the next call.
  std::byte* const* find(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active);
  /// Charges what it holds; spills all groups when that is refused or asked for. Errors: those of writing, the query's out-of-memory condition.
  Status charge();
  /// Frees the tables; groups stay.
  void finish();

  GroupRows& rows() { return rows_; }
  const GroupRows& rows() const { return rows_; }
  /// True when no two of its groups can have the same key.
  bool isDistinct() const { return !wasForgotten_; }
  /// Files with groups of a radix partition: batches of `spillTypes`.
  const std::vector<SpillFilePtr>& spilled(size_t partition) const { return spilled_[partition]; }
  bool hasSpilled() const { return hasSpilled_; }
  /// Keys, then encoded states.
  static std::vector<DataType> spillTypes(const AggregateCalls& calls);

 private:
  void hashAndFind(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active, std::byte** groups);
  void findByCode(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active);
  // Before a batch of `count` rows: forgets the table's groups or lets it grow.
  void makeRoom(size_t count);
  Status spill();

  const std::shared_ptr<const AggregateCalls> calls_;
  const std::shared_ptr<const GroupRowFormat> format_;
  TaskContext& task_;
  GroupRows rows_;
  GroupTable table_;
  CodedKeys codes_;
  DistinctEstimate distinct_;
  std::unique_ptr<memory::Reservation> reservation_;
  const bool constantHash_;
  size_t limit_;            // groups the table may hold before it is forgotten or grows
  size_t made_ = 0;         // groups, those found again after being forgotten included
  bool wasForgotten_ = false;
  bool hasSpilled_ = false;
  std::vector<std::vector<SpillFilePtr>> spilled_;  // by radix partition
  columnar::StringHeap scratch_;
  std::vector<std::byte> packed_;
  std::vector<uint64_t> hashes_;
  std::vector<std::byte*> groups_;
};

}  // namespace flint::exec
