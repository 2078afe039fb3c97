#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace flint::io {

/// Decompresses a Snappy block (no framing) that becomes exactly `out.size()` bytes. False: the bytes are damaged. Writes nothing beyond `out`.
///
/// A library built for every processor calls memmove for each of the small pieces of a block; here they are copied as 16-byte words, more than needed where
/// there is room, and a piece that is literal and one that is a copy take the same way.
/// Threads: thread-safe.
/// Source: https://github.com/google/snappy/blob/main/format_description.txt
bool decompressSnappyBlock(std::span<const uint8_t> in, std::span<uint8_t> out);

}  // namespace flint::io
