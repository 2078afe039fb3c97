#include "exec/aggregate/row_blocks.h"

#include <algorithm>

namespace flint::exec {
namespace {

constexpr size_t kFirstRows = 8;
constexpr size_t kBlockBytes = 256 << 10;
constexpr size_t kFirstArenaBlock = 4 << 10;

}  // namespace

void RowBlocks::grow() {
  const size_t largest = std::max<size_t>(1, kBlockBytes / rowWidth_);
  const size_t capacity = blocks_.empty() ? std::min(kFirstRows, largest) : std::min(blocks_.back().capacity * 2, largest);
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(capacity * rowWidth_), capacity});
  bytes_ += static_cast<int64_t>(capacity * rowWidth_);
  next_ = blocks_.back().data.get();
  left_ = capacity;
}

void RowBlocks::clear() {
  blocks_.clear();
  next_ = nullptr;
  left_ = size_ = 0;
  bytes_ = 0;
}

void GroupArena::grow(size_t size) {
  const size_t block = std::max(size, std::clamp<size_t>(static_cast<size_t>(allocated_), kFirstArenaBlock, kBlockBytes));
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
  next_ = blocks_.back().get();
  left_ = block;
  allocated_ += static_cast<int64_t>(block);
}

void GroupArena::clear() {
  blocks_.clear();
  next_ = nullptr;
  left_ = 0;
  allocated_ = outside_ = 0;
}

}  // namespace flint::exec
