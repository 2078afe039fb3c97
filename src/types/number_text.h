#pragma once

#include <string>
#include <string_view>

#include "types/int128.h"

namespace flint {
inline namespace types {

/// Text of a double or float as Java's `toString` writes it: the fewest digits that give the value back, "1.0E10", "NaN", "Infinity".
std::string doubleText(double value);
std::string floatText(float value);

/// Text of a decimal with `scale` digits behind the point ("-0.50"), never with an exponent: Java's `toPlainString`.
std::string decimalText(int128_t unscaled, int scale);

/// Uppercase hexadecimal digits of the bytes.
std::string hexText(std::string_view bytes);

}  // namespace types
}  // namespace flint
