#pragma once

#include <limits>

namespace flint::columnar {

/// The one representation of values that SQL takes as equal: 0.0 for -0.0, one NaN for all.
template <class T>
inline T normalizedFloat(T value) {
  if (value != value) return std::numeric_limits<T>::quiet_NaN();
  return value == T{0} ? T{0} : value;
}

}  // namespace flint::columnar
