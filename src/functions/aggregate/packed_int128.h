#pragma once

#include "types/int128.h"

namespace flint::functions {

/// An int128 without its 16-byte alignment, so that the states of aggregates stay small.
struct PackedInt128 {
  uint64_t low;
  int64_t high;
  int128_t value() const { return static_cast<int128_t>((static_cast<uint128_t>(static_cast<uint64_t>(high)) << 64) | low); }
  void set(int128_t value) {
    low = static_cast<uint64_t>(value);
    high = static_cast<int64_t>(value >> 64);
  }
};

}  // namespace flint::functions
