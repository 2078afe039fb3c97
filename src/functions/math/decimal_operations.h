#pragma once

#include <optional>

#include "types/int128.h"

/// Exact decimal operations with results of another scale, rounded half up. All work on unscaled values; nothing is returned for a result of more
/// than 38 digits.
namespace flint::functions {

/// a * b / 10^drop.
std::optional<int128_t> multiplyDecimals(int128_t a, int128_t b, int drop);
/// a * 10^shift / b; `b` is not zero, `shift` not negative.
std::optional<int128_t> divideDecimals(int128_t a, int128_t b, int shift);

/// The value with the other sign: of 34 digits at most, the rest rounded half to even, as Spark keeps it; nothing where that is beyond `precision`.
std::optional<int128_t> negatedDecimal(int128_t value, int precision);

}  // namespace flint::functions
