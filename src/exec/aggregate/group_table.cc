#include "exec/aggregate/group_table.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace flint::exec {
namespace {

constexpr size_t kFewestSlots = 64;
constexpr size_t kPrefetchDistance = 12;
// Tables below this many slots stay in the cache by themselves.
constexpr size_t kPrefetchedSlots = size_t{1} << 14;

size_t roundUp(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

}  // namespace

void GroupStates::init(std::byte* row) const {
  std::memset(row + begin, 0, width);
  if (zeroInitialized) return;
  for (const State& state : states) state.aggregator->init(row + state.offset);
}

void GroupStates::destroy(std::byte* row) const {
  for (const State& state : states) {
    if (state.aggregator->needsDestroy()) state.aggregator->destroy(row + state.offset);
  }
}

Status GroupStates::merge(std::byte* into, const std::byte* from, expr::StateArena& arena) const {
  for (const State& state : states) RETURN_IF_ERROR(state.aggregator->merge(into + state.offset, from + state.offset, arena));
  return Status::ok();
}

GroupRowFormat GroupRowFormat::make(columnar::RowLayout keys, std::span<const std::shared_ptr<const expr::Aggregator>> aggregators) {
  GroupRowFormat format;
  format.keys = std::move(keys);
  format.states.begin = kKeys + format.keys.width();
  size_t at = format.states.begin;
  for (const auto& aggregator : aggregators) {
    at = roundUp(at, 8);
    format.states.states.push_back({aggregator.get(), at});
    at += aggregator->stateSize();
    format.states.zeroInitialized &= aggregator->zeroInitialized();
    format.states.needsDestroy |= aggregator->needsDestroy();
  }
  format.width = roundUp(at, 8);
  format.states.width = format.width - format.states.begin;
  return format;
}

GroupRows::GroupRows(const GroupRowFormat& format) : format_(format) {
  partitions_.reserve(kGroupPartitions);
  for (size_t i = 0; i < kGroupPartitions; ++i) partitions_.emplace_back(format.width);
}

GroupRows::~GroupRows() { clear(); }

std::byte* GroupRows::add(uint64_t hash, const std::byte* packed) {
  std::byte* row = partitions_[groupPartition(hash)].add();
  std::memcpy(row, &hash, sizeof(hash));
  std::byte* keys = row + GroupRowFormat::kKeys;
  if (format_.keys.width() != 0) std::memcpy(keys, packed, format_.keys.width());
  if (format_.keys.hasStrings()) format_.keys.ownStrings(keys, [this](size_t size) { return arena_.allocate(size); });
  format_.states.init(row);
  if (knowsOrder_) {
    if (inOrder_.size() < kMostInOrder) {
      inOrder_.push_back(row);
    } else {
      forgetOrder();
    }
  }
  return row;
}

void GroupRows::forgetOrder() {
  knowsOrder_ = false;
  inOrder_ = {};
}

void GroupRows::clearPartition(size_t index) {
  if (knowsOrder_) forgetOrder();
  if (format_.states.needsDestroy) partitions_[index].forEach([this](std::byte* row) { format_.states.destroy(row); });
  partitions_[index].clear();
}

void GroupRows::clear() {
  for (size_t i = 0; i < kGroupPartitions; ++i) clearPartition(i);
  arena_.clear();
  knowsOrder_ = true;
}

size_t GroupRows::size() const {
  size_t size = 0;
  for (const RowBlocks& partition : partitions_) size += partition.size();
  return size;
}

int64_t GroupRows::bytes() const {
  int64_t bytes = arena_.bytes() + static_cast<int64_t>(inOrder_.capacity() * sizeof(std::byte*));
  for (const RowBlocks& partition : partitions_) bytes += partition.bytes();
  return bytes;
}

size_t GroupTable::findOrAdd(const std::byte* packed, const uint64_t* hashes, size_t count, std::byte** groups, GroupRows& rows) {
  reserve(count);
  const size_t keyWidth = format_->keys.width();
  const size_t before = size_;
  const bool isLarge = slots_.size() > kPrefetchedSlots;
  for (size_t i = 0; i < count; ++i, packed += keyWidth) {
    if (isLarge && i + kPrefetchDistance < count) prefetch(hashes[i + kPrefetchDistance]);
    const uint64_t hash = hashes[i];
    uint64_t at = hash & mask_;
    while (true) {
      const uint64_t slot = slots_[at];
      if (slot == 0) {
        groups[i] = rows.add(hash, packed);
        slots_[at] = slotOf(hash, groups[i]);
        ++size_;
        break;
      }
      if (isGroup(slot, hash, packed)) {
        groups[i] = rowOf(slot);
        break;
      }
      at = (at + 1) & mask_;
    }
  }
  return size_ - before;
}

std::byte* GroupTable::findOrTake(std::byte* row) {
  const uint64_t hash = GroupRowFormat::hashOf(row);
  uint64_t at = hash & mask_;
  while (slots_[at] != 0) {
    if (isGroup(slots_[at], hash, row + GroupRowFormat::kKeys)) return rowOf(slots_[at]);
    at = (at + 1) & mask_;
  }
  slots_[at] = slotOf(hash, row);
  ++size_;
  return nullptr;
}

void GroupTable::reserve(size_t count) {
  const size_t needed = std::bit_ceil(std::max(kFewestSlots, (size_ + count) * 2));
  if (needed > slots_.size()) rehash(needed);
}

void GroupTable::rehash(size_t capacity) {
  std::vector<uint64_t> old(capacity, 0);
  old.swap(slots_);
  mask_ = capacity - 1;
  for (const uint64_t slot : old) {
    if (slot == 0) continue;
    uint64_t at = GroupRowFormat::hashOf(rowOf(slot)) & mask_;
    while (slots_[at] != 0) at = (at + 1) & mask_;
    slots_[at] = slot;
  }
}

void GroupTable::clear() {
  std::memset(slots_.data(), 0, slots_.size() * sizeof(uint64_t));
  size_ = 0;
}

void GroupTable::release() {
  slots_ = {};
  mask_ = 0;
  size_ = 0;
}

double DistinctEstimate::estimate() const {
  const auto registers = static_cast<double>(registers_.size());
  double sum = 0;
  size_t empty = 0;
  for (const uint8_t rank : registers_) {
    sum += std::ldexp(1.0, -rank);
    empty += rank == 0 ? 1 : 0;
  }
  const double raw = 0.7213 / (1 + 1.079 / registers) * registers * registers / sum;
  if (raw <= 2.5 * registers && empty != 0) return registers * std::log(registers / static_cast<double>(empty));
  return raw;
}

}  // namespace flint::exec
