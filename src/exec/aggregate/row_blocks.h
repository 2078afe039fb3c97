#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "expr/aggregate_function.h"

namespace flint::exec {

/// Rows of equal width in blocks that never move.
///
/// Memory: blocks start with a few rows and double to 256 KiB. Threads: confined to its owner.
class RowBlocks {
 public:
  explicit RowBlocks(size_t rowWidth) : rowWidth_(rowWidth) {}

  /// Room for one more row, uninitialized.
  std::byte* add() {
    if (left_ == 0) grow();
    std::byte* row = next_;
    next_ += rowWidth_;
    --left_;
    ++size_;
    return row;
  }
  size_t size() const { return size_; }
  int64_t bytes() const { return bytes_; }
  void clear();
  template <class Visit>
  void forEach(Visit&& visit) const {
    size_t rest = size_;
    for (const Block& block : blocks_) {
      const size_t count = block.capacity < rest ? block.capacity : rest;
      std::byte* row = block.data.get();
      for (size_t i = 0; i < count; ++i, row += rowWidth_) visit(row);
      rest -= count;
    }
  }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> data;
    size_t capacity;  // rows
  };
  void grow();

  size_t rowWidth_;
  std::vector<Block> blocks_;
  std::byte* next_ = nullptr;
  size_t left_ = 0;
  size_t size_ = 0;
  int64_t bytes_ = 0;
};

/// Bytes that group keys and states point to, freed all at once.
///
/// Threads: confined to its owner.
class GroupArena final : public expr::StateArena {
 public:
  char* allocate(size_t size) override {
    if (size > left_) grow(size);
    char* at = next_;
    next_ += size;
    left_ -= size;
    return at;
  }
  void adjust(int64_t bytes) override { outside_ += bytes; }
  int64_t bytes() const { return allocated_ + outside_; }
  void clear();

 private:
  void grow(size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  int64_t allocated_ = 0;
  int64_t outside_ = 0;
};

}  // namespace flint::exec
