#include "types/decimal.h"

#include <charconv>
#include <cmath>
#include <string>

#include "types/number_text.h"

namespace flint {
inline namespace types {
namespace {

constexpr int kMaxDigits = 38;
constexpr uint128_t kLimit = ~uint128_t{0} / 10 - 1;  // below it another digit always fits

bool isBlank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool fitsPrecision(int128_t value, int precision) {
  if (precision >= 39) return true;
  const int128_t limit = powerOfTen(precision);
  return value < limit && value > -limit;
}

int128_t divideByPowerOfTen(int128_t value, int digits) {
  if (digits == 0) return value;
  if (digits > kMaxDigits) return 0;
  const int128_t divisor = powerOfTen(digits);
  int128_t quotient;
  int128_t rest;
  if (digits <= 18 && value == static_cast<int64_t>(value)) {
    quotient = static_cast<int64_t>(value) / static_cast<int64_t>(divisor);
    rest = static_cast<int64_t>(value) % static_cast<int64_t>(divisor);
  } else {
    quotient = value / divisor;
    rest = value % divisor;
  }
  const int128_t half = divisor / 2;
  if (rest >= half) return quotient + 1;
  if (rest <= -half) return quotient - 1;
  return quotient;
}

std::optional<int128_t> rescaleDecimal(int128_t value, int fromScale, int toScale, int toPrecision) {
  if (toScale < fromScale) {
    value = divideByPowerOfTen(value, fromScale - toScale);
  } else if (toScale > fromScale) {
    const int digits = toScale - fromScale;
    if (value != 0 && (digits > kMaxDigits || __builtin_mul_overflow(value, powerOfTen(digits), &value))) return std::nullopt;
  }
  if (!fitsPrecision(value, toPrecision)) return std::nullopt;
  return value;
}

double decimalToDouble(int128_t value, int scale) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (value >= -kExact && value <= kExact && scale <= 22) {
    static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return static_cast<double>(static_cast<int64_t>(value)) / kPowers[scale];
  }
  const std::string text = toString(value) + "e-" + std::to_string(scale);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

DecimalParse parseDecimal(std::string_view text, int precision, int scale, int128_t& value) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  bool negative = false;
  size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
  uint128_t digits = 0;
  int64_t exponent = 0;   // of the digits read so far
  int numDigits = 0;
  int next = -1;          // the first digit that was not taken
  bool point = false;
  for (; at < text.size() && (isDigit(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') {
      point = true;
      continue;
    }
    ++numDigits;
    if (digits <= kLimit && next < 0) {
      digits = digits * 10 + static_cast<unsigned>(text[at] - '0');
      exponent -= point ? 1 : 0;
    } else {
      if (next < 0) next = text[at] - '0';
      exponent += point ? 0 : 1;
    }
  }
  if (numDigits == 0) return DecimalParse::kMalformed;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool minus = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) minus = text[at++] == '-';
    int64_t written = 0;
    const size_t begin = at;
    for (; at < text.size() && isDigit(text[at]); ++at) written = written < 1'000'000'000 ? written * 10 + (text[at] - '0') : written;
    if (at == begin) return DecimalParse::kMalformed;
    exponent += minus ? -written : written;
  }
  if (at != text.size()) return DecimalParse::kMalformed;
  value = 0;
  if (digits == 0) return DecimalParse::kValue;
  const int64_t shift = exponent + scale;  // digits * 10^shift is the unscaled value
  if (shift > kMaxDigits) return DecimalParse::kOutOfRange;
  if (shift >= 0) {
    for (int64_t i = 0; i < shift; ++i) {
      if (digits > kLimit) return DecimalParse::kOutOfRange;
      digits *= 10;
    }
    if (shift == 0 && next >= 5) ++digits;
    if (next >= 0 && shift > 0) return DecimalParse::kOutOfRange;
  } else if (-shift > kMaxDigits + 1) {
    digits = 0;
  } else {
    unsigned last = 0;
    for (int64_t i = 0; i < -shift; ++i) {
      last = static_cast<unsigned>(digits % 10);
      digits /= 10;
    }
    if (last >= 5) ++digits;
  }
  if (digits >= static_cast<uint128_t>(powerOfTen(precision > kMaxDigits ? kMaxDigits : precision))) return DecimalParse::kOutOfRange;
  value = negative ? -static_cast<int128_t>(digits) : static_cast<int128_t>(digits);
  return DecimalParse::kValue;
}

DecimalParse doubleToDecimal(double number, int precision, int scale, int128_t& value) {
  if (!std::isfinite(number)) return DecimalParse::kMalformed;
  return parseDecimal(doubleText(number), precision, scale, value);
}

}  // namespace types
}  // namespace flint
