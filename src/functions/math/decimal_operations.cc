#include "functions/math/decimal_operations.h"

#include "types/decimal.h"

namespace flint::functions {
namespace {

constexpr int kStepDigits = 18;  // a power of ten that fits one limb

// An unsigned number of 256 bits, as 64-bit limbs, lowest first.
struct Wide {
  uint64_t limbs[4] = {0, 0, 0, 0};

  static Wide product(uint128_t a, uint128_t b) {
    Wide out;
    const uint64_t x[2] = {static_cast<uint64_t>(a), static_cast<uint64_t>(a >> 64)};
    const uint64_t y[2] = {static_cast<uint64_t>(b), static_cast<uint64_t>(b >> 64)};
    for (int i = 0; i < 2; ++i) {
      uint64_t carry = 0;
      for (int j = 0; j < 2; ++j) {
        const uint128_t sum = static_cast<uint128_t>(x[i]) * y[j] + out.limbs[i + j] + carry;
        out.limbs[i + j] = static_cast<uint64_t>(sum);
        carry = static_cast<uint64_t>(sum >> 64);
      }
      out.limbs[i + 2] += carry;
    }
    return out;
  }
  // Divides in place and gives the remainder.
  uint64_t divide(uint64_t divisor) {
    uint128_t rest = 0;
    for (int i = 3; i >= 0; --i) {
      const uint128_t part = rest << 64 | limbs[i];
      limbs[i] = static_cast<uint64_t>(part / divisor);
      rest = part % divisor;
    }
    return static_cast<uint64_t>(rest);
  }
  bool multiply(uint64_t factor) {
    uint64_t carry = 0;
    for (uint64_t& limb : limbs) {
      const uint128_t product = static_cast<uint128_t>(limb) * factor + carry;
      limb = static_cast<uint64_t>(product);
      carry = static_cast<uint64_t>(product >> 64);
    }
    return carry == 0;
  }
  bool bit(int index) const { return (limbs[index / 64] >> (index % 64) & 1) != 0; }
  bool fits() const { return limbs[2] == 0 && limbs[3] == 0; }
  uint128_t low() const { return static_cast<uint128_t>(limbs[1]) << 64 | limbs[0]; }
};

uint128_t magnitude(int128_t value) { return value < 0 ? -static_cast<uint128_t>(value) : static_cast<uint128_t>(value); }

std::optional<int128_t> withSign(uint128_t value, bool negative) {
  if (value >= static_cast<uint128_t>(powerOfTen(38))) return std::nullopt;
  return negative ? -static_cast<int128_t>(value) : static_cast<int128_t>(value);
}

}  // namespace

std::optional<int128_t> multiplyDecimals(int128_t a, int128_t b, int drop) {
  const bool small = a == static_cast<int64_t>(a) && b == static_cast<int64_t>(b);
  int128_t product;
  if (small) {
    product = static_cast<int128_t>(static_cast<int64_t>(a)) * static_cast<int64_t>(b);
    return drop == 0 ? product : divideByPowerOfTen(product, drop);
  }
  if (!__builtin_mul_overflow(a, b, &product)) {
    product = divideByPowerOfTen(product, drop);
    return fitsPrecision(product, 38) ? std::optional(product) : std::nullopt;
  }
  Wide wide = Wide::product(magnitude(a), magnitude(b));
  // Only the last step's remainder decides the rounding: half of its divisor is half of the whole.
  uint64_t rest = 0;
  uint64_t divisor = 1;
  while (drop > 0) {
    const int step = drop < kStepDigits ? drop : kStepDigits;
    divisor = static_cast<uint64_t>(powerOfTen(step));
    rest = wide.divide(divisor);
    drop -= step;
  }
  if (!wide.fits()) return std::nullopt;
  return withSign(wide.low() + (divisor > 1 && rest >= divisor / 2 ? 1 : 0), (a < 0) != (b < 0));
}

std::optional<int128_t> divideDecimals(int128_t a, int128_t b, int shift) {
  const bool negative = (a < 0) != (b < 0);
  const uint128_t divisor = magnitude(b);
  Wide dividend = Wide::product(magnitude(a), static_cast<uint128_t>(powerOfTen(shift > 38 ? 38 : shift)));
  for (int left = shift - 38; left > 0; left -= kStepDigits) {
    if (!dividend.multiply(static_cast<uint64_t>(powerOfTen(left < kStepDigits ? left : kStepDigits)))) return std::nullopt;
  }
  if (dividend.fits()) {
    const uint128_t low = dividend.low();
    uint128_t quotient;
    uint128_t rest;
    if (static_cast<uint64_t>(low >> 64) == 0 && static_cast<uint64_t>(divisor >> 64) == 0) {
      quotient = static_cast<uint64_t>(low) / static_cast<uint64_t>(divisor);
      rest = static_cast<uint64_t>(low) % static_cast<uint64_t>(divisor);
    } else {
      quotient = low / divisor;
      rest = low % divisor;
    }
    return withSign(quotient + (rest >= divisor - rest ? 1 : 0), negative);
  }
  uint128_t quotient = 0;
  uint128_t rest = 0;
  for (int bit = 255; bit >= 0; --bit) {
    if (quotient >> 127 != 0) return std::nullopt;
    rest = rest << 1 | (dividend.bit(bit) ? 1 : 0);
    quotient <<= 1;
    if (rest >= divisor) {
      rest -= divisor;
      quotient |= 1;
    }
  }
  return withSign(quotient + (rest >= divisor - rest ? 1 : 0), negative);
}

std::optional<int128_t> negatedDecimal(int128_t value, int precision) {
  constexpr int kKeptDigits = 34;
  int128_t size = value < 0 ? -value : value;
  int128_t unit = 1;
  while (size / unit >= powerOfTen(kKeptDigits)) unit *= 10;
  if (unit > 1) {
    const int128_t rest = size % unit;
    size /= unit;
    if (rest * 2 > unit || (rest * 2 == unit && size % 2 != 0)) ++size;
    size *= unit;
  }
  if (size >= powerOfTen(precision)) return std::nullopt;
  return value < 0 ? size : -size;
}

}  // namespace flint::functions
