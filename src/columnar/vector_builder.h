#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "columnar/column_vector.h"

namespace flint::columnar {

/// Strings written one behind another into blocks that never move.
///
/// Memory: blocks of 4 KiB and up, doubling; `owner()` keeps them all alive. Not charged here.
/// Threads: confined to its owner.
class StringHeap {
 public:
  StringHeap();
  /// Copies `text` when it does not fit inline.
  StringView add(std::string_view text);
  /// Room for `size` bytes to be written by the caller.
  char* allocate(size_t size);
  std::shared_ptr<const void> owner() const { return blocks_; }
  int64_t allocatedBytes() const { return allocatedBytes_; }

 private:
  using Blocks = std::vector<std::unique_ptr<char[]>>;
  std::shared_ptr<Blocks> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t blockSize_ = 4096;
  int64_t allocatedBytes_ = 0;
};

/// Appends values of one type, row by row, into a flat vector. The general way; hot paths write buffers themselves.
///
/// Threads: confined to its owner.
class VectorBuilder {
 public:
  explicit VectorBuilder(DataType type);
  ~VectorBuilder();
  VectorBuilder(VectorBuilder&&) noexcept;
  VectorBuilder& operator=(VectorBuilder&&) noexcept;

  const DataType& type() const { return type_; }
  RowIndex size() const { return size_; }
  int64_t byteSize() const;

  void append(const Value& value);
  void appendNull();
  void appendFrom(const ColumnVector& source, RowIndex row);
  /// Rows [first, first + count) of a source.
  void appendRange(const ColumnVector& source, RowIndex first, RowIndex count);
  void appendBoolean(bool value) { appendFixed<uint8_t>(value ? 1 : 0); }
  /// T must be the C++ type of the physical type.
  template <class T>
  void appendFixed(T value) {
    const auto* bytes = reinterpret_cast<const char*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof(T));
    pushValid();
  }
  void appendString(std::string_view text);
  /// For arrays and maps: append the elements to `child(i)` first, then say how many they were.
  void appendList(int32_t length);
  /// For structs: append to every child first.
  void appendStruct() { pushValid(); }
  VectorBuilder& child(size_t index) { return children_[index]; }

  /// The vector; the builder starts again empty.
  VectorPtr finish();

 private:
  void pushValid();

  DataType type_;
  PhysicalType physicalType_;
  RowIndex size_ = 0;
  std::vector<char> bytes_;
  std::vector<uint64_t> validity_;  // empty until the first null
  std::vector<VectorBuilder> children_;
  std::unique_ptr<StringHeap> heap_;
};

}  // namespace flint::columnar
