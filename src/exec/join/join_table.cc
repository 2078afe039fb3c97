#include "exec/join/join_table.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"
#include "columnar/vector_reader.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;
using columnar::VectorReader;

constexpr uint64_t kSmallDomain = 1 << 18;    // indexed directly however few rows there are
constexpr uint64_t kDomainPerRow = 4;         // or up to so many codes a row
constexpr uint64_t kLargestCode = uint64_t{1} << 62;
constexpr size_t kPrefetchDistance = 16;
constexpr RowIndex kInsertBatch = 1024;

uint64_t widthOfRange(const KeyRange& range) { return static_cast<uint64_t>(range.high) - static_cast<uint64_t>(range.low) + 1; }

// Codes of one key, or of several when those before have theirs in `codes` already.
template <class T>
void addCodes(const ColumnVector& vector, const ActiveRows& active, const KeyRange& range, bool isFirst, uint64_t noCode, uint64_t* codes) {
  const VectorReader<T> reader(vector);
  const uint64_t width = widthOfRange(range);
  const auto low = static_cast<uint64_t>(range.low);
  const T* flat = reader.flatValues();
  if (isFirst && flat != nullptr && !reader.mayHaveNulls() && active.isAll()) {
    for (RowIndex i = 0; i < active.count(); ++i) {
      const uint64_t offset = static_cast<uint64_t>(static_cast<int64_t>(flat[i])) - low;
      codes[i] = offset < width ? offset : noCode;
    }
    return;
  }
  for (RowIndex i = 0; i < active.count(); ++i) {
    const RowIndex row = active[i];
    const uint64_t offset = static_cast<uint64_t>(static_cast<int64_t>(reader[row])) - low;
    if (reader.isNull(row) || offset >= width) {
      codes[i] = noCode;
    } else if (isFirst) {
      codes[i] = offset;
    } else if (codes[i] != noCode) {
      codes[i] = codes[i] * width + offset;
    }
  }
}

}  // namespace

bool JoinTable::makeCodes(std::span<const std::optional<KeyRange>> ranges) {
  uint64_t domain = 1;
  for (const auto& range : ranges) {
    if (!range.has_value()) return false;
    const KeyRange known = range->isEmpty() ? KeyRange{0, 0} : *range;
    const uint64_t width = widthOfRange(known);
    if (width == 0 || __builtin_mul_overflow(domain, width, &domain) || domain > kLargestCode) return false;
    ranges_.push_back(known);
  }
  const bool isDense = domain <= kSmallDomain || domain <= kDomainPerRow * static_cast<uint64_t>(numRows_);
  kind_ = isDense && !constantHash_ ? Kind::kDense : Kind::kCodes;
  if (kind_ == Kind::kDense) heads_.assign(static_cast<size_t>(domain), -1);
  return true;
}

void JoinTable::prepare(std::vector<VectorPtr> keys, std::vector<bool> nullable, std::span<const std::optional<KeyRange>> ranges,
                        RowIndex numRows, bool constantHash) {
  keys_ = std::move(keys);
  numRows_ = numRows;
  constantHash_ = constantHash;
  if (keys_.empty()) {
    kind_ = Kind::kEveryRow;
    return;
  }
  const auto rows = static_cast<size_t>(numRows);
  next_.assign(rows, -1);
  if (!makeCodes(ranges)) {
    kind_ = Kind::kPacked;
    std::vector<columnar::RowLayout::Column> columns;
    for (size_t i = 0; i < keys_.size(); ++i) columns.push_back({keys_[i]->type(), nullable[i]});
    layout_ = columnar::RowLayout(std::move(columns));
    packed_.resize(rows * layout_.width());
  } else if (kind_ == Kind::kCodes) {
    codes_.resize(rows);
  }
  if (kind_ != Kind::kDense) {
    slots_.assign(std::bit_ceil(std::max<size_t>(64, rows * 2)), 0);
    mask_ = slots_.size() - 1;
  }
}

void JoinTable::computeCodes(std::span<const VectorPtr> keys, const ActiveRows& active, uint64_t* codes) const {
  for (size_t k = 0; k < keys.size(); ++k) {
    switch (keys[k]->physicalType()) {
      case PhysicalType::kBool: addCodes<uint8_t>(*keys[k], active, ranges_[k], k == 0, kNoCode, codes); break;
      case PhysicalType::kInt8: addCodes<int8_t>(*keys[k], active, ranges_[k], k == 0, kNoCode, codes); break;
      case PhysicalType::kInt16: addCodes<int16_t>(*keys[k], active, ranges_[k], k == 0, kNoCode, codes); break;
      case PhysicalType::kInt32: addCodes<int32_t>(*keys[k], active, ranges_[k], k == 0, kNoCode, codes); break;
      default: addCodes<int64_t>(*keys[k], active, ranges_[k], k == 0, kNoCode, codes); break;
    }
  }
}

uint64_t JoinTable::hashOfCode(uint64_t code) const { return constantHash_ ? 0 : mixHash(code); }

bool JoinTable::sameKey(int32_t a, int32_t b) const {
  if (kind_ == Kind::kCodes) return codes_[static_cast<size_t>(a)] == codes_[static_cast<size_t>(b)];
  const size_t width = layout_.width();
  return layout_.equal(packed_.data() + static_cast<size_t>(a) * width, packed_.data() + static_cast<size_t>(b) * width);
}

void JoinTable::chain(int32_t row, int32_t behind) {
  next_[static_cast<size_t>(row)] = behind;
  if (behind >= 0) hasDuplicates_.store(true, std::memory_order_relaxed);
}

void JoinTable::insertHashed(uint64_t hash, int32_t row) {
  const uint64_t tag = hash >> 32 << 32;
  const uint64_t own = tag | static_cast<uint64_t>(row + 1);
  for (uint64_t at = hash & mask_;; at = (at + 1) & mask_) {
    std::atomic_ref<uint64_t> slot(slots_[at]);
    uint64_t current = slot.load(std::memory_order_acquire);
    while (true) {
      if (current == 0) {
        next_[static_cast<size_t>(row)] = -1;
        if (slot.compare_exchange_weak(current, own, std::memory_order_acq_rel, std::memory_order_acquire)) return;
        continue;
      }
      const auto head = static_cast<int32_t>((current & 0xFFFFFFFF) - 1);
      if ((current ^ tag) >> 32 != 0 || !sameKey(head, row)) break;
      chain(row, head);
      if (slot.compare_exchange_weak(current, own, std::memory_order_acq_rel, std::memory_order_acquire)) return;
    }
  }
}

void JoinTable::insert(RowIndex begin, RowIndex end) {
  if (kind_ == Kind::kEveryRow) return;
  Scratch scratch;
  // From the last row to the first, so that chains lead from earlier rows to later ones.
  for (RowIndex last = end; last > begin;) {
    const RowIndex first = std::max(begin, last - kInsertBatch);
    const auto count = static_cast<size_t>(last - first);
    std::vector<RowIndex> rows(count);
    for (size_t i = 0; i < count; ++i) rows[i] = first + static_cast<RowIndex>(i);
    const ActiveRows active(numRows_, rows);
    if (kind_ == Kind::kPacked) {
      std::byte* packed = packed_.data() + static_cast<size_t>(first) * layout_.width();
      layout_.pack(keys_, active, packed, scratch.heap);
      scratch.hashes.resize(count);
      layout_.hash(packed, count, scratch.hashes.data());
      for (size_t i = count; i-- > 0;) {
        if (!layout_.anyNull(packed + i * layout_.width())) insertHashed(constantHash_ ? 0 : scratch.hashes[i], first + static_cast<int32_t>(i));
      }
    } else {
      scratch.codes.resize(count);
      computeCodes(keys_, active, scratch.codes.data());
      for (size_t i = count; i-- > 0;) {
        const uint64_t code = scratch.codes[i];
        if (code == kNoCode) continue;
        const auto row = first + static_cast<int32_t>(i);
        if (kind_ == Kind::kDense) {
          chain(row, std::atomic_ref<int32_t>(heads_[code]).exchange(row, std::memory_order_relaxed));
        } else {
          codes_[static_cast<size_t>(row)] = code;
          insertHashed(hashOfCode(code), row);
        }
      }
    }
    last = first;
  }
  if (kind_ == Kind::kPacked && scratch.heap.allocatedBytes() > 0) {
    const std::lock_guard lock(heapsMutex_);
    heaps_.push_back(std::move(scratch.heap));
  }
}

void JoinTable::finish() {
  if (!hasDuplicates_.load()) next_ = {};
}

template <class IsKey>
int32_t JoinTable::findHashed(uint64_t hash, IsKey&& isKey) const {
  for (uint64_t at = hash & mask_;; at = (at + 1) & mask_) {
    const uint64_t slot = slots_[at];
    if (slot == 0) return -1;
    if ((slot ^ hash) >> 32 != 0) continue;
    const auto row = static_cast<int32_t>((slot & 0xFFFFFFFF) - 1);
    if (isKey(static_cast<size_t>(row))) return row;
  }
}

void JoinTable::find(std::span<const VectorPtr> keys, const ActiveRows& active, Scratch& scratch, int32_t* heads) const {
  const auto count = static_cast<size_t>(active.count());
  if (kind_ == Kind::kEveryRow) {
    std::fill_n(heads, count, numRows_ > 0 ? 0 : -1);
    return;
  }
  scratch.hashes.resize(std::max(scratch.hashes.size(), count));
  uint64_t* hashes = scratch.hashes.data();
  if (kind_ == Kind::kPacked) {
    const size_t width = layout_.width();
    scratch.packed.resize(std::max(scratch.packed.size(), count * width));
    if (scratch.heap.allocatedBytes() > 0) scratch.heap = {};
    layout_.pack(keys, active, scratch.packed.data(), scratch.heap);
    layout_.hash(scratch.packed.data(), count, hashes);
    if (constantHash_) std::fill_n(hashes, count, 0);
    for (size_t i = 0; i < count; ++i) {
      if (i + kPrefetchDistance < count) __builtin_prefetch(&slots_[hashes[i + kPrefetchDistance] & mask_]);
      const std::byte* key = scratch.packed.data() + i * width;
      heads[i] = layout_.anyNull(key) ? -1 : findHashed(hashes[i], [&](size_t row) { return layout_.equal(packed_.data() + row * width, key); });
    }
    return;
  }
  scratch.codes.resize(std::max(scratch.codes.size(), count));
  uint64_t* codes = scratch.codes.data();
  computeCodes(keys, active, codes);
  if (kind_ == Kind::kDense) {
    const int32_t* table = heads_.data();
    for (size_t i = 0; i < count; ++i) heads[i] = codes[i] == kNoCode ? -1 : table[codes[i]];
    return;
  }
  for (size_t i = 0; i < count; ++i) hashes[i] = hashOfCode(codes[i]);
  for (size_t i = 0; i < count; ++i) {
    if (i + kPrefetchDistance < count) __builtin_prefetch(&slots_[hashes[i + kPrefetchDistance] & mask_]);
    const uint64_t code = codes[i];
    heads[i] = code == kNoCode ? -1 : findHashed(hashes[i], [&](size_t row) { return codes_[row] == code; });
  }
}

int64_t JoinTable::bytes() const {
  return static_cast<int64_t>(heads_.size() * 4 + next_.size() * 4 + slots_.size() * 8 + codes_.size() * 8 + packed_.size());
}

}  // namespace flint::exec
