#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "columnar/selection.h"
#include "columnar/sort_key_layout.h"

namespace flint::exec {

/// For each partition seen so far the sort keys of its first `limit` rows: what comes behind the last of them need not be looked at any more.
///
/// Shape: an open-addressing table of entries of the same size, each the partition's key bytes and up to `limit` order keys in their order.
/// Rows whose bytes do not say all of their keys pass, and count for nothing.
/// Memory: bounded; partitions beyond it pass, and where few rows were dropped by then the table goes.
/// Threads: confined to its owner.
class PartitionThresholds {
 public:
  /// Whether keys of this layout and this limit are worth a table.
  static bool canHold(const columnar::SortKeyLayout& layout, size_t numPartitionKeys, int64_t limit);
  PartitionThresholds(const columnar::SortKeyLayout& layout, size_t numPartitionKeys, int64_t limit);

  /// Which of `numRows` rows of keys are not behind `limit` rows of their partition, peers of the last included.
  columnar::Selection admit(const std::byte* keys, columnar::RowIndex numRows);
  int64_t bytes() const;

 private:
  void prefetch(columnar::RowIndex row) const;
  bool admits(const std::byte* row, uint64_t hash);
  std::byte* entryOf(const std::byte* row, uint64_t hash);
  bool insert(std::byte* entry, const std::byte* orderKey);
  void grow();

  const columnar::SortKeyLayout& layout_;
  const size_t partitionWidth_;
  const size_t orderWidth_;
  const uint32_t limit_;
  const size_t entryWidth_;
  std::vector<std::byte> entries_;
  std::vector<uint32_t> slots_;  // number of the entry + 1; 0: free
  std::vector<uint64_t> hashes_;  // of the rows being looked at
  size_t numEntries_ = 0;
  bool isOff_ = false;
  int64_t seen_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace flint::exec
