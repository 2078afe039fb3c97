#include "base/mersenne_twister.h"

#include <algorithm>

namespace flint {

MersenneTwister::MersenneTwister(int64_t seed) {
  const std::array<uint32_t, 2> key = {static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32), static_cast<uint32_t>(seed)};
  seedWith(19650218);
  const auto mixed = [&](uint32_t i, uint32_t factor) { return (state_[i - 1] ^ state_[i - 1] >> 30) * factor; };
  uint32_t i = 1;
  uint32_t j = 0;
  const auto advance = [&] {
    if (++i < kSize) return;
    state_[0] = state_[kSize - 1];
    i = 1;
  };
  for (uint32_t k = 0; k < kSize; ++k) {
    state_[i] = (state_[i] ^ mixed(i, 1664525)) + key[j] + j;
    advance();
    j = (j + 1) % key.size();
  }
  for (uint32_t k = 0; k < kSize - 1; ++k) {
    state_[i] = (state_[i] ^ mixed(i, 1566083941)) - i;
    advance();
  }
  state_[0] = 0x80000000;
}

void MersenneTwister::seedWith(uint32_t seed) {
  state_[0] = seed;
  for (uint32_t i = 1; i < kSize; ++i) state_[i] = 1812433253U * (state_[i - 1] ^ state_[i - 1] >> 30) + i;
}

void MersenneTwister::renew() {
  constexpr uint32_t kShift = 397;
  for (uint32_t i = 0; i < kSize; ++i) {
    const uint32_t y = (state_[i] & 0x80000000) | (state_[(i + 1) % kSize] & 0x7fffffff);
    state_[i] = state_[(i + kShift) % kSize] ^ y >> 1 ^ ((y & 1) != 0 ? 0x9908b0df : 0);
  }
  at_ = 0;
}

uint32_t MersenneTwister::next(int bits) {
  if (at_ == kSize) renew();
  uint32_t y = state_[at_++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680;
  y ^= y << 15 & 0xefc60000;
  y ^= y >> 18;
  return y >> (32 - bits);
}

int32_t MersenneTwister::nextInt(int32_t bound) {
  if ((bound & (bound - 1)) == 0) return static_cast<int32_t>((static_cast<int64_t>(bound) * next(31)) >> 31);
  for (;;) {
    const auto bits = static_cast<int64_t>(next(31));
    const int64_t value = bits % bound;
    // The last numbers would favour the small values.
    if (bits - value + (bound - 1) <= INT32_MAX) return static_cast<int32_t>(value);
  }
}

}  // namespace flint
