#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

/// MurmurHash3 (32 bits, x86) as Spark computes it for `hash`, partitioning and random seeds.
namespace flint::functions {

inline uint32_t murmur3Mix(uint32_t hash, uint32_t word) {
  word *= 0xcc9e2d51;
  word = word << 15 | word >> 17;
  hash ^= word * 0x1b873593;
  hash = hash << 13 | hash >> 19;
  return hash * 5 + 0xe6546b64;
}
inline int32_t murmur3Finish(uint32_t hash, uint32_t length) {
  hash ^= length;
  hash ^= hash >> 16;
  hash *= 0x85ebca6b;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35;
  hash ^= hash >> 16;
  return static_cast<int32_t>(hash);
}
inline int32_t murmur3Int(int32_t value, int32_t seed) { return murmur3Finish(murmur3Mix(static_cast<uint32_t>(seed), static_cast<uint32_t>(value)), 4); }
inline int32_t murmur3Long(int64_t value, int32_t seed) {
  const uint32_t low = murmur3Mix(static_cast<uint32_t>(seed), static_cast<uint32_t>(value));
  return murmur3Finish(murmur3Mix(low, static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32)), 8);
}
/// Spark's own form: each byte behind the last whole word is mixed in alone.
inline int32_t murmur3Unsafe(std::string_view bytes, int32_t seed) {
  auto hash = static_cast<uint32_t>(seed);
  size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    uint32_t word;
    std::memcpy(&word, bytes.data() + i, 4);
    hash = murmur3Mix(hash, word);
  }
  for (; i < bytes.size(); ++i) hash = murmur3Mix(hash, static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(bytes[i]))));
  return murmur3Finish(hash, static_cast<uint32_t>(bytes.size()));
}
/// The standard form over whole words, big-endian bytes read as little-endian words.
inline int32_t murmur3Bytes(std::string_view bytes, int32_t seed) { return murmur3Unsafe(bytes, seed); }

}  // namespace flint::functions
