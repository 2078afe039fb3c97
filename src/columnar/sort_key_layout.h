#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/selection.h"

namespace flint::columnar {

/// Turns sort keys into rows of bytes whose memcmp order is the sort order.
///
/// Shape: per key a byte for NULL (nullable keys only), then the value big-endian with its sign turned, inverted when descending. A string gives its
/// first 12 bytes and its length up to 13: longer strings that are alike so far are told apart by their columns, as are nested values.
/// `width()` is a multiple of 8.
/// Threads: immutable.
class SortKeyLayout {
 public:
  struct Key {
    DataType type;
    bool ascending = true;
    bool nullsFirst = true;
    bool nullable = true;
  };
  SortKeyLayout() = default;
  explicit SortKeyLayout(std::vector<Key> keys);

  size_t numKeys() const { return keys_.size(); }
  size_t width() const { return width_; }
  /// Whether bytes alone may not decide: a key is a string or nested.
  bool needsColumns() const { return !inexact_.empty(); }
  /// Whether a key's bytes always decide.
  bool isExact(size_t key) const { return std::find(inexact_.begin(), inexact_.end(), key) == inexact_.end(); }
  /// Whether rows with different prefixes are in the order of these.
  bool prefixDecides() const { return prefixDecides_; }
  /// Writes the i-th active row's keys to `rows + i * width()`.
  void encode(std::span<const VectorPtr> keys, const ActiveRows& active, std::byte* rows) const;
  /// Where a row is: its bytes, and its place in the key columns (read only when `needsColumns`).
  struct Place {
    const std::byte* bytes;
    std::span<const VectorPtr> columns;
    RowIndex row;
  };
  int compare(const Place& a, const Place& b) const {
    return inexact_.empty() ? std::memcmp(a.bytes, b.bytes, width_) : compareInexact(a, b);
  }
  /// Whether a row's bytes say all of its keys: such rows are in the order of their bytes.
  bool bytesDecide(const std::byte* row) const;
  /// How many bytes of a row are its first `numKeys` keys.
  size_t widthOfFirst(size_t numKeys) const { return numKeys == 0 ? 0 : fields_[numKeys - 1].offset + fields_[numKeys - 1].size; }
  /// Whether the first `numKeys` keys of two rows are equal.
  bool equalFirst(size_t numKeys, const Place& a, const Place& b) const;
  /// The first eight bytes as a number of the same order.
  static uint64_t prefix(const std::byte* row) {
    uint64_t word;
    std::memcpy(&word, row, 8);
    return __builtin_bswap64(word);
  }

 private:
  struct Field {
    size_t offset;  // of the NULL byte, or of the value without one
    size_t size;    // NULL byte included
  };
  int compareInexact(const Place& a, const Place& b) const;
  bool mayDiffer(size_t key, const std::byte* row) const;

  std::vector<Key> keys_;
  std::vector<Field> fields_;
  std::vector<size_t> inexact_;
  bool prefixDecides_ = true;
  size_t width_ = 0;
};

}  // namespace flint::columnar
