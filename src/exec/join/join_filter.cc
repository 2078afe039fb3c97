#include "exec/join/join_filter.h"

#include <algorithm>
#include <bit>
#include <mutex>

#include "base/hash.h"
#include "columnar/normalized_float.h"
#include "columnar/vector_reader.h"

namespace flint::exec {
namespace {

using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::Selection;
using columnar::StringView;
using columnar::VectorReader;

constexpr uint64_t kSmallBitmap = uint64_t{1} << 20;   // bits, always worth it
constexpr uint64_t kBitsPerRow = 128;                  // else up to so many a build row
constexpr uint64_t kLargestBitmap = uint64_t{1} << 27;
constexpr RowIndex kLargestBloom = 16 << 20;           // build rows

template <class T>
uint64_t hashOf(const T& value) {
  if constexpr (std::is_same_v<T, StringView>) {
    return hashBytes(value.data(), value.size());
  } else if constexpr (std::is_floating_point_v<T>) {
    return mixHash(std::bit_cast<uint64_t>(static_cast<double>(columnar::normalizedFloat(value))));
  } else {
    return mixHash(static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
}

// Calls `body` with a value of the C++ type of `type`; false for types without a filter.
template <class Body>
bool withType(PhysicalType type, Body&& body) {
  switch (type) {
    case PhysicalType::kBool: body(uint8_t{}); return true;
    case PhysicalType::kInt8: body(int8_t{}); return true;
    case PhysicalType::kInt16: body(int16_t{}); return true;
    case PhysicalType::kInt32: body(int32_t{}); return true;
    case PhysicalType::kInt64: body(int64_t{}); return true;
    case PhysicalType::kFloat: body(float{}); return true;
    case PhysicalType::kDouble: body(double{}); return true;
    case PhysicalType::kString: body(StringView{}); return true;
    case PhysicalType::kInt128:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct: return false;
  }
  return false;
}

// Every row is written and the end moves behind those that pass: no branch to predict.
template <class Test>
void keepIf(Selection& rows, Test&& passes) {
  size_t kept = 0;
  for (const RowIndex row : rows) {
    rows[kept] = row;
    kept += passes(row) ? 1 : 0;
  }
  rows.resize(kept);
}

// Keeps the rows of `rows` whose value passes; NULL never does. Values of a small dictionary are tested once each.
template <class T, class Passes>
void keepRows(const ColumnVector& column, Selection& rows, Passes&& passes) {
  const VectorReader<T> reader(column);
  if (column.isDictionary() && static_cast<size_t>(column.base()->size()) < rows.size() / 2) {
    const T* values = column.base()->template values<T>();
    std::vector<uint8_t> known(static_cast<size_t>(column.base()->size()));
    for (size_t i = 0; i < known.size(); ++i) known[i] = passes(values[i]) ? 1 : 0;
    const int32_t* indices = column.indices();
    if (!reader.mayHaveNulls()) return keepIf(rows, [&](RowIndex row) { return known[static_cast<size_t>(indices[row])] != 0; });
    return keepIf(rows, [&](RowIndex row) { return (known[static_cast<size_t>(indices[row])] != 0) & !reader.isNull(row); });
  }
  const T* flat = reader.flatValues();
  const uint64_t* valid = column.validity();
  if (flat != nullptr && valid == nullptr) return keepIf(rows, [&](RowIndex row) { return passes(flat[row]); });
  if (flat != nullptr) return keepIf(rows, [&](RowIndex row) { return columnar::bitIsSet(valid, row) && passes(flat[row]); });
  keepIf(rows, [&](RowIndex row) { return !reader.isNull(row) && passes(reader[row]); });
}

class JoinFilter final : public connector::DynamicFilter {
 public:
  JoinFilter(const ColumnVector& key, const std::optional<KeyRange>& range) : isEmpty_(key.size() == 0) {
    if (range.has_value()) {
      range_ = *range;
      isEmpty_ = isEmpty_ || range_.isEmpty();
      if (isEmpty_) return;
      bounds_ = std::make_shared<const Bounds>(Bounds{valueOf(key.type(), range_.low), valueOf(key.type(), range_.high)});
      width_ = static_cast<uint64_t>(range_.high) - static_cast<uint64_t>(range_.low) + 1;
      const uint64_t worth = std::max(kSmallBitmap, static_cast<uint64_t>(key.size()) * kBitsPerRow);
      if (width_ != 0 && width_ <= std::min(worth, kLargestBitmap)) {
        fillBitmap(key);
        return;
      }
    }
    if (!isEmpty_ && key.size() <= kLargestBloom) fillBloom(key);
  }

  std::shared_ptr<const Bounds> bounds() const override { return bounds_; }
  bool excludesAll() const override { return isEmpty_; }
  bool apply(const ColumnVector& column, Selection& rows) const override {
    if (isEmpty_) {
      rows.clear();
      return true;
    }
    if (!bitmap_.empty()) {
      if (!isIntegerKey(column.physicalType())) return false;
      return withType(column.physicalType(), [&]<class T>(T) {
        if constexpr (std::is_integral_v<T>) {
          keepRows<T>(column, rows, [&](T value) {
            const uint64_t at = static_cast<uint64_t>(static_cast<int64_t>(value)) - static_cast<uint64_t>(range_.low);
            return at < width_ && (bitmap_[at >> 6] >> (at & 63) & 1) != 0;
          });
        }
      });
    }
    if (bloom_.empty()) return false;
    return withType(column.physicalType(), [&]<class T>(T) {
      keepRows<T>(column, rows, [&](const T& value) {
        if constexpr (std::is_integral_v<T>) {
          if (bounds_ != nullptr && (value < range_.low || value > range_.high)) return false;
        }
        const uint64_t hash = hashOf(value);
        const uint64_t bits = bitsOf(hash);
        return (bloom_[hash & bloomMask_] & bits) == bits;
      });
    });
  }

 private:
  static Value valueOf(const DataType& type, int64_t value) {
    if (type.is(TypeKind::kDecimal)) return Value::decimal(value);
    if (type.is(TypeKind::kBoolean)) return Value::boolean(value != 0);
    return Value::integer(value);
  }
  // Four bits of one word.
  static uint64_t bitsOf(uint64_t hash) {
    return uint64_t{1} << (hash >> 40 & 63) | uint64_t{1} << (hash >> 46 & 63) | uint64_t{1} << (hash >> 52 & 63) | uint64_t{1} << (hash >> 58);
  }
  void fillBitmap(const ColumnVector& key) {
    bitmap_.assign(static_cast<size_t>(width_ / 64 + 1), 0);
    withType(key.physicalType(), [&]<class T>(T) {
      if constexpr (std::is_integral_v<T>) {
        const VectorReader<T> reader(key);
        for (RowIndex row = 0; row < key.size(); ++row) {
          if (reader.isNull(row)) continue;
          const uint64_t at = static_cast<uint64_t>(static_cast<int64_t>(reader[row])) - static_cast<uint64_t>(range_.low);
          bitmap_[at >> 6] |= uint64_t{1} << (at & 63);
        }
      }
    });
  }
  void fillBloom(const ColumnVector& key) {
    // Sixteen bits a row.
    bloom_.assign(std::bit_ceil(static_cast<size_t>(std::max(key.size(), 64)) / 4), 0);
    bloomMask_ = bloom_.size() - 1;
    const bool filled = withType(key.physicalType(), [&]<class T>(T) {
      const VectorReader<T> reader(key);
      for (RowIndex row = 0; row < key.size(); ++row) {
        if (reader.isNull(row)) continue;
        const uint64_t hash = hashOf(reader[row]);
        bloom_[hash & bloomMask_] |= bitsOf(hash);
      }
    });
    if (!filled) bloom_.clear();
  }

  bool isEmpty_;
  KeyRange range_;
  uint64_t width_ = 0;
  std::shared_ptr<const Bounds> bounds_;
  std::vector<uint64_t> bitmap_;
  std::vector<uint64_t> bloom_;
  uint64_t bloomMask_ = 0;
};

}  // namespace

connector::DynamicFilterPtr makeJoinFilter(const ColumnVector& key, const std::optional<KeyRange>& range) {
  return std::make_shared<const JoinFilter>(key, range);
}

}  // namespace flint::exec
