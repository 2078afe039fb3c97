#include "exec/aggregate/coded_keys.h"

#include <algorithm>
#include <limits>

#include "columnar/vector_reader.h"
#include "exec/key_range.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;
using columnar::VectorReader;

constexpr size_t kLargestRange = 1 << 14;      // of one integer key
constexpr size_t kLargestDomain = 1 << 16;     // of all keys together
constexpr size_t kLargestDictionary = 1 << 21; // of a single dictionary, such as the rows of a join's build side
constexpr size_t kCheapDomain = 1 << 12;       // groups are forgotten at no cost worth counting
constexpr int32_t kMostFailures = 4;           // in a row, after which keys are hashed without trying

// Codes of an integer key: 0 for NULL, else the value's place in the range.
template <class T>
void addRangeCodes(const ColumnVector& vector, const ActiveRows& active, int64_t low, size_t domain, uint32_t* codes) {
  const VectorReader<T> reader(vector);
  const auto factor = static_cast<uint32_t>(domain);
  if (!reader.mayHaveNulls()) {
    for (RowIndex i = 0; i < active.count(); ++i) {
      codes[i] = codes[i] * factor + static_cast<uint32_t>(static_cast<int64_t>(reader[active[i]]) - low + 1);
    }
    return;
  }
  for (RowIndex i = 0; i < active.count(); ++i) {
    const RowIndex row = active[i];
    const uint32_t code = reader.isNull(row) ? 0 : static_cast<uint32_t>(static_cast<int64_t>(reader[row]) - low + 1);
    codes[i] = codes[i] * factor + code;
  }
}

bool sameIndices(const ColumnVector& a, const ColumnVector& b) {
  return a.isDictionary() && b.isDictionary() && a.valuesBuffer() == b.valuesBuffer() && a.validityBuffer() == b.validityBuffer();
}

}  // namespace

bool CodedKeys::describeRange(const ColumnVector& vector, const ActiveRows& active, const Key& before, Key& key) {
  if (!isIntegerKey(vector.physicalType())) return false;
  KeyRange range;
  if (vector.physicalType() == PhysicalType::kBool) {
    range = {0, 1};
  } else {
    range.add(vector, active);
  }
  key.coding = Coding::kRange;
  if (before.coding == Coding::kRange && before.low <= before.high) range.add({before.low, before.high});
  // No value at all is a domain that holds NULL alone.
  key.low = range.isEmpty() ? 0 : range.low;
  key.high = range.isEmpty() ? -1 : range.high;
  const uint64_t width = static_cast<uint64_t>(key.high) - static_cast<uint64_t>(key.low) + 2;
  if (key.high >= key.low && width > kLargestRange) return false;
  key.domain = key.high < key.low ? 1 : static_cast<size_t>(width);
  return true;
}

bool CodedKeys::describe(std::span<const VectorPtr> keys, const ActiveRows& active) {
  described_.assign(keys.size(), Key{});
  size_t domain = 1;
  size_t numCoded = 0;
  for (size_t k = 0; k < keys.size(); ++k) {
    const ColumnVector& vector = *keys[k];
    Key& key = described_[k];
    for (size_t other = 0; other < k; ++other) {
      if (sameIndices(*keys[other], vector)) key.coding = Coding::kShared;
    }
    if (key.coding == Coding::kShared) {
      key.base = vector.base();
      continue;
    }
    if (vector.isDictionary()) {
      key.coding = Coding::kDictionary;
      key.base = vector.base();
      key.domain = static_cast<size_t>(key.base->size()) + 1;
    } else if (vector.isConstant()) {
      key.coding = Coding::kConstant;
      key.base = vector.base();
    } else if (!describeRange(vector, active, keys_[k], key)) {
      return false;
    }
    numCoded += key.domain > 1 ? 1 : 0;
    if (key.domain > kLargestDictionary) return false;
    domain *= key.domain;
    if (domain > (numCoded <= 1 ? kLargestDictionary : kLargestDomain)) return false;
  }
  return true;
}

void CodedKeys::addCodes(const ColumnVector& vector, const ActiveRows& active, const Key& key) {
  if (key.coding == Coding::kRange) {
    if (key.domain == 1) return;  // NULL in every row
    switch (vector.physicalType()) {
      case PhysicalType::kBool: return addRangeCodes<uint8_t>(vector, active, key.low, key.domain, codes_.data());
      case PhysicalType::kInt8: return addRangeCodes<int8_t>(vector, active, key.low, key.domain, codes_.data());
      case PhysicalType::kInt16: return addRangeCodes<int16_t>(vector, active, key.low, key.domain, codes_.data());
      case PhysicalType::kInt32: return addRangeCodes<int32_t>(vector, active, key.low, key.domain, codes_.data());
      default: return addRangeCodes<int64_t>(vector, active, key.low, key.domain, codes_.data());
    }
  }
  if (key.coding != Coding::kDictionary) return;
  const int32_t* indices = vector.indices();
  const uint64_t* validity = vector.validity();
  const auto factor = static_cast<uint32_t>(key.domain);
  for (RowIndex i = 0; i < active.count(); ++i) {
    const RowIndex row = active[i];
    const bool isNull = validity != nullptr && !columnar::bitIsSet(validity, row);
    codes_[static_cast<size_t>(i)] = codes_[static_cast<size_t>(i)] * factor + (isNull ? 0 : static_cast<uint32_t>(indices[row]) + 1);
  }
}

bool CodedKeys::map(std::span<const VectorPtr> keys, const ActiveRows& active) {
  if (failures_ >= kMostFailures) return false;
  ++batches_;
  if (!describe(keys, active)) {
    ++failures_;
    return false;
  }
  size_t domain = 1;
  bool same = !groups_.empty();
  for (size_t k = 0; k < keys.size(); ++k) {
    const Key& key = described_[k];
    domain *= key.domain;
    const Key& before = keys_[k];
    same = same && key.coding == before.coding && key.base == before.base && key.low == before.low && key.high == before.high;
  }
  if (!same) {
    // A large table of groups must live long enough to pay for being cleared.
    ++resets_;
    if (domain > std::max(kCheapDomain, static_cast<size_t>(active.count()) * 4) && resets_ > 2 + batches_ / 8) {
      ++failures_;
      return false;
    }
    keys_ = described_;
    groups_.assign(domain, nullptr);
  }
  failures_ = 0;
  codes_.assign(static_cast<size_t>(active.count()), 0);
  for (size_t k = 0; k < keys.size(); ++k) addCodes(*keys[k], active, described_[k]);
  return true;
}

void CodedKeys::forget() { std::fill(groups_.begin(), groups_.end(), nullptr); }

}  // namespace flint::exec
