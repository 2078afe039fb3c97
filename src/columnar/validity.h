#pragma once

#include <cstdint>

namespace flint::columnar {

/// Validity bitmaps: bit `row % 64` of word `row / 64` is set when the row is not null.
inline bool bitIsSet(const uint64_t* bits, int64_t row) { return (bits[row >> 6] >> (row & 63) & 1) != 0; }
inline void setBit(uint64_t* bits, int64_t row) { bits[row >> 6] |= uint64_t{1} << (row & 63); }
inline void clearBit(uint64_t* bits, int64_t row) { bits[row >> 6] &= ~(uint64_t{1} << (row & 63)); }
constexpr int64_t bitmapWords(int64_t rows) { return (rows + 63) / 64; }
constexpr int64_t bitmapBytes(int64_t rows) { return bitmapWords(rows) * 8; }

}  // namespace flint::columnar
