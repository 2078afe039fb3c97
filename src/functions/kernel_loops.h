#pragma once

#include "expr/kernel_args.h"

/// Row loops that kernels share: raw arrays where the columns are flat or constant, readers for the other encodings.
namespace flint::functions {

/// Calls `body(row, a)` for each active row.
template <class A, class Body>
inline void forEachValue(const expr::KernelArgs& args, Body&& body, size_t argument = 0) {
  const auto a = args.column<A>(argument);
  if (const A* values = a.flatValues()) {
    forEachActive(args.activeRows(), [&](expr::RowIndex row) { body(row, values[row]); });
  } else {
    forEachActive(args.activeRows(), [&](expr::RowIndex row) { body(row, a[row]); });
  }
}

/// Calls `body(row, a, b)` with the first two arguments for each active row.
template <class A, class B, class Body>
inline void forEachPair(const expr::KernelArgs& args, Body&& body) {
  const auto a = args.column<A>(0);
  const auto b = args.column<B>(1);
  const A* flatA = a.flatValues();
  const B* flatB = b.flatValues();
  if (flatA != nullptr && flatB != nullptr) {
    forEachActive(args.activeRows(), [&](expr::RowIndex row) { body(row, flatA[row], flatB[row]); });
  } else if (flatA != nullptr && b.isConstant()) {
    const B constant = b[0];
    forEachActive(args.activeRows(), [&](expr::RowIndex row) { body(row, flatA[row], constant); });
  } else if (a.isConstant() && flatB != nullptr) {
    const A constant = a[0];
    forEachActive(args.activeRows(), [&](expr::RowIndex row) { body(row, constant, flatB[row]); });
  } else {
    forEachActive(args.activeRows(), [&](expr::RowIndex row) { body(row, a[row], b[row]); });
  }
}

}  // namespace flint::functions
