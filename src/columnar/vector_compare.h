#pragma once

#include "columnar/column_vector.h"

namespace flint::columnar {

/// The order of two values of the same type: negative, zero or positive. NULL is below all; NaN equals NaN and is above all numbers;
/// -0.0 equals 0.0; strings by unsigned bytes; arrays and structs element by element. The general way, row by row.
int compareValues(const ColumnVector& a, RowIndex rowOfA, const ColumnVector& b, RowIndex rowOfB);

/// The order of floating-point numbers as SQL has it.
template <class T>
inline int compareFloats(T a, T b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a == b) return 0;
  return (a != a ? 1 : 0) - (b != b ? 1 : 0);
}

}  // namespace flint::columnar
