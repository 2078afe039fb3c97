#pragma once

#include <array>
#include <cstdint>

namespace flint {

/// Random numbers as Apache Commons Math's MersenneTwister gives them for a seed of 64 bits.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister" (1998), and the seeding by an array of its 2002 version.
class MersenneTwister {
 public:
  explicit MersenneTwister(int64_t seed);
  /// The highest `bits` of the next 32.
  uint32_t next(int bits);
  /// From 0 to `bound` - 1; `bound` > 0.
  int32_t nextInt(int32_t bound);

 private:
  static constexpr uint32_t kSize = 624;
  void seedWith(uint32_t seed);
  void renew();

  std::array<uint32_t, kSize> state_{};
  uint32_t at_ = kSize;
};

}  // namespace flint
