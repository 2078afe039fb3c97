#include "base/xorshift_random.h"

#include <bit>
#include <initializer_list>

namespace flint {
inline namespace base {
namespace {

// MurmurHash3 x86 32 of 8 bytes.
uint32_t murmur3(uint64_t bytes, uint32_t seed) {
  uint32_t hash = seed;
  for (const uint32_t word : {static_cast<uint32_t>(bytes), static_cast<uint32_t>(bytes >> 32)}) {
    hash ^= std::rotl(word * 0xcc9e2d51U, 15) * 0x1b873593U;
    hash = std::rotl(hash, 13) * 5 + 0xe6546b64U;
  }
  hash ^= 8;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bU;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35U;
  return hash ^ (hash >> 16);
}

constexpr uint32_t kArraySeed = 0x3c074a61;

}  // namespace

uint64_t XORShiftRandom::hashSeed(int64_t seed) {
  const uint64_t bytes = __builtin_bswap64(static_cast<uint64_t>(seed));
  const uint32_t low = murmur3(bytes, kArraySeed);
  const uint32_t high = murmur3(bytes, low);
  return static_cast<uint64_t>(high) << 32 | low;
}

}  // namespace base
}  // namespace flint
