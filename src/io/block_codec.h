#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"

namespace flint::io {

enum class BlockCodec : uint8_t { kNone, kSnappy, kGzip, kBrotli, kZstd, kLz4Raw, kLz4Hadoop };

/// Decompresses one whole block that becomes exactly `out.size()` bytes. False: the bytes are damaged. Writes nothing beyond `out`.
///
/// Threads: thread-safe.
bool decompressBlock(BlockCodec codec, std::span<const uint8_t> in, std::span<uint8_t> out);

}  // namespace flint::io
