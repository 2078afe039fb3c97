#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"

namespace flint::io {

/// Appends a block to `out` as a frame: raw size and stored size (4 bytes each), XXH3 of the stored bytes, then these, LZ4 or as they are.
///
/// Errors: INTERNAL_ERROR for a block of 2 GB or more.
Status appendFrame(std::string& out, std::string_view block, std::vector<char>& scratch);

/// Reads the frames of a part of a file, one after the other.
///
/// Memory: one frame.
/// Threads: confined to its owner.
/// Errors: INTERNAL_ERROR_STORAGE with the path for damaged bytes; those of the device.
class FrameReader {
 public:
  FrameReader(std::shared_ptr<const RandomAccessFile> file, int64_t begin, int64_t end) : file_(std::move(file)), offset_(begin), end_(end) {}
  /// False at the end. The bytes stay until the next call.
  Result<bool> next(std::string_view& block);
  void seek(int64_t offset) { offset_ = offset; }

 private:
  Error damaged(std::string_view what) const;

  const std::shared_ptr<const RandomAccessFile> file_;
  int64_t offset_;
  const int64_t end_;
  std::vector<char> stored_;
  std::vector<char> raw_;
};

}  // namespace flint::io
