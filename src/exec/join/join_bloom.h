#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "connector/table.h"
#include "exec/join/join_partitions.h"

namespace flint::exec {

/// What the keys of build rows hash to, roughly: most probe rows without a partner are told by it. For builds whose keys are not in memory.
///
/// Threads: thread-safe.
class JoinBloom {
 public:
  /// Takes at most `bytes`, and no less than a few KiB.
  explicit JoinBloom(int64_t bytes);
  int64_t bytes() const { return static_cast<int64_t>((mask_ + 1) * sizeof(uint64_t)); }
  void add(std::span<const uint64_t> hashes);
  /// Whether a build row may have the hash: false for most hashes that none has.
  bool mayHave(uint64_t hash) const;

 private:
  uint64_t mask_;
  std::unique_ptr<std::atomic<uint64_t>[]> words_;
};

/// A filter for scans of the probe side of a join with one key, whose hashes are in `bloom`.
connector::DynamicFilterPtr makeBloomFilter(std::shared_ptr<const JoinBloom> bloom, DataType keyType, std::shared_ptr<const JoinKeyHash> hash);

}  // namespace flint::exec
