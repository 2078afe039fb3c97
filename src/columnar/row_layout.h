#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/selection.h"
#include "columnar/vector_builder.h"

namespace flint::columnar {

/// How the values of several columns lie in one row of bytes; packs, hashes, compares and unpacks such rows.
///
/// Shape: null bits (when any column may be null), then fixed-width values, padded to `fixedWidth()`, then one StringView a string or nested
/// column (nested values serialized). `width()` is a multiple of 8. Values under nulls are zero.
/// Invariant: rows are equal (NULL equal to NULL, NaN to NaN, -0.0 to 0.0) if their fixed parts are equal bytes and their strings are equal;
/// the hash follows.
/// Threads: immutable.
class RowLayout {
 public:
  struct Column {
    DataType type;
    bool nullable = true;
  };
  RowLayout() = default;
  explicit RowLayout(std::vector<Column> columns);

  size_t numColumns() const { return columns_.size(); }
  const Column& column(size_t i) const { return columns_[i]; }
  size_t width() const { return width_; }
  size_t fixedWidth() const { return fixedWidth_; }
  bool hasStrings() const { return numStrings_ != 0; }
  size_t numStrings() const { return numStrings_; }

  /// Writes the i-th active row's values to `rows + i * width()`. Strings point into the columns' memory, or into `scratch` (nested values).
  void pack(std::span<const VectorPtr> columns, const ActiveRows& active, std::byte* rows, StringHeap& scratch) const;
  /// Hashes of packed rows that lie one behind the other.
  void hash(const std::byte* rows, size_t count, uint64_t* hashes) const;
  bool equal(const std::byte* a, const std::byte* b) const {
    switch (fixedWidth_) {
      case 0: break;
      case 8:
        if (word(a) != word(b)) return false;
        break;
      case 16:
        if (((word(a) ^ word(b)) | (word(a + 8) ^ word(b + 8))) != 0) return false;
        break;
      default:
        if (std::memcmp(a, b, fixedWidth_) != 0) return false;
    }
    for (size_t at = fixedWidth_; at < width_; at += sizeof(StringView)) {
      if (!(string(a + at) == string(b + at))) return false;
    }
    return true;
  }
  bool isNull(const std::byte* row, size_t column) const {
    return hasNullBits_ && (static_cast<uint8_t>(row[column >> 3]) >> (column & 7) & 1) != 0;
  }
  bool anyNull(const std::byte* row) const;
  /// Bytes of strings that are not inline.
  size_t stringBytes(const std::byte* row) const;
  /// Lets the strings of `row` point to copies, for which `allocate(size)` gives room.
  template <class Allocate>
  void ownStrings(std::byte* row, Allocate&& allocate) const {
    for (size_t at = fixedWidth_; at < width_; at += sizeof(StringView)) {
      const StringView view = string(row + at);
      if (view.isInline()) continue;
      char* copy = allocate(view.size());
      std::memcpy(copy, view.data(), view.size());
      new (row + at) StringView(copy, view.size());
    }
  }
  /// Column `column` of `rows` as a flat vector, whose strings `owner` keeps alive.
  VectorPtr unpack(size_t column, std::span<const std::byte* const> rows, std::shared_ptr<const void> owner) const;

 private:
  static uint64_t word(const std::byte* at) {
    uint64_t value;
    std::memcpy(&value, at, 8);
    return value;
  }
  static const StringView& string(const std::byte* at) { return *reinterpret_cast<const StringView*>(at); }

  std::vector<Column> columns_;
  std::vector<size_t> offsets_;
  bool hasNullBits_ = false;
  size_t fixedWidth_ = 0;
  size_t numStrings_ = 0;
  size_t width_ = 0;
};

}  // namespace flint::columnar
