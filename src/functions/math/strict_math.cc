#include "functions/math/strict_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace flint::functions {
namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;

int32_t highWord(double x) { return static_cast<int32_t>(std::bit_cast<uint64_t>(x) >> 32); }
double withHighWord(double x, int32_t high) {
  return std::bit_cast<double>((std::bit_cast<uint64_t>(x) & 0xFFFFFFFFU) | static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32);
}
// x * 2^k, where that is a normal number.
double scaledBy(double x, int32_t k) { return withHighWord(x, highWord(x) + static_cast<int32_t>(static_cast<uint32_t>(k) << 20)); }

}  // namespace

// x = k ln2 + r with |r| <= 0.5 ln2; e^r by a rational function of r^2.
double strictExp(double x) {
  const bool negative = std::signbit(x);
  const int32_t high = highWord(x) & 0x7fffffff;
  if (high >= 0x40862E42) {
    if (std::isnan(x)) return x + x;
    if (std::isinf(x)) return negative ? 0 : x;
    if (x > 7.09782712893383973096e+02) return std::numeric_limits<double>::infinity();
    if (x < -7.45133219101941108420e+02) return 0;
  }
  double above = 0;
  double below = 0;
  int32_t k = 0;
  if (high > 0x3fd62e42) {
    if (high < 0x3FF0A2B2) {
      above = negative ? x + kLn2High : x - kLn2High;
      below = negative ? -kLn2Low : kLn2Low;
      k = negative ? -1 : 1;
    } else {
      k = static_cast<int32_t>(1.44269504088896338700e+00 * x + (negative ? -0.5 : 0.5));
      above = x - k * kLn2High;
      below = k * kLn2Low;
    }
    x = above - below;
  } else if (high < 0x3e300000) {
    return 1 + x;
  }
  const double t = x * x;
  const double c = x - t * (1.66666666666666019037e-01 +
                            t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  if (k == 0) return 1 - ((x * c) / (c - 2.0) - x);
  const double y = 1 - ((below - (x * c) / (2.0 - c)) - above);
  return k >= -1021 ? scaledBy(y, k) : scaledBy(y, k + 1000) * 9.33263618503218878990e-302;
}

// x = 2^k (1 + f) with sqrt(2)/2 < 1 + f < sqrt(2); log(1 + f) by a polynomial in s = f / (2 + f).
double strictLog(double x) {
  int32_t high = highWord(x);
  int32_t k = 0;
  if (high < 0x00100000) {
    if (x == 0) return -std::numeric_limits<double>::infinity();
    if (high < 0) return std::numeric_limits<double>::quiet_NaN();
    k = -54;
    x *= 1.80143985094819840000e+16;
    high = highWord(x);
  }
  if (high >= 0x7ff00000) return x + x;
  k += (high >> 20) - 1023;
  high &= 0x000fffff;
  const int32_t carry = (high + 0x95f64) & 0x100000;
  x = withHighWord(x, high | (carry ^ 0x3ff00000));
  k += carry >> 20;
  const double f = x - 1.0;
  const double dk = k;
  if ((0x000fffff & (2 + high)) < 3) {
    if (f == 0) return k == 0 ? 0 : dk * kLn2High + dk * kLn2Low;
    const double r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - r : dk * kLn2High - ((r - dk * kLn2Low) - f);
  }
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double r = odd + even;
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const double half = 0.5 * f * f;
    return k == 0 ? f - (half - s * (half + r)) : dk * kLn2High - ((half - (s * (half + r) + dk * kLn2Low)) - f);
  }
  return k == 0 ? f - s * (f - r) : dk * kLn2High - ((s * (f - r) - dk * kLn2Low) - f);
}

double strictCosh(double x) {
  const double size = std::abs(x);
  const int32_t high = highWord(size);
  if (high >= 0x7ff00000) return x * x;
  if (high < 0x3fd62e43) {
    const double t = std::expm1(size);
    const double w = 1.0 + t;
    return high < 0x3c800000 ? w : 1.0 + (t * t) / (w + w);
  }
  if (high < 0x40360000) {
    const double t = strictExp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (high < 0x40862E42) return 0.5 * strictExp(size);
  if (size <= 7.10475860073943863426e+02) {
    const double w = strictExp(0.5 * size);
    return (0.5 * w) * w;
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace flint::functions
