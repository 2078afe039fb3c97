#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/row_layout.h"
#include "exec/aggregate/row_blocks.h"

namespace flint::exec {

/// Radix partitions of groups, by bits of the hash that the table's slots do not use first.
inline constexpr int kGroupPartitionBits = 5;
inline constexpr size_t kGroupPartitions = size_t{1} << kGroupPartitionBits;
inline size_t groupPartition(uint64_t hash) { return hash >> 43 & (kGroupPartitions - 1); }

/// What one aggregate's state needs of the rows it lives in.
struct GroupStates {
  struct State {
    const expr::Aggregator* aggregator;
    size_t offset;  // from the row's start
  };
  std::vector<State> states;
  size_t width = 0;      // of all states, from `begin`
  size_t begin = 0;
  bool zeroInitialized = true;
  bool needsDestroy = false;

  void init(std::byte* row) const;
  void destroy(std::byte* row) const;
  /// Adds what `from` has to `into`.
  Status merge(std::byte* into, const std::byte* from, expr::StateArena& arena) const;
};

/// How a group lies in memory: hash, packed keys, states.
struct GroupRowFormat {
  columnar::RowLayout keys;
  GroupStates states;
  size_t width = 0;

  static constexpr size_t kKeys = sizeof(uint64_t);
  static uint64_t hashOf(const std::byte* row) { return *reinterpret_cast<const uint64_t*>(row); }
  /// Lays out states of `aggregators` behind `keys`.
  static GroupRowFormat make(columnar::RowLayout keys, std::span<const std::shared_ptr<const expr::Aggregator>> aggregators);
};

/// Groups one thread has made, by radix partition, and what they point to.
///
/// Memory: destroys the states it still holds. Threads: confined to its owner.
class GroupRows {
 public:
  explicit GroupRows(const GroupRowFormat& format);
  ~GroupRows();
  GroupRows(const GroupRows&) = delete;
  GroupRows& operator=(const GroupRows&) = delete;

  /// A new group with initial states. `packed` are its keys, whose strings are copied.
  std::byte* add(uint64_t hash, const std::byte* packed);
  RowBlocks& partition(size_t index) { return partitions_[index]; }
  const RowBlocks& partition(size_t index) const { return partitions_[index]; }
  /// Ends the states of a partition and frees its rows. Threads: once the order is forgotten, one thread for each partition.
  void clearPartition(size_t index);
  void clear();
  size_t size() const;
  int64_t bytes() const;
  GroupArena& arena() { return arena_; }
  /// All groups in the order they were added; null where there are more than `kMostInOrder`, or some are gone.
  const std::vector<std::byte*>* inOrder() const { return knowsOrder_ ? &inOrder_ : nullptr; }
  void forgetOrder();

 private:
  static constexpr size_t kMostInOrder = 4096;

  const GroupRowFormat& format_;
  std::vector<RowBlocks> partitions_;
  std::vector<std::byte*> inOrder_;
  bool knowsOrder_ = true;
  GroupArena arena_;
};

/// Finds groups by key: open addressing over words of 16 hash bits and 48 address bits.
///
/// Invariant: at most half of the slots are taken. Threads: confined to its owner.
class GroupTable {
 public:
  explicit GroupTable(const GroupRowFormat& format) : format_(&format) {}

  /// `groups[i]` becomes the row of the i-th key, which is added to `rows` when it is not there. Returns the number of groups added.
  size_t findOrAdd(const std::byte* packed, const uint64_t* hashes, size_t count, std::byte** groups, GroupRows& rows);
  /// The row with the same key as `row`, or null after taking `row` itself in.
  std::byte* findOrTake(std::byte* row);
  /// Makes room for `count` more groups.
  void reserve(size_t count);
  void prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  /// Forgets all groups; rows stay where they are.
  void clear();
  /// As `clear`, and gives the memory back.
  void release();
  size_t size() const { return size_; }
  int64_t bytes() const { return static_cast<int64_t>(slots_.size() * sizeof(uint64_t)); }

 private:
  static constexpr uint64_t kAddressBits = 48;
  static constexpr uint64_t kAddressMask = (uint64_t{1} << kAddressBits) - 1;
  static uint64_t slotOf(uint64_t hash, const std::byte* row) { return (hash >> kAddressBits << kAddressBits) | reinterpret_cast<uint64_t>(row); }
  static std::byte* rowOf(uint64_t slot) { return reinterpret_cast<std::byte*>(slot & kAddressMask); }
  bool isGroup(uint64_t slot, uint64_t hash, const std::byte* packed) const {
    return (slot ^ hash) >> kAddressBits == 0 && format_->keys.equal(rowOf(slot) + GroupRowFormat::kKeys, packed);
  }
  void rehash(size_t capacity);

  const GroupRowFormat* format_;
  std::vector<uint64_t> slots_;
  uint64_t mask_ = 0;
  size_t size_ = 0;
};

/// Estimates how many distinct hashes it saw (HyperLogLog with 1,024 registers, about 3 % off).
class DistinctEstimate {
 public:
  void add(uint64_t hash) {
    const uint64_t rest = hash << 10 | 1 << 9;
    const auto rank = static_cast<uint8_t>(__builtin_clzll(rest) + 1);
    uint8_t& at = registers_[hash >> 54];
    if (rank > at) at = rank;
  }
  double estimate() const;

 private:
  std::array<uint8_t, 1024> registers_{};
};

}  // namespace flint::exec
