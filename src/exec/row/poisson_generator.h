#pragma once

#include <array>
#include <cstdint>

namespace flint::exec {

/// Poisson-distributed numbers, the same ones as Spark draws for a seed.
///
/// Threads: confined to its owner.
/// Source: behaves as Commons Math's PoissonDistribution over Well19937c (Panneton, L'Ecuyer, Matsumoto, "Improved Long-Period Generators
/// Based on Linear Recurrences Modulo 2"; Knuth's multiplication method). From a mean of 40 on, where that library changes its method, the
/// numbers have the distribution only.
class PoissonGenerator {
 public:
  PoissonGenerator(double mean, int64_t seed);
  int64_t next();

 private:
  static constexpr uint32_t kWords = 624;

  uint32_t nextBits(int bits);
  double nextDouble();
  int64_t nextSmall(double mean);
  int64_t nextLarge(double mean);

  const double mean_;
  std::array<uint32_t, kWords> state_;
  uint32_t index_ = 0;
};

}  // namespace flint::exec
