#pragma once

#include "exec/sort/sorted_rows.h"

namespace flint::exec {

/// Collected rows of which only the first `limit` of each partition, and the peers of the last one, matter: drops the others now and then.
///
/// Invariant: as long as most rows are kept, looking gets rarer, so that all cuts together cost at most a few sorts of the rows.
/// Threads: confined to its owner.
class FirstRows {
 public:
  /// A partition is what agrees in the first `numPartitionKeys` keys of `order`; peers agree in all.
  FirstRows(const SortOrderKeys& order, size_t numPartitionKeys, int64_t limit) : order_(order), numPartitionKeys_(numPartitionKeys), limit_(limit) {}

  /// Called with all chunks whenever one was added; whether some rows were dropped.
  bool cut(std::vector<SortChunk>& chunks);

 private:
  const SortOrderKeys& order_;
  const size_t numPartitionKeys_;
  const int64_t limit_;
  size_t seenChunks_ = 0;
  int64_t numRows_ = 0;
  int64_t cutAt_ = 16 << 10;  // rows
};

}  // namespace flint::exec
