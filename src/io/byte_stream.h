#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "io/file_system.h"

namespace flint::io {

/// Bytes front to back.
///
/// Threads: confined to its owner.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Up to `size` bytes; 0 at the end. Errors: the file's; damaged compressed data.
  virtual Result<size_t> read(char* out, size_t size) = 0;
};

enum class StreamCodec : uint8_t { kNone, kGzip, kBzip2, kZstd, kLz4, kSnappy, kDeflate };

/// The codec that a file's name tells, as Hadoop has them: .gz, .bz2, .zst, .lz4, .snappy, .deflate.
StreamCodec streamCodecOf(std::string_view path);

/// A file's bytes from `offset`, decompressed. Errors: CODEC_NOT_AVAILABLE for a codec that streams cannot be read with.
Result<std::unique_ptr<ByteStream>> openStream(std::shared_ptr<const RandomAccessFile> file, int64_t offset, StreamCodec codec);

/// Text in memory as a stream.
std::unique_ptr<ByteStream> streamOf(std::string text);

}  // namespace flint::io
