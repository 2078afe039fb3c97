#pragma once

#include <type_traits>

/// Order and equality of values as SQL's comparisons and sorts see them: NaN equals NaN and is above all, -0.0 equals 0.0.
namespace flint::expr {

template <class T>
inline bool valuesEqual(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return (a == b) | ((a != a) & (b != b));
  } else {
    return a == b;
  }
}
template <class T>
inline bool valueLess(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return (a < b) | ((b != b) & (a == a));
  } else {
    return a < b;
  }
}

}  // namespace flint::expr
