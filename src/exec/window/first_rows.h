#pragma once

#include <optional>

#include "exec/sort/sorted_rows.h"
#include "exec/window/partition_thresholds.h"

namespace flint::exec {

/// Collected rows of which only the first `limit` of each partition, and the peers of the last one, matter: drops what thresholds of the partitions tell
/// at once, and the others now and then.
///
/// Invariant: as long as most rows are kept, looking gets rarer, so that all cuts together cost at most a few sorts of the rows.
/// Threads: confined to its owner.
class FirstRows {
 public:
  /// A partition is what agrees in the first `numPartitionKeys` keys of `order`; peers agree in all.
  FirstRows(const SortOrderKeys& order, size_t numPartitionKeys, int64_t limit);

  /// What of a chunk is to be collected.
  SortChunk admit(SortChunk chunk);
  /// Called with all chunks whenever one was added; whether some rows were dropped.
  bool cut(std::vector<SortChunk>& chunks);
  /// Of the thresholds.
  int64_t bytes() const { return thresholds_ ? thresholds_->bytes() : 0; }
  /// Goes on without thresholds.
  void dropThresholds() { thresholds_.reset(); }

 private:
  const SortOrderKeys& order_;
  const size_t numPartitionKeys_;
  const int64_t limit_;
  size_t seenChunks_ = 0;
  int64_t numRows_ = 0;
  int64_t cutAt_ = 16 << 10;  // rows
  std::optional<PartitionThresholds> thresholds_;
};

}  // namespace flint::exec
