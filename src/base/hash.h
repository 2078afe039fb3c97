#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace flint {
inline namespace base {

/// Mixes one 64-bit value well (the finalizer of MurmurHash3).
constexpr uint64_t mixHash(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  value ^= value >> 33;
  return value;
}

constexpr uint64_t combineHash(uint64_t seed, uint64_t value) {
  return mixHash(std::rotl(seed, 5) * 0x9e3779b97f4a7c15ULL ^ value);
}

/// XXH3 of the bytes; stable within one build, not a file format.
uint64_t hashBytes(const void* data, size_t size, uint64_t seed = 0);
inline uint64_t hashString(std::string_view text, uint64_t seed = 0) { return hashBytes(text.data(), text.size(), seed); }

}  // namespace base
}  // namespace flint
