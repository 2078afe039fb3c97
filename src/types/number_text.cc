#include "types/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace flint {
inline namespace types {
namespace {

template <class T>
std::string floatingText(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char buffer[48];
  const char* end = std::to_chars(buffer, buffer + sizeof(buffer), std::abs(value), std::chars_format::scientific).ptr;
  // Where one digit would do, Java takes the closest number of two digits.
  if (buffer[1] == 'e') end = std::to_chars(buffer, buffer + sizeof(buffer), std::abs(value), std::chars_format::scientific, 1).ptr;
  // d.ddde±xx taken apart into digits and exponent.
  std::string digits;
  const char* at = buffer;
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') digits += *at;
  }
  if (digits.size() == 2 && digits[1] == '0') digits.pop_back();
  const int exponent = std::atoi(std::string(at + 1, end).c_str());
  std::string out = value < 0 ? "-" : "";
  const auto count = static_cast<int>(digits.size());
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) {
      out += "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
    } else if (count <= exponent + 1) {
      out += digits + std::string(static_cast<size_t>(exponent + 1 - count), '0') + ".0";
    } else {
      out += digits.substr(0, static_cast<size_t>(exponent + 1)) + "." + digits.substr(static_cast<size_t>(exponent + 1));
    }
    return out;
  }
  out += digits[0];
  out += '.';
  out += count > 1 ? digits.substr(1) : "0";
  return out + "E" + std::to_string(exponent);
}

}  // namespace

std::string doubleText(double value) { return floatingText(value); }
std::string floatText(float value) { return floatingText(value); }

std::string decimalText(int128_t unscaled, int scale) {
  std::string digits = toString(unscaled);
  if (scale <= 0) return unscaled == 0 ? digits : digits + std::string(static_cast<size_t>(-scale), '0');
  const bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  const auto behind = static_cast<size_t>(scale);
  if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
  digits.insert(digits.size() - behind, ".");
  return negative ? "-" + digits : digits;
}

std::string hexText(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return out;
}

}  // namespace types
}  // namespace flint
