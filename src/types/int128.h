#pragma once

#include <cstdint>
#include <string>

namespace flint {
inline namespace types {

using int128_t = __int128;
using uint128_t = unsigned __int128;

/// Decimal digits of `value`, with a sign when negative.
std::string toString(int128_t value);

/// 10^exponent for exponents 0 to 38.
int128_t powerOfTen(int exponent);

}  // namespace types
}  // namespace flint
