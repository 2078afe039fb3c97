#include "io/checked_frame.h"

#include <lz4.h>

#include "base/hash.h"

namespace flint::io {
namespace {

constexpr uint32_t kLargestFrame = 0x7E000000;  // what LZ4 can compress

struct FrameHeader {
  uint32_t rawSize;
  uint32_t storedSize;  // equal to rawSize: not compressed
  uint64_t checksum;    // of the stored bytes
};
static_assert(sizeof(FrameHeader) == 16);

}  // namespace

Status appendFrame(std::string& out, std::string_view block, std::vector<char>& scratch) {
  if (block.size() > kLargestFrame) return internalError("a block of more than 2 GB cannot be stored");
  const int rawSize = static_cast<int>(block.size());
  scratch.resize(static_cast<size_t>(LZ4_compressBound(rawSize)));
  const int packed = LZ4_compress_default(block.data(), scratch.data(), rawSize, static_cast<int>(scratch.size()));
  std::string_view stored = block;
  if (packed > 0 && static_cast<size_t>(packed) < block.size()) stored = {scratch.data(), static_cast<size_t>(packed)};
  const FrameHeader header{static_cast<uint32_t>(block.size()), static_cast<uint32_t>(stored.size()), hashBytes(stored.data(), stored.size())};
  out.append(reinterpret_cast<const char*>(&header), sizeof(header));
  out.append(stored);
  return Status::ok();
}

Error FrameReader::damaged(std::string_view what) const {
  return Error(condition::kInternalErrorStorage).with("message", "the file " + file_->path() + " is damaged: " + std::string(what));
}

Result<bool> FrameReader::next(std::string_view& block) {
  if (offset_ >= end_) return false;
  if (file_->size() < end_) return damaged("it is shorter than what was written");
  FrameHeader header;
  if (offset_ + static_cast<int64_t>(sizeof(header)) > end_) return damaged("a frame is cut off");
  RETURN_IF_ERROR(file_->readAt(offset_, sizeof(header), &header));
  offset_ += static_cast<int64_t>(sizeof(header));
  if (header.storedSize > header.rawSize || header.rawSize > kLargestFrame || offset_ + header.storedSize > end_) return damaged("a frame has an impossible size");
  stored_.resize(header.storedSize);
  RETURN_IF_ERROR(file_->readAt(offset_, header.storedSize, stored_.data()));
  offset_ += header.storedSize;
  if (hashBytes(stored_.data(), stored_.size()) != header.checksum) return damaged("a checksum does not match");
  if (header.storedSize == header.rawSize) {
    block = {stored_.data(), stored_.size()};
    return true;
  }
  raw_.resize(header.rawSize);
  const int unpacked = LZ4_decompress_safe(stored_.data(), raw_.data(), static_cast<int>(header.storedSize), static_cast<int>(header.rawSize));
  if (unpacked != static_cast<int>(header.rawSize)) return damaged("a frame cannot be decompressed");
  block = {raw_.data(), raw_.size()};
  return true;
}

}  // namespace flint::io
