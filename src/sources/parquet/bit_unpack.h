#pragma once

#include <cstdint>

namespace flint::sources {

/// Unpacks `count` little-endian numbers of `width` bits (0 to 32), from bit 0 of `in` on.
///
/// Reads up to 32 bytes beyond the last number's; these must be readable (Buffer's padding is enough).
void unpackBits(const uint8_t* in, int width, int32_t count, uint32_t* out);

/// One number of up to 64 bits that starts at bit `bit` of `in`; reads 9 bytes there.
inline uint64_t bitsAt(const uint8_t* in, uint64_t bit, int width) {
  uint64_t word;
  __builtin_memcpy(&word, in + (bit >> 3), 8);
  const int shift = static_cast<int>(bit & 7);
  word >>= shift;
  if (shift + width > 64) word |= static_cast<uint64_t>(in[(bit >> 3) + 8]) << (64 - shift);
  return width == 64 ? word : word & ((uint64_t{1} << width) - 1);
}

}  // namespace flint::sources
