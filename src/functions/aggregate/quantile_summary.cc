#include "functions/aggregate/quantile_summary.h"

#include <algorithm>
#include <cmath>

namespace flint::functions {

QuantileSummary::QuantileSummary(std::span<const double> sorted, double relativeError)
    : relativeError_(relativeError), count_(static_cast<int64_t>(sorted.size())) {
  samples_.reserve(sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    const bool outermost = i == 0 || i + 1 == sorted.size();
    const auto uncertainty = outermost ? 0 : static_cast<int64_t>(std::floor(2 * relativeError_ * static_cast<double>(i + 1)));
    samples_.push_back({sorted[i], 1, uncertainty});
  }
  compress();
}

// Joins samples from the last to the second, the first stays.
void QuantileSummary::compress() {
  const double threshold = 2 * relativeError_ * static_cast<double>(count_);
  std::vector<Sample> kept;
  Sample head = samples_.back();
  for (size_t i = samples_.size() - 1; i-- > 1;) {
    const Sample& sample = samples_[i];
    if (static_cast<double>(sample.weight + head.weight + head.uncertainty) < threshold) {
      head.weight += sample.weight;
    } else {
      kept.push_back(head);
      head = sample;
    }
  }
  kept.push_back(head);
  if (samples_.size() > 1) kept.push_back(samples_.front());
  std::reverse(kept.begin(), kept.end());
  samples_ = std::move(kept);
}

double QuantileSummary::valueAt(double percentage) const {
  if (percentage <= relativeError_ || samples_.size() == 1) return samples_.front().value;
  if (percentage >= 1 - relativeError_) return samples_.back().value;
  int64_t widest = 0;
  for (const Sample& sample : samples_) widest = std::max(widest, sample.uncertainty + sample.weight);
  const double error = static_cast<double>(widest) / 2;
  const double rank = std::ceil(percentage * static_cast<double>(count_));
  int64_t leastRank = 0;
  for (const Sample& sample : samples_) {
    leastRank += sample.weight;
    const auto largestRank = static_cast<double>(leastRank + sample.uncertainty);
    if (largestRank - error <= rank && rank <= static_cast<double>(leastRank) + error) return sample.value;
  }
  return samples_.back().value;
}

}  // namespace flint::functions
