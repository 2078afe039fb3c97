#include "columnar/row_layout.h"

#include <algorithm>

#include "base/hash.h"
#include "columnar/normalized_float.h"
#include "columnar/row_serializer.h"
#include "columnar/vector_reader.h"

namespace flint::columnar {
namespace {

constexpr uint64_t kSeed = 0x9e3779b97f4a7c15ULL;
constexpr uint64_t kFactor = 0xbf58476d1ce4e5b9ULL;

bool isStored(PhysicalType type) {
  return type != PhysicalType::kString && type != PhysicalType::kList && type != PhysicalType::kStruct;
}

uint64_t fold(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <class T>
T normalized(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return normalizedFloat(value);
  } else {
    return value;
  }
}

struct PackTarget {
  std::byte* rows;
  size_t width;
  size_t offset;
  size_t column;
  bool nullBits;

  std::byte* at(RowIndex i) const { return rows + static_cast<size_t>(i) * width; }
  void markNull(RowIndex i) const { at(i)[column >> 3] |= static_cast<std::byte>(1U << (column & 7)); }
};

template <class T>
void packValues(const ColumnVector& vector, const ActiveRows& active, const PackTarget& target) {
  const VectorReader<T> reader(vector);
  const auto put = [&](RowIndex i, RowIndex row) {
    const T value = normalized(reader[row]);
    std::memcpy(target.at(i) + target.offset, &value, sizeof(T));
  };
  if (!reader.mayHaveNulls()) {
    if (active.isAll() && reader.flatValues() != nullptr) {
      const T* values = reader.flatValues();
      for (RowIndex i = 0; i < active.count(); ++i) {
        const T value = normalized(values[i]);
        std::memcpy(target.at(i) + target.offset, &value, sizeof(T));
      }
      return;
    }
    for (RowIndex i = 0; i < active.count(); ++i) put(i, active[i]);
    return;
  }
  for (RowIndex i = 0; i < active.count(); ++i) {
    if (reader.isNull(active[i])) {
      target.markNull(i);
    } else {
      put(i, active[i]);
    }
  }
}

void packNested(const ColumnVector& vector, const ActiveRows& active, const PackTarget& target, StringHeap& scratch) {
  for (RowIndex i = 0; i < active.count(); ++i) {
    if (vector.isNull(active[i])) {
      target.markNull(i);
      continue;
    }
    ByteWriter bytes;
    serializeValue(vector, active[i], true, bytes);
    new (target.at(i) + target.offset) StringView(scratch.add(bytes.bytes()));
  }
}

template <class T>
BufferPtr unpackValues(std::span<const std::byte* const> rows, size_t offset) {
  auto buffer = Buffer::allocate(sizeof(T) * rows.size());
  T* out = buffer->mutableAs<T>();
  for (size_t i = 0; i < rows.size(); ++i) std::memcpy(out + i, rows[i] + offset, sizeof(T));
  return buffer;
}

}  // namespace

RowLayout::RowLayout(std::vector<Column> columns) : columns_(std::move(columns)), offsets_(columns_.size()) {
  for (const Column& column : columns_) hasNullBits_ |= column.nullable;
  // Wide values first keeps them aligned; null bits lie in front.
  size_t at = hasNullBits_ ? (columns_.size() + 7) / 8 : 0;
  std::vector<size_t> fixed;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (isStored(columns_[i].type.physicalType())) {
      fixed.push_back(i);
    } else {
      ++numStrings_;
    }
  }
  std::stable_sort(fixed.begin(), fixed.end(), [&](size_t a, size_t b) {
    return widthOf(columns_[a].type.physicalType()) < widthOf(columns_[b].type.physicalType());
  });
  for (const size_t i : fixed) {
    offsets_[i] = at;
    at += widthOf(columns_[i].type.physicalType());
  }
  fixedWidth_ = (at + 7) / 8 * 8;
  at = fixedWidth_;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (isStored(columns_[i].type.physicalType())) continue;
    offsets_[i] = at;
    at += sizeof(StringView);
  }
  width_ = at;
}

void RowLayout::pack(std::span<const VectorPtr> columns, const ActiveRows& active, std::byte* rows, StringHeap& scratch) const {
  const bool dense = columns_.size() == 1 && !hasNullBits_ && width_ == 8 && widthOf(columns_[0].type.physicalType()) == 8;
  if (!dense) std::memset(rows, 0, static_cast<size_t>(active.count()) * width_);
  for (size_t c = 0; c < columns_.size(); ++c) {
    const ColumnVector& vector = *columns[c];
    const PackTarget target{rows, width_, offsets_[c], c, hasNullBits_};
    switch (columns_[c].type.physicalType()) {
      case PhysicalType::kBool:
      case PhysicalType::kInt8: packValues<int8_t>(vector, active, target); break;
      case PhysicalType::kInt16: packValues<int16_t>(vector, active, target); break;
      case PhysicalType::kInt32: packValues<int32_t>(vector, active, target); break;
      case PhysicalType::kInt64: packValues<int64_t>(vector, active, target); break;
      case PhysicalType::kInt128: packValues<int128_t>(vector, active, target); break;
      case PhysicalType::kFloat: packValues<float>(vector, active, target); break;
      case PhysicalType::kDouble: packValues<double>(vector, active, target); break;
      case PhysicalType::kInterval: packValues<CalendarInterval>(vector, active, target); break;
      case PhysicalType::kString: packValues<StringView>(vector, active, target); break;
      case PhysicalType::kList:
      case PhysicalType::kStruct: packNested(vector, active, target, scratch); break;
    }
  }
}

void RowLayout::hash(const std::byte* rows, size_t count, uint64_t* hashes) const {
  const size_t words = fixedWidth_ / 8;
  if (width_ == 8 && words == 1) {
    for (size_t i = 0; i < count; ++i) hashes[i] = fold(word(rows + i * 8) ^ kSeed, kFactor);
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    const std::byte* row = rows + i * width_;
    uint64_t hash = kSeed;
    for (size_t w = 0; w < words; ++w) hash = fold(hash ^ word(row + w * 8), kFactor + w);
    for (size_t at = fixedWidth_; at < width_; at += sizeof(StringView)) {
      const StringView& text = string(row + at);
      if (text.isInline()) {
        hash = fold(fold(hash ^ text.head(), kFactor) ^ text.tail(), kSeed);
      } else {
        hash = fold(hash ^ hashBytes(text.data(), text.size()), kFactor);
      }
    }
    hashes[i] = hash;
  }
}

bool RowLayout::anyNull(const std::byte* row) const {
  if (!hasNullBits_) return false;
  for (size_t i = 0; i < columns_.size(); i += 8) {
    if (row[i >> 3] != std::byte{0}) return true;
  }
  return false;
}

size_t RowLayout::stringBytes(const std::byte* row) const {
  size_t bytes = 0;
  for (size_t at = fixedWidth_; at < width_; at += sizeof(StringView)) {
    const StringView& text = string(row + at);
    if (!text.isInline()) bytes += text.size();
  }
  return bytes;
}

VectorPtr RowLayout::unpack(size_t column, std::span<const std::byte* const> rows, std::shared_ptr<const void> owner) const {
  const DataType& type = columns_[column].type;
  const size_t offset = offsets_[column];
  const auto count = static_cast<RowIndex>(rows.size());
  std::shared_ptr<Buffer> validity;
  if (columns_[column].nullable) {
    for (RowIndex i = 0; i < count; ++i) {
      if (!isNull(rows[static_cast<size_t>(i)], column)) continue;
      if (validity == nullptr) {
        validity = Buffer::allocate(static_cast<size_t>(bitmapBytes(count)));
        std::memset(validity->mutableData(), 0xFF, validity->size());
      }
      clearBit(validity->mutableAs<uint64_t>(), i);
    }
  }
  BufferPtr values;
  ColumnVector::Owners owners;
  switch (type.physicalType()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: values = unpackValues<int8_t>(rows, offset); break;
    case PhysicalType::kInt16: values = unpackValues<int16_t>(rows, offset); break;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: values = unpackValues<int32_t>(rows, offset); break;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble: values = unpackValues<int64_t>(rows, offset); break;
    case PhysicalType::kInt128: values = unpackValues<int128_t>(rows, offset); break;
    case PhysicalType::kInterval: values = unpackValues<CalendarInterval>(rows, offset); break;
    case PhysicalType::kString:
      values = unpackValues<StringView>(rows, offset);
      owners.push_back(std::move(owner));
      break;
    case PhysicalType::kList:
    case PhysicalType::kStruct: {
      VectorBuilder builder(type);
      for (const std::byte* row : rows) {
        if (isNull(row, column)) {
          builder.appendNull();
          continue;
        }
        ByteReader bytes(string(row + offset).view());
        deserializeValue(bytes, builder);
      }
      return builder.finish();
    }
  }
  return ColumnVector::flat(type, count, std::move(values), std::move(validity), std::move(owners));
}

}  // namespace flint::columnar
