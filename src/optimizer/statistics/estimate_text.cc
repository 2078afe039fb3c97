#include "optimizer/statistics/estimate_text.h"

#include <fmt/core.h>

#include <cmath>
#include <iterator>

namespace flint::optimizer {
namespace {

std::string bytesText(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  size_t unit = 0;
  // A unit is used from two of it on.
  while (bytes >= 2048 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

// Three digits, and the others as a power of ten.
std::string countText(double count) {
  const double rounded = std::round(count);
  if (rounded < 1000) return fmt::format("{:.0f}", rounded);
  int exponent = static_cast<int>(std::floor(std::log10(rounded)));
  double digits = std::round(rounded / std::pow(10, exponent - 2)) / 100;
  if (digits >= 10) {
    digits /= 10;
    ++exponent;
  }
  return fmt::format("{:.2f}E+{}", digits, exponent);
}

}  // namespace

std::string estimateText(const PlanEstimate& estimate) {
  return fmt::format("Statistics(sizeInBytes={}, rowCount={})", bytesText(estimate.rows * estimate.rowWidth()), countText(estimate.rows));
}

}  // namespace flint::optimizer
