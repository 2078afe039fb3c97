#pragma once

#include <cmath>
#include <cstdint>

#include "functions/hash/murmur3.h"

namespace flint::functions {

/// Spark's XORShiftRandom: a seed scrambled by murmur3, then 64-bit xorshift steps.
class XorShift {
 public:
  explicit XorShift(int64_t seed) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<uint64_t>(seed) >> (8 * (7 - i)));
    const auto low = static_cast<uint32_t>(murmur3Bytes({bytes, 8}, 0x3c074a61));
    const auto high = static_cast<uint32_t>(murmur3Bytes({bytes, 8}, static_cast<int32_t>(low)));
    state_ = static_cast<uint64_t>(high) << 32 | low;
  }
  int32_t next(int bits) {
    uint64_t next = state_ ^ (state_ << 21);
    next ^= next >> 35;
    next ^= next << 4;
    state_ = next;
    return static_cast<int32_t>(next & ((uint64_t{1} << bits) - 1));
  }
  double nextDouble() { return static_cast<double>((static_cast<int64_t>(next(26)) << 27) + next(27)) * 0x1.0p-53; }
  // Java's polar method, two numbers at a time.
  double nextGaussian() {
    if (hasSpare_) {
      hasSpare_ = false;
      return spare_;
    }
    double a;
    double b;
    double s;
    do {
      a = 2 * nextDouble() - 1;
      b = 2 * nextDouble() - 1;
      s = a * a + b * b;
    } while (s >= 1 || s == 0);
    const double factor = std::sqrt(-2 * std::log(s) / s);
    spare_ = b * factor;
    hasSpare_ = true;
    return a * factor;
  }

 private:
  uint64_t state_;
  double spare_ = 0;
  bool hasSpare_ = false;
};

}  // namespace flint::functions
