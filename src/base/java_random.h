#pragma once

#include <cstdint>

namespace flint {
inline namespace base {

/// The generator of java.util.Random: 48 bits, a linear congruence.
///
/// Threads: confined to its owner.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ 0x5DEECE66DULL) & kMask) {}

  int32_t next(int bits) {
    state_ = (state_ * 0x5DEECE66DULL + 0xB) & kMask;
    return static_cast<int32_t>(static_cast<int64_t>(state_) >> (48 - bits));
  }
  int64_t nextLong() {
    const auto high = static_cast<uint64_t>(next(32)) << 32;
    return static_cast<int64_t>(high + static_cast<uint64_t>(next(32)));
  }
  /// From 0 to `bound` - 1.
  int32_t nextInt(int32_t bound) {
    int32_t bits = next(31);
    if ((bound & (bound - 1)) == 0) return static_cast<int32_t>((static_cast<int64_t>(bound) * bits) >> 31);
    int32_t value = bits % bound;
    while (static_cast<int64_t>(bits) - value + (bound - 1) > INT32_MAX) {
      bits = next(31);
      value = bits % bound;
    }
    return value;
  }
  double nextDouble() { return static_cast<double>((static_cast<int64_t>(next(26)) << 27) + next(27)) * 0x1.0p-53; }

 private:
  static constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;
  uint64_t state_;
};

}  // namespace base
}  // namespace flint
