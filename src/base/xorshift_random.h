#pragma once

#include <cstdint>

namespace flint {
inline namespace base {

/// Spark's generator of pseudo-random numbers: the same seed gives the same numbers as there (`rand`, `randn`, `sample`).
///
/// Threads: confined to its owner.
/// Source: behaves as org.apache.spark.util.random.XORShiftRandom (Marsaglia, "Xorshift RNGs"), seeded through MurmurHash3.
class XORShiftRandom {
 public:
  explicit XORShiftRandom(int64_t seed) : seed_(hashSeed(seed)) {}
  /// `bits` random bits, 1 to 32.
  int32_t next(int bits) {
    uint64_t next = seed_ ^ (seed_ << 21);
    next ^= next >> 35;
    next ^= next << 4;
    seed_ = next;
    return static_cast<int32_t>(next & ((uint64_t{1} << bits) - 1));
  }
  /// In [0, 1).
  double nextDouble() {
    const int64_t high = static_cast<int64_t>(next(26)) << 27;
    return static_cast<double>(high + next(27)) * 0x1.0p-53;
  }
  static uint64_t hashSeed(int64_t seed);

 private:
  uint64_t seed_;
};

}  // namespace base
}  // namespace flint
