#include "exec/row/poisson_generator.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flint::exec {
namespace {

constexpr double kLargestProductMean = 40;
constexpr double kLargestMean = std::numeric_limits<int32_t>::max();  // what is drawn there is an int

}  // namespace

PoissonGenerator::PoissonGenerator(double mean, int64_t seed) : mean_(mean) {
  state_[0] = static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32);
  state_[1] = static_cast<uint32_t>(seed);
  for (uint32_t i = 2; i < kWords; ++i) {
    const auto word = static_cast<int64_t>(static_cast<int32_t>(state_[i - 2]));  // signed, as there
    state_[i] = static_cast<uint32_t>(1812433253 * static_cast<uint64_t>(word ^ (word >> 30)) + i);
  }
}

uint32_t PoissonGenerator::nextBits(int bits) {
  const auto at = [this](uint32_t distance) -> uint32_t& { return state_[(index_ + distance) % kWords]; };
  const uint32_t last = (index_ + kWords - 1) % kWords;
  uint32_t& beforeLast = at(kWords - 2);
  const uint32_t z0 = (0x80000000U & state_[last]) ^ (0x7FFFFFFFU & beforeLast);
  const uint32_t v0 = state_[index_];
  const uint32_t v1 = at(70);
  const uint32_t v2 = at(179);
  const uint32_t v3 = at(449);
  const uint32_t z1 = (v0 ^ (v0 << 25)) ^ (v1 ^ (v1 >> 27));
  const uint32_t z2 = (v2 >> 9) ^ (v3 ^ (v3 >> 1));
  const uint32_t z3 = z1 ^ z2;
  uint32_t z4 = z0 ^ (z1 ^ (z1 << 9)) ^ (z2 ^ (z2 << 21)) ^ (z3 ^ (z3 >> 21));
  state_[index_] = z3;
  state_[last] = z4;
  beforeLast &= 0x80000000U;
  index_ = last;
  z4 ^= (z4 << 7) & 0xe46e1700U;
  z4 ^= (z4 << 15) & 0x9b868000U;
  return z4 >> (32 - bits);
}

double PoissonGenerator::nextDouble() {
  const uint64_t high = static_cast<uint64_t>(nextBits(26)) << 26;
  return static_cast<double>(high | nextBits(26)) * 0x1.0p-52;
}

int64_t PoissonGenerator::nextSmall(double mean) {
  const double bound = std::exp(-mean);
  double product = 1;
  int64_t count = 0;
  while (static_cast<double>(count) < 1000 * mean) {
    product *= nextDouble();
    if (product < bound) return count;
    ++count;
  }
  return count;
}

// Hörmann's transformed rejection (PTRS): as fast for any mean.
int64_t PoissonGenerator::nextLarge(double mean) {
  const double root = std::sqrt(mean);
  const double b = 0.931 + 2.53 * root;
  const double a = -0.059 + 0.02483 * b;
  const double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const double squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = nextDouble() - 0.5;
    const double v = nextDouble();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return static_cast<int64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + std::log(inverseAlpha) - std::log(a / (us * us) + b) <= k * std::log(mean) - mean - std::lgamma(k + 1)) return static_cast<int64_t>(k);
  }
}

int64_t PoissonGenerator::next() { return mean_ < kLargestProductMean ? nextSmall(mean_) : nextLarge(std::min(kLargestMean, mean_)); }

}  // namespace flint::exec
