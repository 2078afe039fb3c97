#include "exec/row/poisson_generator.h"

#include <algorithm>
#include <cmath>

namespace flint::exec {
namespace {

constexpr double kLargestProductMean = 40;

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

int64_t PoissonGenerator::next() {
  int64_t count = 0;
  // A sum of Poisson-distributed numbers is one of the sum of their means.
  for (double left = mean_; left > 0; left -= kLargestProductMean) count += nextSmall(std::min(left, kLargestProductMean));
  return count;
}

}  // namespace flint::exec
