// + - * / % div, pmod and their try_ forms over numbers.
#include "functions/math/arithmetic.h"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <memory>

#include "expr/expression_text.h"
#include "expr/nodes.h"
#include "functions/kernel_loops.h"
#include "functions/math/decimal_operations.h"
#include "functions/math/dense_arithmetic.h"
#include "types/decimal.h"
#include "types/number_text.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

Error arithmeticOverflow(const char* message, const char* alternative) {
  return Error(condition::kArithmeticOverflow)
      .with("message", message)
      .with("alternative", *alternative == '\0' ? "" : fmt::format(" Use '{}' to tolerate overflow and return NULL instead.", alternative))
      .with("config", "\"spark.sql.ansi.enabled\"");
}

Error divideByZero() { return Error(condition::kDivideByZero).with("config", "\"spark.sql.ansi.enabled\""); }

namespace {

Error remainderByZero() { return Error(condition::kRemainderByZero).with("config", "\"spark.sql.ansi.enabled\""); }

const char* symbolOf(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd: return "+";
    case ArithmeticOp::kSubtract: return "-";
    case ArithmeticOp::kMultiply: return "*";
    case ArithmeticOp::kDivide: return "/";
    case ArithmeticOp::kIntegralDivide: return "div";
    case ArithmeticOp::kRemainder: return "%";
    case ArithmeticOp::kPositiveModulo: return "pmod";
  }
  return "";
}

const char* tryName(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd: return "try_add";
    case ArithmeticOp::kSubtract: return "try_subtract";
    case ArithmeticOp::kMultiply: return "try_multiply";
    default: return "";
  }
}

// The result wrapped around, and whether it did not fit.
template <class T, ArithmeticOp Op>
inline T wrapping(T a, T b, bool& overflow) {
  using Unsigned = std::make_unsigned_t<T>;
  if constexpr (Op == ArithmeticOp::kAdd) {
    const T sum = static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
    overflow |= ((a ^ sum) & (b ^ sum)) < 0;
    return sum;
  } else if constexpr (Op == ArithmeticOp::kSubtract) {
    const T difference = static_cast<T>(static_cast<Unsigned>(a) - static_cast<Unsigned>(b));
    overflow |= ((a ^ b) & (a ^ difference)) < 0;
    return difference;
  } else if constexpr (sizeof(T) < 8) {
    const int64_t product = static_cast<int64_t>(a) * b;
    overflow |= static_cast<T>(product) != product;
    return static_cast<T>(product);
  } else {
    T product;
    overflow |= __builtin_mul_overflow(a, b, &product);
    return product;
  }
}

template <class T, ArithmeticOp Op>
void computeIntegers(const KernelArgs& args) {
  T* out = args.result<T>().values();
  if constexpr (std::is_same_v<T, int64_t>) {
    constexpr DenseOp kOp = Op == ArithmeticOp::kAdd ? DenseOp::kAdd : Op == ArithmeticOp::kSubtract ? DenseOp::kSubtract : DenseOp::kMultiply;
    if (args.activeRows().isAll() && computeDense(kOp, *args.vector(0), *args.vector(1), out)) return;
  }
  bool overflow = false;
  forEachPair<T, T>(args, [&](RowIndex row, T a, T b) { out[row] = wrapping<T, Op>(a, b, overflow); });
  if (!overflow) return;
  forEachPair<T, T>(args, [&](RowIndex row, T a, T b) {
    bool bad = false;
    wrapping<T, Op>(a, b, bad);
    if (!bad) return;
    if constexpr (sizeof(T) < 4) {
      args.errors().set(row, Error(condition::kBinaryArithmeticOverflow)
                                 .with("value1", fmt::format("{}{}", a, sizeof(T) == 1 ? "Y" : "S"))
                                 .with("symbol", symbolOf(Op))
                                 .with("value2", fmt::format("{}{}", b, sizeof(T) == 1 ? "Y" : "S"))
                                 .with("functionName", fmt::format("`{}`", tryName(Op))));
    } else {
      args.errors().set(row, arithmeticOverflow(sizeof(T) == 4 ? "integer overflow" : "long overflow", tryName(Op)));
    }
  });
}

template <class T, ArithmeticOp Op>
void computeFloats(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachPair<T, T>(args, [&](RowIndex row, T a, T b) {
    if constexpr (Op == ArithmeticOp::kAdd) out[row] = a + b;
    if constexpr (Op == ArithmeticOp::kSubtract) out[row] = a - b;
    if constexpr (Op == ArithmeticOp::kMultiply) out[row] = a * b;
  });
}

template <class T>
T remainderOf(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(a, b);
  } else {
    return b == -1 ? T{0} : static_cast<T>(a % b);
  }
}

template <class T, ArithmeticOp Op>
void computeQuotients(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachPair<T, T>(args, [&](RowIndex row, T a, T b) {
    if (b == 0) {
      args.errors().set(row, Op == ArithmeticOp::kRemainder || Op == ArithmeticOp::kPositiveModulo ? remainderByZero() : divideByZero());
      out[row] = 0;
      return;
    }
    if constexpr (Op == ArithmeticOp::kDivide) {
      out[row] = a / b;
    } else if constexpr (Op == ArithmeticOp::kIntegralDivide) {
      if (b == -1) {
        if (a == std::numeric_limits<T>::min()) args.errors().set(row, arithmeticOverflow("Overflow in integral divide", "try_divide"));
        out[row] = static_cast<T>(0 - static_cast<uint64_t>(a));
      } else {
        out[row] = a / b;
      }
    } else if constexpr (Op == ArithmeticOp::kRemainder) {
      out[row] = remainderOf(a, b);
    } else {
      const T rest = remainderOf(a, b);
      out[row] = rest < 0 ? remainderOf(static_cast<T>(rest + b), b) : rest;
    }
  });
}

// Scales of a decimal operation.
struct DecimalPlan {
  int leftScale;
  int rightScale;
  DataType result;
};

void setOutOfRange(const KernelArgs& args, const DecimalPlan& plan, RowIndex row, const std::string& value) {
  args.errors().set(row, Error(condition::kNumericValueOutOfRangeWithSuggestion)
                             .with("value", value)
                             .with("precision", std::to_string(plan.result.precision()))
                             .with("scale", std::to_string(plan.result.scale()))
                             .with("config", "\"spark.sql.ansi.enabled\""));
}

// Sums of narrow decimals: with at most 18 digits in the result nothing overflows. `Result` is int64 or int128.
template <class Result, bool Subtracts>
void addNarrowDecimals(const KernelArgs& args) {
  const auto& plan = args.data<DecimalPlan>();
  Result* out = args.result<Result>().values();
  const auto leftFactor = static_cast<Result>(powerOfTen(plan.result.scale() - plan.leftScale));
  const auto rightFactor = static_cast<Result>(powerOfTen(plan.result.scale() - plan.rightScale));
  forEachPair<int64_t, int64_t>(args, [&](RowIndex row, int64_t a, int64_t b) {
    const Result left = static_cast<Result>(a) * leftFactor;
    const Result right = static_cast<Result>(b) * rightFactor;
    out[row] = Subtracts ? left - right : left + right;
  });
}

// a * 10^leftUp + b * 10^rightUp, without its last `drop` digits, where the whole sum would not fit: the digits to drop are kept apart.
bool addDropping(int128_t a, int leftUp, int128_t b, int rightUp, int drop, int128_t& sum) {
  int128_t low = 0;
  const auto high = [&](int128_t value, int up, int128_t& out) {
    if (up >= drop) return !__builtin_mul_overflow(value, powerOfTen(up - drop), &out);
    const int128_t divisor = powerOfTen(drop - up);
    out = value / divisor;
    low += value % divisor * powerOfTen(up);
    return true;
  };
  int128_t left;
  int128_t right;
  if (!high(a, leftUp, left) || !high(b, rightUp, right) || __builtin_add_overflow(left, right, &sum)) return false;
  const int128_t unit = powerOfTen(drop);
  // The sum's own sign decides which way the dropped digits round.
  sum += low / unit;
  low %= unit;
  if (sum > 0 && low < 0) {
    --sum;
    low += unit;
  } else if (sum < 0 && low > 0) {
    ++sum;
    low -= unit;
  }
  sum += divideByPowerOfTen(low, drop);
  return true;
}

template <class A, class B, bool Subtracts>
void addWideDecimals(const KernelArgs& args) {
  const auto& plan = args.data<DecimalPlan>();
  auto* out = args.result<int128_t>().values();
  const int scale = std::max(plan.leftScale, plan.rightScale);
  const int drop = scale - plan.result.scale();
  const int128_t leftFactor = powerOfTen(scale - plan.leftScale);
  const int128_t rightFactor = powerOfTen(scale - plan.rightScale);
  forEachPair<A, B>(args, [&](RowIndex row, A a, B b) {
    int128_t left;
    int128_t right;
    int128_t sum = 0;
    bool overflow = __builtin_mul_overflow(static_cast<int128_t>(a), leftFactor, &left) || __builtin_mul_overflow(static_cast<int128_t>(b), rightFactor, &right);
    overflow = overflow || (Subtracts ? __builtin_sub_overflow(left, right, &sum) : __builtin_add_overflow(left, right, &sum));
    if (!overflow) sum = divideByPowerOfTen(sum, drop);
    if (overflow && drop > 0) {
      const int128_t b2 = Subtracts ? -static_cast<int128_t>(b) : static_cast<int128_t>(b);
      overflow = !addDropping(a, scale - plan.leftScale, b2, scale - plan.rightScale, drop, sum);
    }
    if (overflow || !fitsPrecision(sum, plan.result.precision())) {
      setOutOfRange(args, plan, row, decimalText(a, plan.leftScale) + (Subtracts ? " - " : " + ") + decimalText(b, plan.rightScale));
      sum = 0;
    }
    out[row] = sum;
  });
}

// Calls `body` with a function from rows to values that knows how the column lies.
template <class Body>
void withOperand(const ColumnVector& column, Body&& body) {
  const int64_t* values = (column.isFlat() ? column : *column.base()).values<int64_t>();
  if (column.isFlat()) return body([values](RowIndex row) { return values[row]; });
  if (column.isConstant()) return body([value = values[0]](RowIndex) { return value; });
  body([values, indices = column.indices()](RowIndex row) { return values[indices[row]]; });
}

// Products of narrow decimals whose result keeps all digits.
template <class Result>
void multiplyNarrowDecimals(const KernelArgs& args) {
  Result* out = args.result<Result>().values();
  if (args.activeRows().isAll()) {
    withOperand(*args.vector(0), [&](auto left) {
      withOperand(*args.vector(1), [&](auto right) {
        for (RowIndex row = 0; row < args.numRows(); ++row) out[row] = static_cast<Result>(left(row)) * right(row);
      });
    });
    return;
  }
  forEachPair<int64_t, int64_t>(args, [&](RowIndex row, int64_t a, int64_t b) { out[row] = static_cast<Result>(a) * b; });
}

template <class A, class B>
void multiplyWideDecimals(const KernelArgs& args) {
  const auto& plan = args.data<DecimalPlan>();
  auto* out = args.result<int128_t>().values();
  const int drop = plan.leftScale + plan.rightScale - plan.result.scale();
  forEachPair<A, B>(args, [&](RowIndex row, A a, B b) {
    const auto product = multiplyDecimals(a, b, drop);
    if (!product) setOutOfRange(args, plan, row, decimalText(a, plan.leftScale) + " * " + decimalText(b, plan.rightScale));
    out[row] = product.value_or(0);
  });
}

template <class A, class B, class Result>
void divideDecimalColumns(const KernelArgs& args) {
  const auto& plan = args.data<DecimalPlan>();
  Result* out = args.result<Result>().values();
  const int shift = plan.result.scale() - plan.leftScale + plan.rightScale;
  forEachPair<A, B>(args, [&](RowIndex row, A a, B b) {
    out[row] = 0;
    if (b == 0) {
      args.errors().set(row, divideByZero());
      return;
    }
    const auto quotient = divideDecimals(a, b, shift);
    if (!quotient || !fitsPrecision(*quotient, plan.result.precision())) {
      setOutOfRange(args, plan, row, decimalText(a, plan.leftScale) + " / " + decimalText(b, plan.rightScale));
    } else {
      out[row] = static_cast<Result>(*quotient);
    }
  });
}

template <class A, class B>
void divideDecimalsToLong(const KernelArgs& args) {
  const auto& plan = args.data<DecimalPlan>();
  auto* out = args.result<int64_t>().values();
  const int scale = std::max(plan.leftScale, plan.rightScale);
  forEachPair<A, B>(args, [&](RowIndex row, A a, B b) {
    out[row] = 0;
    if (b == 0) {
      args.errors().set(row, divideByZero());
      return;
    }
    int128_t left;
    int128_t right;
    if (__builtin_mul_overflow(static_cast<int128_t>(a), powerOfTen(scale - plan.leftScale), &left) ||
        __builtin_mul_overflow(static_cast<int128_t>(b), powerOfTen(scale - plan.rightScale), &right)) {
      args.errors().set(row, arithmeticOverflow("Overflow in integral divide", "try_divide"));
      return;
    }
    const int128_t quotient = left / right;
    out[row] = static_cast<int64_t>(quotient);
    if (out[row] != quotient) args.errors().set(row, arithmeticOverflow("Overflow in integral divide", "try_divide"));
  });
}

// value * 10^digits modulo `divisor`, by one digit after the other.
int128_t scaledRemainder(int128_t value, int digits, int128_t divisor) {
  const uint128_t modulus = static_cast<uint128_t>(divisor < 0 ? -divisor : divisor);
  uint128_t rest = static_cast<uint128_t>(value < 0 ? -value : value) % modulus;
  for (; digits > 0; --digits) {
    // rest * 10 by doubling, as modulus * 10 may not fit.
    const auto twice = [&](uint128_t number) { return number >= modulus - number ? number - (modulus - number) : number + number; };
    const auto plus = [&](uint128_t x, uint128_t y) { return x >= modulus - y ? x - (modulus - y) : x + y; };
    const uint128_t two = twice(rest);
    rest = plus(twice(twice(two)), two);
  }
  return value < 0 ? -static_cast<int128_t>(rest) : static_cast<int128_t>(rest);
}

template <class A, class B, class Result, bool Positive>
void remainDecimals(const KernelArgs& args) {
  const auto& plan = args.data<DecimalPlan>();
  Result* out = args.result<Result>().values();
  const int scale = std::max(plan.leftScale, plan.rightScale);
  forEachPair<A, B>(args, [&](RowIndex row, A a, B b) {
    out[row] = 0;
    if (b == 0) {
      args.errors().set(row, remainderByZero());
      return;
    }
    int128_t left;
    int128_t right;
    int128_t rest;
    if (__builtin_mul_overflow(static_cast<int128_t>(b), powerOfTen(scale - plan.rightScale), &right)) {
      // The divisor is larger than any dividend; a positive remainder of a negative one then has no place.
      rest = a;
      if (Positive && rest < 0) return setOutOfRange(args, plan, row, decimalText(a, plan.leftScale));
    } else if (__builtin_mul_overflow(static_cast<int128_t>(a), powerOfTen(scale - plan.leftScale), &left)) {
      rest = scaledRemainder(a, scale - plan.leftScale, right);
    } else {
      rest = left % right;
    }
    if (Positive && rest < 0) rest = (rest + right) % right;
    rest = divideByPowerOfTen(rest, scale - plan.result.scale());
    if (!fitsPrecision(rest, plan.result.precision())) return setOutOfRange(args, plan, row, decimalText(rest, plan.result.scale()));
    out[row] = static_cast<Result>(rest);
  });
}

// Where the scale is kept (spark.sql.decimalOperations.allowPrecisionLoss=false), what is over 38 digits is lost in front.
DataType unadjustedResult(ArithmeticOp op, const DataType& a, const DataType& b) {
  constexpr int kMost = 38;
  const int scale = std::max(a.scale(), b.scale());
  const int whole = a.precision() - a.scale();
  const int otherWhole = b.precision() - b.scale();
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract: return boundedDecimal(std::max(whole, otherWhole) + scale + 1, scale);
    case ArithmeticOp::kMultiply: return boundedDecimal(a.precision() + b.precision() + 1, a.scale() + b.scale());
    case ArithmeticOp::kDivide: {
      int digits = std::min(kMost, whole + b.scale());
      int places = std::min(kMost, std::max(6, a.scale() + b.precision() + 1));
      if (const int excess = digits + places - kMost; excess > 0) {
        places -= excess / 2 + 1;
        digits = kMost - places;
      }
      return boundedDecimal(digits + places, places);
    }
    case ArithmeticOp::kIntegralDivide: return DataType::bigint();
    case ArithmeticOp::kRemainder:
    case ArithmeticOp::kPositiveModulo: return boundedDecimal(std::min(whole, otherWhole) + scale, scale);
  }
  return a;
}

DataType decimalResult(ArithmeticOp op, const DataType& a, const DataType& b, bool keepsScale) {
  if (keepsScale) return unadjustedResult(op, a, b);
  const int p1 = a.precision();
  const int s1 = a.scale();
  const int p2 = b.precision();
  const int s2 = b.scale();
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract: {
      const int scale = std::max(s1, s2);
      return adjustedDecimal(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
    case ArithmeticOp::kMultiply: return adjustedDecimal(p1 + p2 + 1, s1 + s2);
    case ArithmeticOp::kDivide: {
      const int scale = std::max(6, s1 + p2 + 1);
      return adjustedDecimal(p1 - s1 + s2 + scale, scale);
    }
    case ArithmeticOp::kIntegralDivide: return DataType::bigint();
    case ArithmeticOp::kRemainder:
    case ArithmeticOp::kPositiveModulo: return adjustedDecimal(std::min(p1 - s1, p2 - s2) + std::max(s1, s2), std::max(s1, s2));
  }
  return a;
}

template <class A, class B>
Kernel decimalKernel(ArithmeticOp op, const DecimalPlan& plan) {
  const bool narrowResult = plan.result.physicalType() == PhysicalType::kInt64;
  constexpr bool kNarrow = std::is_same_v<A, int64_t> && std::is_same_v<B, int64_t>;
  const bool subtracts = op == ArithmeticOp::kSubtract;
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract:
      if constexpr (kNarrow) {
        // Two numbers of 18 digits at most, at a common scale: 37 digits hold every sum.
        if (narrowResult) return subtracts ? addNarrowDecimals<int64_t, true> : addNarrowDecimals<int64_t, false>;
        return subtracts ? addNarrowDecimals<int128_t, true> : addNarrowDecimals<int128_t, false>;
      }
      return subtracts ? addWideDecimals<A, B, true> : addWideDecimals<A, B, false>;
    case ArithmeticOp::kMultiply:
      if constexpr (kNarrow) {
        if (plan.result.scale() == plan.leftScale + plan.rightScale) return narrowResult ? multiplyNarrowDecimals<int64_t> : multiplyNarrowDecimals<int128_t>;
      }
      return multiplyWideDecimals<A, B>;
    case ArithmeticOp::kDivide: return narrowResult ? divideDecimalColumns<A, B, int64_t> : divideDecimalColumns<A, B, int128_t>;
    case ArithmeticOp::kIntegralDivide: return divideDecimalsToLong<A, B>;
    case ArithmeticOp::kRemainder: return narrowResult ? remainDecimals<A, B, int64_t, false> : remainDecimals<A, B, int128_t, false>;
    case ArithmeticOp::kPositiveModulo: return narrowResult ? remainDecimals<A, B, int64_t, true> : remainDecimals<A, B, int128_t, true>;
  }
  return nullptr;
}

Kernel findDecimalKernel(ArithmeticOp op, const DecimalPlan& plan, const DataType& a, const DataType& b) {
  const bool wideA = a.physicalType() == PhysicalType::kInt128;
  const bool wideB = b.physicalType() == PhysicalType::kInt128;
  if (wideA) return wideB ? decimalKernel<int128_t, int128_t>(op, plan) : decimalKernel<int128_t, int64_t>(op, plan);
  return wideB ? decimalKernel<int64_t, int128_t>(op, plan) : decimalKernel<int64_t, int64_t>(op, plan);
}

template <class T>
Kernel numberKernel(ArithmeticOp op) {
  if constexpr (std::is_floating_point_v<T>) {
    switch (op) {
      case ArithmeticOp::kAdd: return computeFloats<T, ArithmeticOp::kAdd>;
      case ArithmeticOp::kSubtract: return computeFloats<T, ArithmeticOp::kSubtract>;
      case ArithmeticOp::kMultiply: return computeFloats<T, ArithmeticOp::kMultiply>;
      case ArithmeticOp::kDivide: return computeQuotients<T, ArithmeticOp::kDivide>;
      case ArithmeticOp::kRemainder: return computeQuotients<T, ArithmeticOp::kRemainder>;
      case ArithmeticOp::kPositiveModulo: return computeQuotients<T, ArithmeticOp::kPositiveModulo>;
      case ArithmeticOp::kIntegralDivide: return nullptr;
    }
  } else {
    switch (op) {
      case ArithmeticOp::kAdd: return computeIntegers<T, ArithmeticOp::kAdd>;
      case ArithmeticOp::kSubtract: return computeIntegers<T, ArithmeticOp::kSubtract>;
      case ArithmeticOp::kMultiply: return computeIntegers<T, ArithmeticOp::kMultiply>;
      case ArithmeticOp::kRemainder: return computeQuotients<T, ArithmeticOp::kRemainder>;
      case ArithmeticOp::kPositiveModulo: return computeQuotients<T, ArithmeticOp::kPositiveModulo>;
      case ArithmeticOp::kIntegralDivide:
        if constexpr (sizeof(T) == 8) return computeQuotients<T, ArithmeticOp::kIntegralDivide>;
        return nullptr;
      case ArithmeticOp::kDivide: return nullptr;
    }
  }
  return nullptr;
}

Kernel findNumberKernel(ArithmeticOp op, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return numberKernel<int8_t>(op);
    case TypeKind::kShort: return numberKernel<int16_t>(op);
    case TypeKind::kInteger: return numberKernel<int32_t>(op);
    case TypeKind::kLong: return numberKernel<int64_t>(op);
    case TypeKind::kFloat: return numberKernel<float>(op);
    case TypeKind::kDouble: return numberKernel<double>(op);
    default: return nullptr;
  }
}

// The decimal that an integer beside a decimal becomes: a constant needs only its own digits.
DataType decimalOf(const BindContext& context, size_t argument) {
  const DataType& type = context.argumentTypes[argument];
  if (!type.isIntegral()) return decimalForType(type);
  const bool isLiteral = argument < context.arguments.size() && context.arguments[argument]->as<Literal>() != nullptr;
  if (!isLiteral || context.constants[argument] == nullptr || context.constants[argument]->isNull()) return decimalForType(type);
  const std::string digits = std::to_string(context.constants[argument]->asInteger());
  return DataType::decimal(static_cast<int>(digits.size()) - (digits[0] == '-' ? 1 : 0), 0);
}

// What the operands are after implicit casts that do not lead to a common type the operator takes.
std::pair<DataType, DataType> shownOperands(const BindContext& context) {
  DataType a = context.argumentTypes[0];
  DataType b = context.argumentTypes[1];
  if (!context.options.ansi) {
    if (a.isStringLike()) a = DataType::float64();
    if (b.isStringLike()) b = DataType::float64();
  } else if (a.isStringLike() != b.isStringLike()) {
    const auto common = findWiderTypeForTwo(a, b);
    if (common) return {*common, *common};
  }
  const bool meet = a.isNumeric() && b.isNumeric() && (a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal));
  if (meet) return {DataType::float64(), DataType::float64()};
  return {a, b};
}

Error wrongOperands(ArithmeticOp op, const BindContext& context) {
  const std::string sql = context.arguments.size() == 2
                              ? fmt::format("\"({} {} {})\"", columnName(context.arguments[0]), symbolOf(op), columnName(context.arguments[1]))
                              : std::string(context.name);
  const auto quoted = [](const DataType& type) { return "\"" + type.sql() + "\""; };
  const auto [left, right] = shownOperands(context);
  if (!left.sameType(right)) {
    return Error(condition::kDatatypeMismatchBinaryOpDiffTypes).with("sqlExpr", sql).with("left", quoted(left)).with("right", quoted(right));
  }
  const bool additive = op == ArithmeticOp::kAdd || op == ArithmeticOp::kSubtract;
  return Error(condition::kDatatypeMismatchBinaryOpWrongType)
      .with("sqlExpr", sql)
      .with("inputType", op == ArithmeticOp::kDivide            ? "(\"DOUBLE\" or \"DECIMAL\")"
                         : op == ArithmeticOp::kIntegralDivide  ? "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"
                         : additive                             ? "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")"
                                                                : "\"NUMERIC\"")
      .with("actualDataType", quoted(left));
}

// The types both operands are taken as, decimals aside.
std::optional<DataType> operandType(ArithmeticOp op, const BindContext& context) {
  DataType a = context.argumentTypes[0];
  DataType b = context.argumentTypes[1];
  if (a.is(TypeKind::kNull) && b.is(TypeKind::kNull)) return op == ArithmeticOp::kIntegralDivide ? DataType::bigint() : DataType::float64();
  const auto isNumberOrText = [](const DataType& type) { return type.isNumeric() || type.isStringLike() || type.is(TypeKind::kNull); };
  if (!context.options.ansi && (a.isStringLike() || b.isStringLike())) {
    // Text is a double, which whole division does not take.
    if (!isNumberOrText(a) || !isNumberOrText(b) || op == ArithmeticOp::kIntegralDivide) return std::nullopt;
    return DataType::float64();
  }
  auto common = a.isStringLike() || b.isStringLike() ? findWiderTypeForTwo(a, b) : findTightestCommonType(a, b, context.options.ansi);
  if (!common || !common->isNumeric()) return std::nullopt;
  if (op == ArithmeticOp::kDivide) return DataType::float64();
  if (op == ArithmeticOp::kIntegralDivide) {
    if (common->isFloating()) return std::nullopt;
    return DataType::bigint();
  }
  return common;
}

Result<FunctionBinding> bindArithmetic(ArithmeticOp op, const BindContext& context, bool triesOnly, bool keepsScale = false) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  if (auto bound = bindDatetimeArithmetic(op, context)) {
    if (bound->isOk()) bound->value().errorsAreNull = triesOnly;
    return std::move(*bound);
  }
  FunctionBinding binding;
  binding.takesNullRows = true;
  binding.errorsAreNull = triesOnly;
  const DataType& left = context.argumentTypes[0];
  const DataType& right = context.argumentTypes[1];
  const bool anyDecimal = left.is(TypeKind::kDecimal) || right.is(TypeKind::kDecimal);
  const auto takesDecimal = [](const DataType& type) { return type.is(TypeKind::kDecimal) || type.isIntegral() || type.is(TypeKind::kNull); };
  const bool divides = op == ArithmeticOp::kDivide || op == ArithmeticOp::kIntegralDivide || op == ArithmeticOp::kRemainder || op == ArithmeticOp::kPositiveModulo;
  if (anyDecimal && takesDecimal(left) && takesDecimal(right)) {
    const DataType a = left.is(TypeKind::kNull) ? right : decimalOf(context, 0);
    const DataType b = right.is(TypeKind::kNull) ? left : decimalOf(context, 1);
    auto plan = std::make_shared<DecimalPlan>(DecimalPlan{a.scale(), b.scale(), decimalResult(op, a, b, keepsScale)});
    binding.argumentTypes = {a, b};
    binding.result = plan->result;
    binding.kernel = findDecimalKernel(op, *plan, a, b);
    binding.canRaise = divides || plan->result.precision() == 38;
    binding.data = std::move(plan);
  } else if (anyDecimal && (left.isFloating() || right.isFloating() || left.isStringLike() || right.isStringLike()) && op != ArithmeticOp::kIntegralDivide &&
             (left.isNumeric() || left.isStringLike()) && (right.isNumeric() || right.isStringLike())) {
    binding.argumentTypes = {DataType::float64(), DataType::float64()};
    binding.result = DataType::float64();
    binding.kernel = findNumberKernel(op, binding.result);
    binding.canRaise = divides;
  } else {
    const auto type = operandType(op, context);
    if (!type) return wrongOperands(op, context);
    binding.argumentTypes = {*type, *type};
    binding.result = *type;
    binding.kernel = findNumberKernel(op, *type);
    binding.canRaise = divides || type->isIntegral();
  }
  if (binding.kernel == nullptr) return wrongOperands(op, context);
  binding.canRaise = binding.canRaise && context.options.ansi && !triesOnly;
  // Off ANSI mode, and with try_, what fails becomes null; overflow of integers keeps its bits off ANSI mode.
  const bool failsToNull = triesOnly || (!context.options.ansi && (divides || binding.result.is(TypeKind::kDecimal)));
  // To Spark a quotient may be null whether its divisor is zero or not, and in ANSI mode, where that is an error.
  binding.nullableIfArgumentsAre = !failsToNull && !divides;
  return binding;
}

template <ArithmeticOp Op, bool TriesOnly = false>
Result<FunctionBinding> bindOperator(const BindContext& context) {
  return bindArithmetic(Op, context, TriesOnly);
}

template <ArithmeticOp Op>
Result<FunctionBinding> bindKeepingScale(const BindContext& context) {
  return bindArithmetic(Op, context, false, true);
}

template <class T>
void negate(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) {
    if constexpr (std::is_integral_v<T>) {
      if (value == std::numeric_limits<T>::min()) args.errors().set(row, arithmeticOverflow(sizeof(T) == 8 ? "long overflow" : "integer overflow"));
      out[row] = static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(value));
    } else {
      out[row] = -value;
    }
  });
}

void negateInterval(const KernelArgs& args) {
  auto* out = args.result<CalendarInterval>().values();
  forEachValue<CalendarInterval>(args, [&](RowIndex row, const CalendarInterval& value) {
    CalendarInterval negated;
    const bool months = __builtin_sub_overflow(0, value.months, &negated.months);
    const bool days = __builtin_sub_overflow(0, value.days, &negated.days);
    const bool micros = __builtin_sub_overflow(int64_t{0}, value.microseconds, &negated.microseconds);
    if (months || days || micros) args.errors().set(row, arithmeticOverflow(micros ? "long overflow" : "integer overflow"));
    out[row] = negated;
  });
}

template <class T>
void negateAnsiInterval(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) {
    if (__builtin_sub_overflow(T{0}, value, &out[row])) args.errors().set(row, Error(condition::kIntervalArithmeticOverflowWithoutSuggestion));
  });
}

void passThrough(const KernelArgs& args) { args.resultBuffer().setVector(args.vector(0)); }

template <class T>
void absolute(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) {
    if constexpr (std::is_floating_point_v<T>) {
      out[row] = std::abs(value);
    } else {
      if (value == std::numeric_limits<T>::min()) args.errors().set(row, arithmeticOverflow(sizeof(T) == 8 ? "long overflow" : "integer overflow"));
      out[row] = static_cast<T>(value < 0 ? 0 - static_cast<uint64_t>(value) : value);
    }
  });
}

// Wide decimals change their sign as Spark does it: for abs, negative ones alone.
template <bool OnlyNegative>
void negateWideDecimal(const KernelArgs& args) {
  auto* out = args.result<int128_t>().values();
  const DataType& type = args.resultType();
  forEachValue<int128_t>(args, [&](RowIndex row, const int128_t& value) {
    const auto negated = OnlyNegative && value >= 0 ? std::optional(value) : negatedDecimal(value, type.precision());
    if (!negated) args.errors().set(row, Error(condition::kNumericValueOutOfRangeWithoutSuggestion)
                                             .with("roundedValue", decimalText(value, type.scale()))
                                             .with("originalValue", decimalText(value, type.scale()))
                                             .with("precision", std::to_string(type.precision()))
                                             .with("scale", std::to_string(type.scale())));
    out[row] = negated.value_or(0);
  });
}

struct UnaryKernels {
  Kernel byPhysical[8];  // kInt8 kInt16 kInt32 kInt64 kInt128 kFloat kDouble, interval
};
constexpr UnaryKernels kNegate{{negate<int8_t>, negate<int16_t>, negate<int32_t>, negate<int64_t>, negateWideDecimal<false>, negate<float>, negate<double>, negateInterval}};
constexpr UnaryKernels kAbsolute{{absolute<int8_t>, absolute<int16_t>, absolute<int32_t>, absolute<int64_t>, negateWideDecimal<true>, absolute<float>, absolute<double>, nullptr}};
constexpr UnaryKernels kIdentity{{passThrough, passThrough, passThrough, passThrough, passThrough, passThrough, passThrough, passThrough}};

const std::vector<ErrorRule> kAlwaysRaised;  // with ANSI rules and without

Result<FunctionBinding> bindUnary(const BindContext& context, const UnaryKernels& kernels) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  FunctionBinding binding;
  DataType type = context.argumentTypes[0];
  if (type.isStringLike() || type.is(TypeKind::kNull)) type = DataType::float64();
  if (!type.isNumeric() && !type.isAnsiInterval() && !type.is(TypeKind::kCalendarInterval)) {
    return unexpectedArgumentType(context, 0, "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")");
  }
  binding.argumentTypes = {type};
  binding.result = type;
  binding.takesNullRows = true;
  switch (type.physicalType()) {
    case PhysicalType::kInt8: binding.kernel = kernels.byPhysical[0]; break;
    case PhysicalType::kInt16: binding.kernel = kernels.byPhysical[1]; break;
    case PhysicalType::kInt32: binding.kernel = kernels.byPhysical[2]; break;
    case PhysicalType::kInt64: binding.kernel = kernels.byPhysical[3]; break;
    case PhysicalType::kInt128: binding.kernel = kernels.byPhysical[4]; break;
    case PhysicalType::kFloat: binding.kernel = kernels.byPhysical[5]; break;
    case PhysicalType::kDouble: binding.kernel = kernels.byPhysical[6]; break;
    case PhysicalType::kInterval: binding.kernel = kernels.byPhysical[7]; break;
    default: break;
  }
  if (binding.kernel == nullptr) return unexpectedArgumentType(context, 0, "\"NUMERIC\"");
  binding.canRaise = context.options.ansi && (type.isIntegral() || type.is(TypeKind::kCalendarInterval)) && binding.kernel != Kernel(passThrough);
  if (type.physicalType() == PhysicalType::kInt128 && binding.kernel != Kernel(passThrough)) {
    binding.canRaise = true;
    binding.errors = &kAlwaysRaised;
  }
  if (type.isAnsiInterval() && binding.kernel != Kernel(passThrough)) {
    binding.canRaise = true;
    binding.errors = &kAlwaysRaised;
    if (binding.kernel == kNegate.byPhysical[2]) binding.kernel = negateAnsiInterval<int32_t>;
    if (binding.kernel == kNegate.byPhysical[3]) binding.kernel = negateAnsiInterval<int64_t>;
  }
  return binding;
}

Result<FunctionBinding> bindNegative(const BindContext& context) { return bindUnary(context, kNegate); }
Result<FunctionBinding> bindPositive(const BindContext& context) { return bindUnary(context, kIdentity); }
Result<FunctionBinding> bindAbs(const BindContext& context) { return bindUnary(context, kAbsolute); }

Result<FunctionBinding> bindPlus(const BindContext& context) {
  return context.argumentTypes.size() == 1 ? bindPositive(context) : bindOperator<ArithmeticOp::kAdd>(context);
}
Result<FunctionBinding> bindMinus(const BindContext& context) {
  return context.argumentTypes.size() == 1 ? bindNegative(context) : bindOperator<ArithmeticOp::kSubtract>(context);
}

const std::vector<ErrorRule> kArithmeticErrors = {{condition::kArithmeticOverflow, WithoutAnsi::kKeepValue},
                                                  {condition::kBinaryArithmeticOverflow, WithoutAnsi::kKeepValue},
                                                  {condition::kNumericValueOutOfRangeWithSuggestion, WithoutAnsi::kNull},
                                                  {condition::kDivideByZero, WithoutAnsi::kNull},
                                                  {condition::kRemainderByZero, WithoutAnsi::kNull}};

// The binders say whether a call can raise, so the rules are given through them rather than the declaration.
template <Binder Bind>
Result<FunctionBinding> withErrors(const BindContext& context) {
  auto bound = Bind(context);
  if (bound.isOk() && bound.value().errors == nullptr) bound.value().errors = &kArithmeticErrors;
  return bound;
}

}  // namespace

void registerArithmetic(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"+"}, .group = Group::kMath, .since = "1.0.0", .usage = "expr1 + expr2 - The sum of expr1 and expr2.",
       .examples = {{.sql = "SELECT 1 + 2", .result = "3"}}, .bind = withErrors<bindPlus>},
      {.names = {"-"}, .group = Group::kMath, .since = "1.0.0", .usage = "expr1 - expr2 - The difference of expr1 and expr2.",
       .examples = {{.sql = "SELECT 2 - 1", .result = "1"}}, .bind = withErrors<bindMinus>},
      {.names = {"*"}, .group = Group::kMath, .since = "1.0.0", .usage = "expr1 * expr2 - The product of expr1 and expr2.",
       .examples = {{.sql = "SELECT 2 * 3", .result = "6"}}, .bind = withErrors<bindOperator<ArithmeticOp::kMultiply>>},
      {.names = {"/"}, .group = Group::kMath, .since = "1.0.0", .usage = "expr1 / expr2 - The quotient; never an integral division.",
       .examples = {{.sql = "SELECT 3 / 2", .result = "1.5"}}, .bind = withErrors<bindOperator<ArithmeticOp::kDivide>>},
      {.names = {"div"}, .group = Group::kMath, .since = "3.0.0", .usage = "expr1 div expr2 - The whole part of expr1 / expr2.",
       .examples = {{.sql = "SELECT 3 div 2", .result = "1"}}, .bind = withErrors<bindOperator<ArithmeticOp::kIntegralDivide>>},
      {.names = {"%", "mod"}, .group = Group::kMath, .since = "1.0.0", .usage = "expr1 % expr2 - The remainder of expr1 / expr2.",
       .examples = {{.sql = "SELECT 2 % 1.8", .result = "0.2"}}, .bind = withErrors<bindOperator<ArithmeticOp::kRemainder>>},
      {.names = {"pmod"}, .group = Group::kMath, .since = "1.5.0", .usage = "pmod(expr1, expr2) - The positive remainder of expr1 / expr2.",
       .examples = {{.sql = "SELECT pmod(-10, 3)", .result = "2"}}, .bind = withErrors<bindOperator<ArithmeticOp::kPositiveModulo>>},
      {.names = {"try_add"}, .group = Group::kMath, .since = "3.2.0", .usage = "try_add(expr1, expr2) - The sum, or NULL on overflow.",
       .examples = {{.sql = "SELECT try_add(2147483647, 1)", .result = "NULL"}}, .bind = bindOperator<ArithmeticOp::kAdd, true>, .rewrite = rewriteTriedText},
      {.names = {"try_subtract"}, .group = Group::kMath, .since = "3.3.0", .usage = "try_subtract(expr1, expr2) - The difference, or NULL on overflow.",
       .examples = {{.sql = "SELECT try_subtract(-2147483648, 1)", .result = "NULL"}}, .bind = bindOperator<ArithmeticOp::kSubtract, true>, .rewrite = rewriteTriedText},
      {.names = {"try_multiply"}, .group = Group::kMath, .since = "3.3.0", .usage = "try_multiply(expr1, expr2) - The product, or NULL on overflow.",
       .examples = {{.sql = "SELECT try_multiply(2, 3)", .result = "6"}}, .bind = bindOperator<ArithmeticOp::kMultiply, true>, .rewrite = rewriteTriedText},
      {.names = {"try_divide"}, .group = Group::kMath, .since = "3.2.0", .usage = "try_divide(expr1, expr2) - The quotient, or NULL when expr2 is 0.",
       .examples = {{.sql = "SELECT try_divide(1, 0)", .result = "NULL"}}, .bind = bindOperator<ArithmeticOp::kDivide, true>, .rewrite = rewriteTriedText},
      {.names = {"try_mod"}, .group = Group::kMath, .since = "4.0.0", .usage = "try_mod(expr1, expr2) - The remainder, or NULL when expr2 is 0.",
       .examples = {{.sql = "SELECT try_mod(3, 0)", .result = "NULL"}}, .bind = bindOperator<ArithmeticOp::kRemainder, true>},
      {.names = {"negative"}, .group = Group::kMath, .since = "1.0.0", .usage = "negative(expr) - The negated value.",
       .examples = {{.sql = "SELECT negative(1)", .result = "-1"}}, .bind = withErrors<bindNegative>},
      {.names = {"positive"}, .group = Group::kMath, .since = "1.5.0", .usage = "positive(expr) - The value itself.",
       .examples = {{.sql = "SELECT positive(1)", .result = "1"}}, .bind = withErrors<bindPositive>},
      {.names = {"add_keeping_scale"}, .group = Group::kInternal, .since = "2.3.1", .usage = "add_keeping_scale(a, b) - a + b of decimals whose scale is not cut.",
       .bind = withErrors<bindKeepingScale<ArithmeticOp::kAdd>>},
      {.names = {"subtract_keeping_scale"}, .group = Group::kInternal, .since = "2.3.1", .usage = "subtract_keeping_scale(a, b) - a - b of decimals whose scale is not cut.",
       .bind = withErrors<bindKeepingScale<ArithmeticOp::kSubtract>>},
      {.names = {"multiply_keeping_scale"}, .group = Group::kInternal, .since = "2.3.1", .usage = "multiply_keeping_scale(a, b) - a * b of decimals whose scale is not cut.",
       .bind = withErrors<bindKeepingScale<ArithmeticOp::kMultiply>>},
      {.names = {"divide_keeping_scale"}, .group = Group::kInternal, .since = "2.3.1", .usage = "divide_keeping_scale(a, b) - a / b of decimals whose scale is not cut.",
       .bind = withErrors<bindKeepingScale<ArithmeticOp::kDivide>>},
      {.names = {"remainder_keeping_scale"}, .group = Group::kInternal, .since = "2.3.1", .usage = "remainder_keeping_scale(a, b) - a % b of decimals whose scale is not cut.",
       .bind = withErrors<bindKeepingScale<ArithmeticOp::kRemainder>>},
      {.names = {"abs"}, .group = Group::kMath, .since = "1.2.0", .usage = "abs(expr) - The absolute value of a number or interval.",
       .examples = {{.sql = "SELECT abs(-1)", .result = "1"}}, .bind = withErrors<bindAbs>},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
