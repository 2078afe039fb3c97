#pragma once

#include <cstdint>

#include "columnar/column_vector.h"
#include "columnar/selection.h"

namespace flint::exec {

/// Lowest and highest value of an integer key; `low > high`: no value seen.
struct KeyRange {
  int64_t low = INT64_MAX;
  int64_t high = INT64_MIN;

  void add(const columnar::ColumnVector& vector, const columnar::ActiveRows& active);
  void add(const KeyRange& other) {
    low = other.low < low ? other.low : low;
    high = other.high > high ? other.high : high;
  }
  bool isEmpty() const { return low > high; }
};
/// Whether columns of this type have a KeyRange.
bool isIntegerKey(PhysicalType type);

}  // namespace flint::exec
