#include "exec/window/partition_thresholds.h"

#include <cstring>

#include "base/hash.h"

namespace flint::exec {
namespace {

using columnar::RowIndex;
using columnar::Selection;
using columnar::SortKeyLayout;

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kMostEntryBytes = 1024;
constexpr int64_t kWorthwhile = 4;  // of so many rows at least one is to be dropped, once there is no more room
constexpr size_t kFirstSlots = 1024;
constexpr RowIndex kSlotsAhead = 16;
constexpr RowIndex kEntriesAhead = 8;

// As memcmp, for what differs early mostly.
int compareBytes(const std::byte* a, const std::byte* b, size_t width) {
  if (width < sizeof(uint64_t)) return std::memcmp(a, b, width);
  const uint64_t x = SortKeyLayout::prefix(a);
  const uint64_t y = SortKeyLayout::prefix(b);
  if (x != y) return x < y ? -1 : 1;
  return std::memcmp(a + sizeof(uint64_t), b + sizeof(uint64_t), width - sizeof(uint64_t));
}

// Whether two runs of `width` bytes are alike; eight may be read of each.
bool equalBytes(const std::byte* a, const std::byte* b, size_t width) {
  constexpr size_t kWord = sizeof(uint64_t);
  uint64_t x;
  uint64_t y;
  std::memcpy(&x, a, kWord);
  std::memcpy(&y, b, kWord);
  if (width < kWord) return ((x ^ y) & ((uint64_t{1} << (8 * width)) - 1)) == 0;
  return x == y && std::memcmp(a + kWord, b + kWord, width - kWord) == 0;
}

}  // namespace

bool PartitionThresholds::canHold(const SortKeyLayout& layout, size_t numPartitionKeys, int64_t limit) {
  const auto orderWidth = static_cast<int64_t>(layout.width() - layout.widthOfFirst(numPartitionKeys));
  return limit > 0 && orderWidth > 0 && limit <= static_cast<int64_t>(kMostEntryBytes) / orderWidth;
}

// An entry: the number of its order keys, the partition's key, the order keys.
PartitionThresholds::PartitionThresholds(const SortKeyLayout& layout, size_t numPartitionKeys, int64_t limit)
    : layout_(layout),
      partitionWidth_(layout.widthOfFirst(numPartitionKeys)),
      orderWidth_(layout.width() - partitionWidth_),
      limit_(static_cast<uint32_t>(limit)),
      entryWidth_((sizeof(uint32_t) + partitionWidth_ + limit_ * orderWidth_ + 7) / 8 * 8),
      slots_(kFirstSlots) {}

int64_t PartitionThresholds::bytes() const { return static_cast<int64_t>(entries_.capacity() + slots_.capacity() * sizeof(uint32_t)); }

Selection PartitionThresholds::admit(const std::byte* keys, RowIndex numRows) {
  Selection admitted;
  admitted.reserve(static_cast<size_t>(numRows));
  hashes_.resize(static_cast<size_t>(numRows));
  for (RowIndex row = 0; row < numRows; ++row) hashes_[static_cast<size_t>(row)] = hashBytes(keys + static_cast<size_t>(row) * layout_.width(), partitionWidth_);
  for (RowIndex row = 0; row < numRows; ++row, keys += layout_.width()) {
    prefetch(row);
    if (admits(keys, hashes_[static_cast<size_t>(row)])) admitted.push_back(row);
  }
  seen_ += numRows;
  dropped_ += numRows - static_cast<RowIndex>(admitted.size());
  return admitted;
}

// What later rows look at: the table is often larger than the caches.
void PartitionThresholds::prefetch(RowIndex row) const {
  const size_t mask = slots_.size() - 1;
  const auto ahead = [&](RowIndex by) { return static_cast<size_t>(row + by); };
  if (isOff_) return;
  if (ahead(kSlotsAhead) < hashes_.size()) __builtin_prefetch(&slots_[hashes_[ahead(kSlotsAhead)] & mask]);
  if (ahead(kEntriesAhead) >= hashes_.size()) return;
  const uint32_t number = slots_[hashes_[ahead(kEntriesAhead)] & mask];
  if (number == 0) return;
  const std::byte* entry = entries_.data() + (number - 1) * entryWidth_;
  __builtin_prefetch(entry);
  __builtin_prefetch(entry + entryWidth_ - 1);
}

bool PartitionThresholds::admits(const std::byte* row, uint64_t hash) {
  if (isOff_ || !layout_.bytesDecide(row)) return true;
  std::byte* entry = entryOf(row, hash);
  return entry == nullptr || insert(entry, row + partitionWidth_);
}

// The entry of the row's partition, made where it is new; null where there is no room for it.
std::byte* PartitionThresholds::entryOf(const std::byte* row, uint64_t hash) {
  size_t slot = hash & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    std::byte* entry = entries_.data() + (slots_[slot] - 1) * entryWidth_;
    if (equalBytes(entry + sizeof(uint32_t), row, partitionWidth_)) return entry;
  }
  if ((numEntries_ + 1) * entryWidth_ > kMostBytes) {
    if (dropped_ * kWorthwhile < seen_) {
      isOff_ = true;
      entries_ = {};
      slots_ = {};
    }
    return nullptr;
  }
  slots_[slot] = static_cast<uint32_t>(++numEntries_);
  entries_.resize(numEntries_ * entryWidth_);
  std::memcpy(entries_.data() + (numEntries_ - 1) * entryWidth_ + sizeof(uint32_t), row, partitionWidth_);
  if (numEntries_ * 2 > slots_.size()) grow();
  return entries_.data() + (numEntries_ - 1) * entryWidth_;
}

// False for a key behind the last one of a full entry.
bool PartitionThresholds::insert(std::byte* entry, const std::byte* orderKey) {
  uint32_t count;
  std::memcpy(&count, entry, sizeof(count));
  std::byte* keys = entry + sizeof(count) + partitionWidth_;
  if (count == limit_) {
    const int order = compareBytes(orderKey, keys + (count - 1) * orderWidth_, orderWidth_);
    if (order >= 0) return order == 0;
    --count;  // the last one leaves
  }
  uint32_t place = count;
  for (; place > 0 && compareBytes(orderKey, keys + (place - 1) * orderWidth_, orderWidth_) < 0; --place) {
  }
  std::memmove(keys + (place + 1) * orderWidth_, keys + place * orderWidth_, (count - place) * orderWidth_);
  std::memcpy(keys + place * orderWidth_, orderKey, orderWidth_);
  ++count;
  std::memcpy(entry, &count, sizeof(count));
  return true;
}

void PartitionThresholds::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (size_t i = 0; i < numEntries_; ++i) {
    size_t slot = hashBytes(entries_.data() + i * entryWidth_ + sizeof(uint32_t), partitionWidth_) & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

}  // namespace flint::exec
