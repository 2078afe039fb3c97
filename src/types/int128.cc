#include "types/int128.h"

#include <array>

namespace flint {
inline namespace types {
namespace {

constexpr std::array<int128_t, 39> kPowersOfTen = [] {
  std::array<int128_t, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

}  // namespace

std::string toString(int128_t value) {
  if (value == 0) return "0";
  char digits[41];
  char* end = digits + sizeof(digits);
  char* at = end;
  uint128_t rest = value < 0 ? -static_cast<uint128_t>(value) : static_cast<uint128_t>(value);
  for (; rest != 0; rest /= 10) *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
  if (value < 0) *--at = '-';
  return std::string(at, end);
}

int128_t powerOfTen(int exponent) { return kPowersOfTen[static_cast<size_t>(exponent)]; }

}  // namespace types
}  // namespace flint
