#pragma once

#include <optional>
#include <string_view>

#include "types/int128.h"

/// Arithmetic on unscaled decimals.
namespace flint {
inline namespace types {

/// value / 10^digits, rounded half away from zero. `digits` is not negative.
int128_t divideByPowerOfTen(int128_t value, int digits);
/// The value at another scale, rounded half up; nothing when it has more than `precision` digits there.
std::optional<int128_t> rescaleDecimal(int128_t value, int fromScale, int toScale, int toPrecision);
/// Whether the value has at most `precision` digits.
bool fitsPrecision(int128_t value, int precision);
/// The nearest double.
double decimalToDouble(int128_t value, int scale);

/// What became of a decimal's text.
enum class DecimalParse { kValue, kMalformed, kOutOfRange };
/// "12.5", "-1e3", blanks around allowed; rounded half up to `scale`. kOutOfRange: more than `precision` digits.
DecimalParse parseDecimal(std::string_view text, int precision, int scale, int128_t& value);
/// As a decimal, by the shortest text of the double.
DecimalParse doubleToDecimal(double number, int precision, int scale, int128_t& value);

}  // namespace types
}  // namespace flint
