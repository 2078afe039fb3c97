#include "columnar/sort_key_layout.h"

#include <algorithm>
#include <bit>

#include "columnar/normalized_float.h"
#include "columnar/vector_compare.h"
#include "columnar/vector_reader.h"

namespace flint::columnar {
namespace {

constexpr size_t kStringPrefix = 12;
constexpr auto kLonger = static_cast<uint8_t>(kStringPrefix + 1);

size_t encodedSize(PhysicalType type) {
  switch (type) {
    case PhysicalType::kString: return kStringPrefix + 1;
    case PhysicalType::kList:
    case PhysicalType::kStruct:
    case PhysicalType::kInterval: return 0;
    default: return widthOf(type);
  }
}

bool isInexact(PhysicalType type) {
  return type == PhysicalType::kString || type == PhysicalType::kList || type == PhysicalType::kStruct || type == PhysicalType::kInterval;
}

// Bytes of `value`, most significant first, ordered as unsigned numbers.
template <class T>
void writeOrdered(T value, std::byte* out) {
  if constexpr (std::is_same_v<T, uint8_t>) {
    out[0] = static_cast<std::byte>(value);
  } else if constexpr (std::is_same_v<T, float>) {
    const auto bits = std::bit_cast<int32_t>(normalizedFloat(value));
    writeOrdered<int32_t>(bits < 0 ? ~bits ^ INT32_MIN : bits, out);
  } else if constexpr (std::is_same_v<T, double>) {
    const auto bits = std::bit_cast<int64_t>(normalizedFloat(value));
    writeOrdered<int64_t>(bits < 0 ? ~bits ^ INT64_MIN : bits, out);
  } else if constexpr (std::is_same_v<T, int128_t>) {
    writeOrdered<int64_t>(static_cast<int64_t>(value >> 64), out);
    writeOrdered<int64_t>(static_cast<int64_t>(static_cast<uint64_t>(value) ^ (uint64_t{1} << 63)), out + 8);
  } else {
    using Unsigned = std::make_unsigned_t<T>;
    auto word = static_cast<Unsigned>(static_cast<Unsigned>(value) ^ static_cast<Unsigned>(Unsigned{1} << (sizeof(T) * 8 - 1)));
    if constexpr (sizeof(T) == 2) word = __builtin_bswap16(word);
    if constexpr (sizeof(T) == 4) word = __builtin_bswap32(word);
    if constexpr (sizeof(T) == 8) word = __builtin_bswap64(word);
    std::memcpy(out, &word, sizeof(T));
  }
}

void writeOrdered(const StringView& value, std::byte* out) {
  std::memcpy(out, value.data(), std::min<size_t>(value.size(), kStringPrefix));
  out[kStringPrefix] = static_cast<std::byte>(std::min<uint32_t>(value.size(), kLonger));
}

template <class T>
void encodeKey(const ColumnVector& vector, const ActiveRows& active, const SortKeyLayout::Key& key, size_t size, size_t stride, std::byte* out) {
  const VectorReader<T> reader(vector);
  const auto nullByte = static_cast<std::byte>(key.nullsFirst ? 0 : 2);
  const size_t valueAt = key.nullable ? 1 : 0;
  for (RowIndex i = 0; i < active.count(); ++i, out += stride) {
    const RowIndex row = active[i];
    if (key.nullable) {
      if (reader.isNull(row)) {
        out[0] = nullByte;
        continue;
      }
      out[0] = std::byte{1};
    }
    writeOrdered(reader[row], out + valueAt);
    if (!key.ascending) {
      for (size_t b = valueAt; b < size; ++b) out[b] = ~out[b];
    }
  }
}

void encodeNullBytes(const ColumnVector& vector, const ActiveRows& active, const SortKeyLayout::Key& key, size_t stride, std::byte* out) {
  if (!key.nullable) return;
  for (RowIndex i = 0; i < active.count(); ++i, out += stride) {
    out[0] = static_cast<std::byte>(!vector.isNull(active[i]) ? 1 : key.nullsFirst ? 0 : 2);
  }
}

}  // namespace

SortKeyLayout::SortKeyLayout(std::vector<Key> keys) : keys_(std::move(keys)) {
  size_t at = 0;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const PhysicalType type = keys_[i].type.physicalType();
    const size_t size = encodedSize(type) + (keys_[i].nullable ? 1 : 0);
    fields_.push_back({at, size});
    at += size;
    if (!isInexact(type)) continue;
    inexact_.push_back(i);
    if (at < sizeof(uint64_t)) prefixDecides_ = false;
  }
  width_ = std::max<size_t>(8, (at + 7) / 8 * 8);
}

void SortKeyLayout::encode(std::span<const VectorPtr> keys, const ActiveRows& active, std::byte* rows) const {
  std::memset(rows, 0, static_cast<size_t>(active.count()) * width_);
  for (size_t k = 0; k < keys_.size(); ++k) {
    const ColumnVector& vector = *keys[k];
    const Key& key = keys_[k];
    const size_t size = fields_[k].size;
    std::byte* out = rows + fields_[k].offset;
    switch (key.type.physicalType()) {
      case PhysicalType::kBool: encodeKey<uint8_t>(vector, active, key, size, width_, out); break;
      case PhysicalType::kInt8: encodeKey<int8_t>(vector, active, key, size, width_, out); break;
      case PhysicalType::kInt16: encodeKey<int16_t>(vector, active, key, size, width_, out); break;
      case PhysicalType::kInt32: encodeKey<int32_t>(vector, active, key, size, width_, out); break;
      case PhysicalType::kInt64: encodeKey<int64_t>(vector, active, key, size, width_, out); break;
      case PhysicalType::kInt128: encodeKey<int128_t>(vector, active, key, size, width_, out); break;
      case PhysicalType::kFloat: encodeKey<float>(vector, active, key, size, width_, out); break;
      case PhysicalType::kDouble: encodeKey<double>(vector, active, key, size, width_, out); break;
      case PhysicalType::kString: encodeKey<StringView>(vector, active, key, size, width_, out); break;
      case PhysicalType::kInterval:
      case PhysicalType::kList:
      case PhysicalType::kStruct: encodeNullBytes(vector, active, key, width_, out); break;
    }
  }
}

bool SortKeyLayout::mayDiffer(size_t key, const std::byte* row) const {
  const std::byte* field = row + fields_[key].offset;
  if (keys_[key].nullable && field[0] != std::byte{1}) return false;
  if (keys_[key].type.physicalType() != PhysicalType::kString) return true;
  const std::byte length = field[fields_[key].size - 1];
  return (keys_[key].ascending ? length : ~length) == static_cast<std::byte>(kLonger);
}

bool SortKeyLayout::bytesDecide(const std::byte* row) const {
  return std::none_of(inexact_.begin(), inexact_.end(), [&](size_t key) { return mayDiffer(key, row); });
}

bool SortKeyLayout::equalFirst(size_t numKeys, const Place& a, const Place& b) const {
  if (std::memcmp(a.bytes, b.bytes, widthOfFirst(numKeys)) != 0) return false;
  for (const size_t key : inexact_) {
    if (key < numKeys && mayDiffer(key, a.bytes) && compareValues(*a.columns[key], a.row, *b.columns[key], b.row) != 0) return false;
  }
  return true;
}

int SortKeyLayout::compareInexact(const Place& a, const Place& b) const {
  size_t from = 0;
  for (const size_t key : inexact_) {
    const size_t end = fields_[key].offset + fields_[key].size;
    const int bytes = std::memcmp(a.bytes + from, b.bytes + from, end - from);
    if (bytes != 0) return bytes;
    if (mayDiffer(key, a.bytes)) {
      const int values = compareValues(*a.columns[key], a.row, *b.columns[key], b.row);
      if (values != 0) return keys_[key].ascending ? values : -values;
    }
    from = end;
  }
  return std::memcmp(a.bytes + from, b.bytes + from, width_ - from);
}

}  // namespace flint::columnar
