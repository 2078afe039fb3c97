#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace flint::functions {

/// MurmurHash3 of 128 bits (x64), as the sketches of Apache DataSketches hash their items.
inline std::pair<uint64_t, uint64_t> murmur128(std::string_view bytes, uint64_t seed) {
  constexpr uint64_t kFirst = 0x87c37b91114253d5ULL;
  constexpr uint64_t kSecond = 0x4cf5ad432745937fULL;
  const auto finish = [](uint64_t hash) {
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdULL;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ULL;
    return hash ^ hash >> 33;
  };
  uint64_t h1 = seed;
  uint64_t h2 = seed;
  size_t at = 0;
  for (; at + 16 <= bytes.size(); at += 16) {
    uint64_t k1;
    uint64_t k2;
    std::memcpy(&k1, bytes.data() + at, 8);
    std::memcpy(&k2, bytes.data() + at + 8, 8);
    h1 ^= std::rotl(k1 * kFirst, 31) * kSecond;
    h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= std::rotl(k2 * kSecond, 33) * kFirst;
    h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  const size_t rest = bytes.size() - at;
  uint64_t k1 = 0;
  uint64_t k2 = 0;
  if (rest > 0) std::memcpy(&k1, bytes.data() + at, rest < 8 ? rest : 8);
  if (rest > 8) std::memcpy(&k2, bytes.data() + at + 8, rest - 8);
  if (rest > 8) h2 ^= std::rotl(k2 * kSecond, 33) * kFirst;
  if (rest > 0) h1 ^= std::rotl(k1 * kFirst, 31) * kSecond;
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

/// Apache DataSketches' seed of updates.
inline constexpr uint64_t kSketchSeed = 9001;

}  // namespace flint::functions
