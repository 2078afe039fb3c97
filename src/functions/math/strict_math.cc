#include "functions/math/strict_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace flint::functions {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kTwo53 = 9007199254740992.0;
constexpr double kTwo54 = 18014398509481984.0;
constexpr int32_t kOneHigh = 0x3ff00000;  // the upper word of 1.0
constexpr int32_t kMantissaHigh = 0x000fffff;
constexpr int32_t kImplicitBit = 0x00100000;

int32_t highWord(double x) { return static_cast<int32_t>(std::bit_cast<uint64_t>(x) >> 32); }
uint32_t lowWord(double x) { return static_cast<uint32_t>(std::bit_cast<uint64_t>(x)); }
double withHighWord(double x, int32_t high) { return std::bit_cast<double>(static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | lowWord(x)); }
// The upper half of a number's digits.
double upperHalf(double x) { return std::bit_cast<double>(std::bit_cast<uint64_t>(x) & 0xffffffff00000000ULL); }

constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;

// x - x*x*P(x*x), of the rational approximation of exp.
double expCorrection(double x) {
  const double t = x * x;
  return x - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05 +
                  t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
}

// 0: y is no whole number, 1: odd, 2: even.
int parityOf(double y) {
  const double magnitude = std::fabs(y);
  if (magnitude >= kTwo53) return 2;
  if (magnitude < 1 || magnitude != std::floor(magnitude)) return 0;
  return std::fmod(magnitude, 2) == 1 ? 1 : 2;
}

// The logarithm to base 2 in two parts.
struct Log2 {
  double high;
  double low;
};

// Of a number near 1, for exponents beyond 2^31.
Log2 log2NearOne(double magnitude) {
  const double t = magnitude - 1;
  const double w = (t * t) * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
  const double u = 1.44269502162933349609e+00 * t;
  const double v = t * 1.92596299112661746887e-08 - w * 1.44269504088896338700e+00;
  const double high = upperHalf(u + v);
  return {high, v - (high - u)};
}

Log2 log2Of(double magnitude) {
  static constexpr double kBase[] = {1.0, 1.5};
  static constexpr double kBaseLogHigh[] = {0.0, 5.84962487220764160156e-01};
  static constexpr double kBaseLogLow[] = {0.0, 1.35003920212974897128e-08};
  int32_t n = 0;
  int32_t ix = highWord(magnitude);
  if (ix < kImplicitBit) {
    magnitude *= kTwo53;
    n -= 53;
    ix = highWord(magnitude);
  }
  n += (ix >> 20) - 0x3ff;
  const int32_t j = ix & kMantissaHigh;
  ix = j | kOneHigh;
  int k = 0;
  if (j > 0x3988E && j < 0xBB67A) {
    k = 1;
  } else if (j >= 0xBB67A) {
    n += 1;
    ix -= kImplicitBit;
  }
  magnitude = withHighWord(magnitude, ix);
  double u = magnitude - kBase[k];
  double v = 1 / (magnitude + kBase[k]);
  const double ss = u * v;
  const double sHigh = upperHalf(ss);
  double tHigh = withHighWord(0, ((ix >> 1) | 0x20000000) + 0x00080000 + (k << 18));
  double tLow = magnitude - (tHigh - kBase[k]);
  const double sLow = v * ((u - sHigh * tHigh) - sHigh * tLow);
  double s2 = ss * ss;
  double r = s2 * s2 * (5.99999999999994648725e-01 + s2 * (4.28571428578550184252e-01 + s2 * (3.33333329818377432918e-01 +
             s2 * (2.72728123808534006489e-01 + s2 * (2.30660745775561754067e-01 + s2 * 2.06975017800338417784e-01)))));
  r += sLow * (sHigh + ss);
  s2 = sHigh * sHigh;
  tHigh = upperHalf(3.0 + s2 + r);
  tLow = r - ((tHigh - 3.0) - s2);
  u = sHigh * tHigh;
  v = sLow * tHigh + tLow * ss;
  const double pHigh = upperHalf(u + v);
  const double pLow = v - (pHigh - u);
  const double zHigh = 9.61796700954437255859e-01 * pHigh;
  const double zLow = -7.02846165095275826516e-09 * pHigh + pLow * 9.61796693925975554329e-01 + kBaseLogLow[k];
  const auto t = static_cast<double>(n);
  const double high = upperHalf(((zHigh + zLow) + kBaseLogHigh[k]) + t);
  return {high, zLow - (((high - t) - kBaseLogHigh[k]) - zHigh)};
}

// 2 to the power of (high + low), which `sum` is.
double exp2Of(double sum, double high, double low) {
  const int32_t j = highWord(sum);
  int32_t i = j & 0x7fffffff;
  int32_t k = (i >> 20) - 0x3ff;
  int32_t n = 0;
  if (i > 0x3fe00000) {
    n = j + (kImplicitBit >> (k + 1));
    k = ((n & 0x7fffffff) >> 20) - 0x3ff;
    const double whole = withHighWord(0, n & ~(kMantissaHigh >> k));
    n = ((n & kMantissaHigh) | kImplicitBit) >> (20 - k);
    if (j < 0) n = -n;
    high -= whole;
  }
  const double t = upperHalf(low + high);
  const double u = t * 6.93147182464599609375e-01;
  const double v = (low - (t - high)) * 6.93147180559945286227e-01 + t * -1.90465429995776804525e-09;
  const double z = u + v;
  const double w = v - (z - u);
  const double corrected = expCorrection(z);
  const double r = (z * corrected) / (corrected - 2.0) - (w + z * w);
  return std::ldexp(1.0 - (r - z), n);
}

}  // namespace

double strictExp(double x) {
  if (std::isnan(x)) return x;
  if (x > 7.09782712893383973096e+02) return kInfinity;
  if (x < -7.45133219101941108420e+02) return 0;
  const int32_t high = highWord(x) & 0x7fffffff;
  double upper = 0;
  double lower = 0;
  int k = 0;
  if (high > 0x3fd62e42) {
    if (high < 0x3FF0A2B2) {
      k = x < 0 ? -1 : 1;
      upper = x - (x < 0 ? -kLn2High : kLn2High);
      lower = x < 0 ? -kLn2Low : kLn2Low;
    } else {
      k = static_cast<int>(1.44269504088896338700e+00 * x + (x < 0 ? -0.5 : 0.5));
      upper = x - k * kLn2High;
      lower = k * kLn2Low;
    }
    x = upper - lower;
  } else if (high < 0x3e300000) {
    return 1 + x;
  }
  const double c = expCorrection(x);
  if (k == 0) return 1 - ((x * c) / (c - 2.0) - x);
  return std::ldexp(1 - ((lower - (x * c) / (2.0 - c)) - upper), k);
}

double strictLog(double x) {
  if (x == 0) return -kInfinity;
  if (x < 0) return kNan;
  int32_t high = highWord(x);
  int32_t k = 0;
  if (high < kImplicitBit) {
    k -= 54;
    x *= kTwo54;
    high = highWord(x);
  }
  if (high >= 0x7ff00000) return x + x;
  k += (high >> 20) - 1023;
  high &= kMantissaHigh;
  const int32_t carry = (high + 0x95f64) & kImplicitBit;
  x = withHighWord(x, high | (carry ^ kOneHigh));
  k += carry >> 20;
  const double f = x - 1.0;
  const auto exponent = static_cast<double>(k);
  if ((kMantissaHigh & (2 + high)) < 3) {
    if (f == 0) return k == 0 ? 0 : exponent * kLn2High + exponent * kLn2Low;
    const double r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - r : exponent * kLn2High - ((r - exponent * kLn2Low) - f);
  }
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double r = odd + even;
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const double half = 0.5 * f * f;
    return k == 0 ? f - (half - s * (half + r)) : exponent * kLn2High - ((half - (s * (half + r) + exponent * kLn2Low)) - f);
  }
  return k == 0 ? f - s * (f - r) : exponent * kLn2High - ((s * (f - r) - exponent * kLn2Low) - f);
}

double strictLog10(double x) {
  if (x == 0) return -kInfinity;
  if (x < 0) return kNan;
  int32_t high = highWord(x);
  int32_t k = 0;
  if (high < kImplicitBit) {
    k -= 54;
    x *= kTwo54;
    high = highWord(x);
  }
  if (high >= 0x7ff00000) return x + x;
  k += (high >> 20) - 1023;
  const int32_t negative = k < 0 ? 1 : 0;
  x = withHighWord(x, (high & kMantissaHigh) | ((0x3ff - negative) << 20));
  const auto exponent = static_cast<double>(k + negative);
  const double z = exponent * 3.69423907715893078616e-13 + 4.34294481903251816668e-01 * strictLog(x);
  return z + exponent * 3.01029995663611771306e-01;
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

double strictPow(double x, double y) {
  if (y == 0) return 1;
  if (std::isnan(x) || std::isnan(y)) return kNan;
  const double magnitude = std::fabs(x);
  if (std::isinf(y)) {
    if (magnitude == 1) return kNan;
    return (magnitude > 1) == (y > 0) ? kInfinity : 0;
  }
  if (y == 1) return x;
  if (y == -1) return 1 / x;
  if (y == 2) return x * x;
  if (y == 0.5 && !std::signbit(x)) return std::sqrt(x);
  const bool isNegative = std::signbit(x);
  const int parity = isNegative ? parityOf(y) : 0;
  if (magnitude == 0 || magnitude == 1 || std::isinf(x)) {
    const double z = y < 0 ? 1 / magnitude : magnitude;
    if (isNegative && magnitude == 1 && parity == 0) return kNan;
    return isNegative && parity == 1 ? -z : z;
  }
  if (isNegative && parity == 0) return kNan;
  const double sign = parity == 1 ? -1 : 1;
  const int32_t ix = highWord(magnitude);
  const int32_t iy = highWord(y) & 0x7fffffff;
  Log2 log{};
  if (iy > 0x41e00000) {
    const bool below = ix < 0x3fefffff || (iy > 0x43f00000 && ix <= 0x3fefffff);
    const bool above = ix > kOneHigh || (iy > 0x43f00000 && ix >= kOneHigh);
    if (below) return sign * (y < 0 ? kInfinity : 0);
    if (above) return sign * (y > 0 ? kInfinity : 0);
    log = log2NearOne(magnitude);
  } else {
    log = log2Of(magnitude);
  }
  const double upper = upperHalf(y);
  const double low = (y - upper) * log.high + y * log.low;
  const double high = upper * log.high;
  const double sum = low + high;
  constexpr double kBeyond = 8.0085662595372944372e-17;
  if (sum > 1024 || (sum == 1024 && low + kBeyond > sum - high)) return sign * kInfinity;
  if (sum < -1075 || (sum == -1075 && low <= sum - high)) return sign * 0.0;
  return sign * exp2Of(sum, high, low);
}

}  // namespace flint::functions
