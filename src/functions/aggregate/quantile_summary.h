#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flint::functions {

/// Some of the values of a column with bounds of their ranks, from which percentiles are read within a relative error.
///
/// Threads: confined to one.
/// Source: Greenwald and Khanna, Space-efficient Online Computation of Quantile Summaries; with the choices of Spark's QuantileSummaries.
class QuantileSummary {
 public:
  /// `sorted` holds every value once, in order; at least one.
  QuantileSummary(std::span<const double> sorted, double relativeError);

  double valueAt(double percentage) const;

 private:
  struct Sample {
    double value;
    int64_t weight;       // how much its least rank is above that of the sample before
    int64_t uncertainty;  // how much its largest rank is above its least
  };

  void compress();

  const double relativeError_;
  const int64_t count_;
  std::vector<Sample> samples_;
};

}  // namespace flint::functions
