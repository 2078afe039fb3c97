#include "functions/math/strict_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

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

// The rational approximation that the arc sine and the arc cosine share.
double arcCorrection(double t) {
  const double p = t * (1.66666666666666657415e-01 + t * (-3.25565818622400915405e-01 + t * (2.01212532134862925881e-01 +
                   t * (-4.00555345006794114027e-02 + t * (7.91534994289814532176e-04 + t * 3.47933107596021167570e-05)))));
  const double q = 1 + t * (-2.40339491173441421878e+00 + t * (2.02094576023350569471e+00 + t * (-6.88283971605453293030e-01 + t * 7.70381505559019352791e-02)));
  return p / q;
}

constexpr double kHalfPiHigh = 1.57079632679489655800e+00;
constexpr double kHalfPiLow = 6.12323399573676603587e-17;

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

namespace {

// What a logarithm begins with: its result where that is not finite, else the number, out of the subnormals, with its high word and exponent.
struct LogArgument {
  std::optional<double> result;
  double x = 0;
  int32_t high = 0;
  int32_t k = 0;
};

LogArgument logArgumentOf(double x) {
  if (x == 0) return {.result = -kInfinity};
  if (x < 0) return {.result = kNan};
  int32_t high = highWord(x);
  int32_t k = 0;
  if (high < kImplicitBit) {
    k -= 54;
    x *= kTwo54;
    high = highWord(x);
  }
  if (high >= 0x7ff00000) return {.result = x + x};
  return {.x = x, .high = high, .k = k + (high >> 20) - 1023};
}

}  // namespace

double strictLog(double x) {
  const LogArgument argument = logArgumentOf(x);
  if (argument.result.has_value()) return *argument.result;
  x = argument.x;
  int32_t high = argument.high;
  int32_t k = argument.k;
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
  const LogArgument argument = logArgumentOf(x);
  if (argument.result.has_value()) return *argument.result;
  const int32_t high = argument.high;
  const int32_t k = argument.k;
  const int32_t negative = k < 0 ? 1 : 0;
  x = withHighWord(argument.x, (high & kMantissaHigh) | ((0x3ff - negative) << 20));
  const auto exponent = static_cast<double>(k + negative);
  const double z = exponent * 3.69423907715893078616e-13 + 4.34294481903251816668e-01 * strictLog(x);
  return z + exponent * 3.01029995663611771306e-01;
}

double strictCosh(double x) {
  const double size = std::abs(x);
  const int32_t high = highWord(size);
  if (high >= 0x7ff00000) return x * x;
  if (high < 0x3fd62e43) {
    const double t = strictExpm1(size);
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

double strictCbrt(double x) {
  const double magnitude = std::fabs(x);
  if (magnitude == 0 || !std::isfinite(x)) return x + x;
  // A first guess by a third of the exponent, good to 5 bits.
  double t = highWord(magnitude) < kImplicitBit ? withHighWord(0, highWord(kTwo54 * magnitude) / 3 + 696219795) : withHighWord(0, highWord(magnitude) / 3 + 715094163);
  const double r = t * t / magnitude;
  const double s = 5.42857142857142815906e-01 + r * t;
  t *= 3.57142857142857150787e-01 + 1.60714285714285720630e+00 / (s + 1.41428571428571436819e+00 + -7.05306122448979611050e-01 / s);
  // Cut to 20 bits and made larger than the root, then one step of Newton's method.
  t = upperHalf(t);
  t = withHighWord(t, highWord(t) + 1);
  const double quotient = magnitude / (t * t);
  t += t * ((quotient - t) / (t + t + quotient));
  return x < 0 ? -t : t;
}

double strictHypot(double x, double y) {
  if (std::isinf(x) || std::isinf(y)) return kInfinity;
  if (std::isnan(x) || std::isnan(y)) return kNan;
  double a = std::fmax(std::fabs(x), std::fabs(y));
  double b = std::fmin(std::fabs(x), std::fabs(y));
  if (highWord(a) - highWord(b) > 0x3c00000) return a + b;
  int scale = 0;
  if (highWord(a) > 0x5f300000) scale = 600;
  if (highWord(b) < 0x20b00000) {
    if (b == 0) return a;
    scale = highWord(b) < kImplicitBit ? -1'022 : -600;
  }
  a = std::ldexp(a, -scale);
  b = std::ldexp(b, -scale);
  if (b > a) std::swap(a, b);
  double w = a - b;
  if (w > b) {
    const double upper = upperHalf(a);
    w = std::sqrt(upper * upper - (b * (-b) - (a - upper) * (a + upper)));
  } else {
    const double twice = a + a;
    const double part = upperHalf(b);
    const double upper = upperHalf(twice);
    w = std::sqrt(upper * part - (w * (-w) - (upper * (b - part) + (twice - upper) * b)));
  }
  return std::ldexp(w, scale);
}

double strictAtan(double x) {
  static constexpr double kAnglesHigh[] = {4.63647609000806093515e-01, 7.85398163397448278999e-01, 9.82793723247329054082e-01, 1.57079632679489655800e+00};
  static constexpr double kAnglesLow[] = {2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17, 6.12323399573676603587e-17};
  if (std::isnan(x)) return x;
  const bool negative = std::signbit(x);
  const int32_t high = highWord(x) & 0x7fffffff;
  if (high >= 0x44100000) return negative ? -kAnglesHigh[3] - kAnglesLow[3] : kAnglesHigh[3] + kAnglesLow[3];
  int angle = -1;
  if (high < 0x3fdc0000) {
    if (high < 0x3e200000) return x;
  } else {
    x = std::fabs(x);
    if (high < 0x3fe60000) {
      angle = 0;
      x = (2.0 * x - 1) / (2.0 + x);
    } else if (high < 0x3ff30000) {
      angle = 1;
      x = (x - 1) / (x + 1);
    } else if (high < 0x40038000) {
      angle = 2;
      x = (x - 1.5) / (1 + 1.5 * x);
    } else {
      angle = 3;
      x = -1.0 / x;
    }
  }
  const double z = x * x;
  const double w = z * z;
  const double odd = z * (3.33333333333329318027e-01 + w * (1.42857142725034663711e-01 + w * (9.09088713343650656196e-02 + w * (6.66107313738753120669e-02 +
                     w * (4.97687799461593236017e-02 + w * 1.62858201153657823623e-02)))));
  const double even = w * (-1.99999999998764832476e-01 + w * (-1.11111104054623557880e-01 + w * (-7.69187620504482999495e-02 +
                      w * (-5.83357013379057348645e-02 + w * -3.65315727442169155270e-02))));
  if (angle < 0) return x - x * (odd + even);
  const double result = kAnglesHigh[angle] - ((x * (odd + even) - kAnglesLow[angle]) - x);
  return negative ? -result : result;
}

double strictAsin(double x) {
  const int32_t high = highWord(x) & 0x7fffffff;
  if (std::fabs(x) == 1) return x * kHalfPiHigh + x * kHalfPiLow;
  if (!(std::fabs(x) < 1)) return kNan;
  if (high < 0x3fe00000) return high < 0x3e400000 ? x : x + x * arcCorrection(x * x);
  const double t = (1 - std::fabs(x)) * 0.5;
  const double ratio = arcCorrection(t);
  const double s = std::sqrt(t);
  double result = 0;
  if (high >= 0x3FEF3333) {
    result = kHalfPiHigh - (2.0 * (s + s * ratio) - kHalfPiLow);
  } else {
    const double w = upperHalf(s);
    const double c = (t - w * w) / (s + w);
    const double p = 2.0 * s * ratio - (kHalfPiLow - 2.0 * c);
    const double q = 7.85398163397448278999e-01 - 2.0 * w;
    result = 7.85398163397448278999e-01 - (p - q);
  }
  return x > 0 ? result : -result;
}

double strictAcos(double x) {
  constexpr double kPi = 3.14159265358979311600e+00;
  const int32_t high = highWord(x) & 0x7fffffff;
  if (std::fabs(x) == 1) return x > 0 ? 0 : kPi + 2.0 * kHalfPiLow;
  if (!(std::fabs(x) < 1)) return kNan;
  if (high < 0x3fe00000) {
    if (high <= 0x3c600000) return kHalfPiHigh + kHalfPiLow;
    return kHalfPiHigh - (x - (kHalfPiLow - x * arcCorrection(x * x)));
  }
  if (x < 0) {
    const double z = (1 + x) * 0.5;
    const double s = std::sqrt(z);
    return kPi - 2.0 * (s + (arcCorrection(z) * s - kHalfPiLow));
  }
  const double z = (1 - x) * 0.5;
  const double s = std::sqrt(z);
  const double upper = upperHalf(s);
  const double c = (z - upper * upper) / (s + upper);
  return 2.0 * (upper + (arcCorrection(z) * s + c));
}

double strictSinh(double x) {
  const double half = x < 0 ? -0.5 : 0.5;
  const double size = std::fabs(x);
  const int32_t high = highWord(size);
  if (high >= 0x7ff00000) return x + x;
  if (high < 0x40360000) {
    if (high < 0x3e300000) return x;
    const double t = strictExpm1(size);
    return high < kOneHigh ? half * (2.0 * t - t * t / (t + 1)) : half * (t + t / (t + 1));
  }
  if (high < 0x40862E42) return half * strictExp(size);
  if (size <= 7.10475860073943863426e+02) {
    const double w = strictExp(0.5 * size);
    return (half * w) * w;
  }
  return x < 0 ? -kInfinity : kInfinity;
}

double strictAtan2(double y, double x) {
  constexpr double kPi = 3.1415926535897931160e+00;
  constexpr double kPiLow = 1.2246467991473531772e-16;
  if (std::isnan(x) || std::isnan(y)) return kNan;
  if (x == 1) return strictAtan(y);
  const bool left = std::signbit(x);
  const bool below = std::signbit(y);
  const auto signedBy = [&](double angle) { return below ? -angle : angle; };
  if (y == 0) return left ? signedBy(kPi) : y;
  if (x == 0) return signedBy(kPi / 2);
  if (std::isinf(x)) {
    if (std::isinf(y)) return signedBy(left ? 3.0 * (kPi / 4) : kPi / 4);
    return left ? signedBy(kPi) : signedBy(0.0);
  }
  if (std::isinf(y)) return signedBy(kPi / 2);
  const int32_t k = ((highWord(y) & 0x7fffffff) - (highWord(x) & 0x7fffffff)) >> 20;
  double z = 0;
  if (k > 60) {
    z = kPi / 2 + 0.5 * kPiLow;
  } else if (!left || k >= -60) {
    z = strictAtan(std::fabs(y / x));
  }
  if (!left) return signedBy(z);
  return below ? (z - kPiLow) - kPi : kPi - (z - kPiLow);
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
