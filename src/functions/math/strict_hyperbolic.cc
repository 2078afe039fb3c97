// expm1, log1p and the inverse hyperbolic functions of fdlibm.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "functions/math/strict_math.h"

namespace flint::functions {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLn2 = 6.93147180559945286227e-01;
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;

int32_t highWord(double x) { return static_cast<int32_t>(std::bit_cast<uint64_t>(x) >> 32); }
double withHighWord(double x, int32_t high) {
  return std::bit_cast<double>(static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | (std::bit_cast<uint64_t>(x) & 0xffffffffULL));
}
double timesPowerOfTwo(double x, int32_t k) { return withHighWord(x, highWord(x) + k * (1 << 20)); }

}  // namespace

double strictExpm1(double x) {
  const bool negative = x < 0;
  const uint32_t size = static_cast<uint32_t>(highWord(x)) & 0x7fffffff;
  if (x != x) return x;
  if (size >= 0x4043687A) {  // |x| >= 56 ln 2
    if (x > 7.09782712893383973096e+02) return kInfinity;
    if (negative) return -1.0;
  }
  int32_t k = 0;
  double c = 0;
  if (size > 0x3fd62e42) {  // |x| > ln 2 / 2
    double high;
    double low;
    if (size < 0x3FF0A2B2) {  // |x| < 1.5 ln 2
      high = negative ? x + kLn2High : x - kLn2High;
      low = negative ? -kLn2Low : kLn2Low;
      k = negative ? -1 : 1;
    } else {
      k = static_cast<int32_t>(1.44269504088896338700e+00 * x + (negative ? -0.5 : 0.5));
      high = x - k * kLn2High;
      low = k * kLn2Low;
    }
    x = high - low;
    c = (high - x) - low;
  } else if (size < 0x3c900000) {
    return x;
  }
  const double half = 0.5 * x;
  const double square = x * half;
  const double r1 = 1.0 + square * (-3.33333333333331316428e-02 + square * (1.58730158725481460165e-03 + square * (-7.93650757867487942473e-05 +
                          square * (4.00821782732936239552e-06 + square * -2.01099218183624371326e-07))));
  double t = 3.0 - r1 * half;
  double e = square * ((r1 - t) / (6.0 - x * t));
  if (k == 0) return x - (x * e - square);
  e = x * (e - c) - c;
  e -= square;
  if (k == -1) return 0.5 * (x - e) - 0.5;
  if (k == 1) return x < -0.25 ? -2.0 * (e - (x + 0.5)) : 1.0 + 2.0 * (x - e);
  if (k <= -2 || k > 56) return timesPowerOfTwo(1.0 - (e - x), k) - 1.0;
  if (k < 20) {
    t = withHighWord(1.0, 0x3ff00000 - (0x200000 >> k));  // 1 - 2^-k
    return timesPowerOfTwo(t - (e - x), k);
  }
  t = withHighWord(1.0, (0x3ff - k) << 20);  // 2^-k
  return timesPowerOfTwo(x - (e + t) + 1.0, k);
}

double strictLog1p(double x) {
  const int32_t high = highWord(x);
  const int32_t size = high & 0x7fffffff;
  int32_t k = 1;
  int32_t highOfU = 1;
  double f = 0;
  double c = 0;
  if (high < 0x3FDA827A) {  // x < 0.41422
    if (size >= 0x3ff00000) return x == -1.0 ? -kInfinity : kNan;
    if (size < 0x3e200000) return size < 0x3c900000 ? x : x - x * x * 0.5;
    if (high > 0 || high <= static_cast<int32_t>(0xbfd2bec3)) {  // -0.2929 < x < 0.41422
      k = 0;
      f = x;
    }
  }
  if (high >= 0x7ff00000) return x + x;
  if (k != 0) {
    double u = x;
    if (high < 0x43400000) {
      u = 1.0 + x;
      highOfU = highWord(u);
      k = (highOfU >> 20) - 1023;
      c = k > 0 ? 1.0 - (u - x) : x - (u - 1.0);
      c /= u;
    } else {
      highOfU = highWord(u);
      k = (highOfU >> 20) - 1023;
    }
    highOfU &= 0x000fffff;
    if (highOfU < 0x6a09e) {
      u = withHighWord(u, highOfU | 0x3ff00000);
    } else {
      ++k;
      u = withHighWord(u, highOfU | 0x3fe00000);
      highOfU = (0x00100000 - highOfU) >> 2;
    }
    f = u - 1.0;
  }
  const double halfSquare = 0.5 * f * f;
  if (highOfU == 0) {  // |f| < 2^-20
    if (f == 0) {
      if (k == 0) return 0.0;
      c += k * kLn2Low;
      return k * kLn2High + c;
    }
    const double rest = halfSquare * (1.0 - 0.66666666666666666 * f);
    return k == 0 ? f - rest : k * kLn2High - ((rest - (k * kLn2Low + c)) - f);
  }
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double series = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01 + z * (2.857142874366239149e-01 + z * (2.222219843214978396e-01 +
                        z * (1.818357216161805012e-01 + z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01))))));
  if (k == 0) return f - (halfSquare - s * (halfSquare + series));
  return k * kLn2High - ((halfSquare - (s * (halfSquare + series) + (k * kLn2Low + c))) - f);
}

double strictTanh(double x) {
  if (x != x) return x;
  const int32_t size = highWord(x) & 0x7fffffff;
  if (size >= 0x40360000) return x < 0 ? -1.0 : 1.0;  // |x| >= 22
  if (size < 0x3c800000) return x;
  const double magnitude = std::fabs(x);
  double z;
  if (size >= 0x3ff00000) {
    z = 1.0 - 2.0 / (strictExpm1(2.0 * magnitude) + 2.0);
  } else {
    const double t = strictExpm1(-2.0 * magnitude);
    z = -t / (t + 2.0);
  }
  return x < 0 ? -z : z;
}

double strictAsinh(double x) {
  const double size = std::fabs(x);
  if (!(size < kInfinity) || size < 3.725290298461914e-09) return x;
  double w;
  if (size > 268435456.0) {
    w = strictLog(size) + kLn2;
  } else if (size > 2.0) {
    w = strictLog(2.0 * size + 1.0 / (std::sqrt(x * x + 1.0) + size));
  } else {
    const double t = x * x;
    w = strictLog1p(size + t / (1.0 + std::sqrt(1.0 + t)));
  }
  return x < 0 ? -w : w;
}

double strictAcosh(double x) {
  if (!(x >= 1)) return kNan;
  if (x > 268435456.0) return x == kInfinity ? x : strictLog(x) + kLn2;
  if (x == 1) return 0.0;
  if (x > 2.0) return strictLog(2.0 * x - 1.0 / (x + std::sqrt(x * x - 1.0)));
  const double t = x - 1.0;
  return strictLog1p(t + std::sqrt(2.0 * t + t * t));
}

double strictAtanh(double x) { return 0.5 * (strictLog1p(x) - strictLog1p(-x)); }

}  // namespace flint::functions
