#include <immintrin.h>

#include "sources/parquet/bit_unpack.h"

namespace flint::sources {
namespace {

void unpackPortably(const uint8_t* in, int width, int32_t count, uint32_t* out) {
  const auto mask = static_cast<uint32_t>((uint64_t{1} << width) - 1);
  int32_t i = 0;
  // Eight numbers take `width` bytes, so each group starts at a byte.
  for (; i + 8 <= count; i += 8, in += width) {
    for (int k = 0; k < 8; ++k) {
      uint64_t word;
      const int bit = k * width;
      __builtin_memcpy(&word, in + (bit >> 3), 8);
      out[i + k] = static_cast<uint32_t>(word >> (bit & 7)) & mask;
    }
  }
  for (int k = 0; i < count; ++i, ++k) out[i] = static_cast<uint32_t>(bitsAt(in, static_cast<uint64_t>(k) * width, width));
}

// Puts the four bytes around each number into a lane of its own, then shifts every lane by its own distance. A number of up to 25 bits
// lies within four bytes wherever it starts.
__attribute__((target("avx2"))) void unpackWithAvx2(const uint8_t* in, int width, int32_t count, uint32_t* out) {
  alignas(32) uint8_t bytes[32];
  alignas(32) uint32_t shifts[8];
  const int highByte = 4 * width / 8;  // where the second four numbers start
  for (int k = 0; k < 8; ++k) {
    const int bit = k * width - (k < 4 ? 0 : 8 * highByte);
    for (int b = 0; b < 4; ++b) bytes[4 * k + b] = static_cast<uint8_t>(bit / 8 + b);
    shifts[k] = static_cast<uint32_t>(bit % 8);
  }
  const __m256i shuffle = _mm256_load_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i shift = _mm256_load_si256(reinterpret_cast<const __m256i*>(shifts));
  const __m256i mask = _mm256_set1_epi32(static_cast<int>((uint64_t{1} << width) - 1));
  int32_t i = 0;
  for (; i + 8 <= count; i += 8, in += width) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + highByte));
    const __m256i lanes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), shuffle);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_and_si256(_mm256_srlv_epi32(lanes, shift), mask));
  }
  for (int k = 0; i < count; ++i, ++k) out[i] = static_cast<uint32_t>(bitsAt(in, static_cast<uint64_t>(k) * width, width));
}

bool hasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

}  // namespace

void unpackBits(const uint8_t* in, int width, int32_t count, uint32_t* out) {
  if (width == 0) {
    __builtin_memset(out, 0, sizeof(uint32_t) * static_cast<size_t>(count));
  } else if (width <= 25 && hasAvx2()) {
    unpackWithAvx2(in, width, count, out);
  } else {
    unpackPortably(in, width, count, out);
  }
}

}  // namespace flint::sources
