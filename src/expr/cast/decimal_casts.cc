// To and from decimals.
#include <cmath>
#include <limits>

#include "expr/cast/cast_kernels.h"
#include "types/decimal.h"

namespace flint::expr {
namespace {

std::string decimalLiteral(int128_t value, int scale) { return decimalText(value, scale) + "BD"; }

// A value that has more digits than its decimal type.
void setOutOfRange(const KernelArgs& args, const CastData& data, RowIndex row, const std::string& text) {
  if (isStrict(data)) {
    args.errors().set(row, decimalOutOfRange(text, data.to));
  } else {
    columnar::clearBit(args.resultBuffer().validity(), row);
  }
}

template <class From, class To>
void castIntegerToDecimal(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  const int scale = data.to.scale();
  const int128_t factor = powerOfTen(scale);
  const int integralDigits = data.to.precision() - scale;
  constexpr int kMostDigits = sizeof(From) == 1 ? 3 : sizeof(From) == 2 ? 5 : sizeof(From) == 4 ? 10 : 19;
  if (integralDigits >= kMostDigits || std::is_same_v<From, uint8_t>) {
    const auto narrow = static_cast<To>(factor);
    forEachValue<From>(args, [&](RowIndex row, From value) { out[row] = static_cast<To>(value) * narrow; });
    return;
  }
  const int128_t limit = powerOfTen(integralDigits);
  forEachValue<From>(args, [&](RowIndex row, From value) {
    if (value >= limit || value <= -limit) {
      setOutOfRange(args, data, row, std::to_string(value));
      out[row] = 0;
    } else {
      out[row] = static_cast<To>(static_cast<int128_t>(value) * factor);
    }
  });
}

template <class From, class To>
void castFloatToDecimal(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  auto result = args.result<To>();
  To* out = result.values();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    int128_t unscaled = 0;
    switch (doubleToDecimal(value, data.to.precision(), data.to.scale(), unscaled)) {
      case DecimalParse::kValue: break;
      case DecimalParse::kMalformed: result.setNull(row); break;  // NaN and infinities, whatever the mode
      case DecimalParse::kOutOfRange: setOutOfRange(args, data, row, doubleText(value)); break;
    }
    out[row] = static_cast<To>(unscaled);
  });
}

template <class From, class To>
void castDecimalToDecimal(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  const int fromScale = data.from.scale();
  const int toScale = data.to.scale();
  const int precision = data.to.precision();
  const bool alwaysFits = precision - toScale >= data.from.precision() - fromScale + (toScale < fromScale ? 1 : 0);
  if (alwaysFits && toScale >= fromScale) {
    const auto factor = static_cast<To>(powerOfTen(toScale - fromScale));
    forEachValue<From>(args, [&](RowIndex row, From value) { out[row] = static_cast<To>(static_cast<To>(value) * factor); });
    return;
  }
  forEachValue<From>(args, [&](RowIndex row, From value) {
    const auto scaled = rescaleDecimal(value, fromScale, toScale, precision);
    if (!scaled) setOutOfRange(args, data, row, decimalText(value, fromScale));
    out[row] = static_cast<To>(scaled.value_or(0));
  });
}

template <class From, class To>
void castDecimalToInteger(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  const int128_t divisor = powerOfTen(data.from.scale());
  forEachValue<From>(args, [&](RowIndex row, From value) {
    int128_t whole = static_cast<int128_t>(value) / divisor;
    // With checks, Spark takes wide decimals to types below bigint through a double.
    if (sizeof(From) == 16 && sizeof(To) < 8 && isStrict(data)) whole = static_cast<int128_t>(decimalToDouble(value, data.from.scale()));
    if (isStrict(data) && (whole < std::numeric_limits<To>::min() || whole > std::numeric_limits<To>::max())) {
      args.errors().set(row, castOverflow(data, decimalLiteral(value, data.from.scale())));
      out[row] = 0;
    } else {
      out[row] = static_cast<To>(static_cast<int64_t>(whole));
    }
  });
}

template <class From, class To>
void castDecimalToFloat(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  const int scale = data.from.scale();
  forEachValue<From>(args, [&](RowIndex row, From value) { out[row] = static_cast<To>(decimalToDouble(value, scale)); });
}

template <class From>
void castDecimalToBoolean(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) { out[row] = value != 0 ? 1 : 0; });
}

template <class From>
void castDecimalToTimestamp(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  auto* out = args.result<int64_t>().values();
  forEachValue<From>(args, [&](RowIndex row, From exact) {
    // Spark multiplies in 34 digits.
    int128_t value = exact;
    int scale = data.from.scale();
    for (; !fitsPrecision(value, 34); --scale) value = divideByPowerOfTen(value, 1);
    const int128_t micros = scale <= 6 ? static_cast<int128_t>(value) * powerOfTen(6 - scale) : static_cast<int128_t>(value) / powerOfTen(scale - 6);
    out[row] = static_cast<int64_t>(micros);
  });
}

template <class To>
void castTimestampToDecimal(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) {
    const auto scaled = rescaleDecimal(micros, 6, data.to.scale(), data.to.precision());
    if (!scaled) setOutOfRange(args, data, row, decimalText(micros, 6));
    out[row] = static_cast<To>(scaled.value_or(0));
  });
}

// Off ANSI mode a date has no number.
template <class To>
void castDateToDecimal(const KernelArgs& args) {
  args.result<To>();
  for (const RowIndex row : args.activeRows()) columnar::clearBit(args.resultBuffer().validity(), row);
}

// Seconds since midnight.
template <class To>
void castTimeToDecimal(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t nanos) {
    const auto scaled = rescaleDecimal(nanos, 9, data.to.scale(), data.to.precision());
    if (!scaled) setOutOfRange(args, data, row, decimalText(nanos, 9));
    out[row] = static_cast<To>(scaled.value_or(0));
  });
}

template <class To>
Kernel findToDecimal(const DataType& from) {
  switch (from.kind()) {
    case TypeKind::kBoolean: return castIntegerToDecimal<uint8_t, To>;
    case TypeKind::kByte: return castIntegerToDecimal<int8_t, To>;
    case TypeKind::kShort: return castIntegerToDecimal<int16_t, To>;
    case TypeKind::kInteger: return castIntegerToDecimal<int32_t, To>;
    case TypeKind::kLong: return castIntegerToDecimal<int64_t, To>;
    case TypeKind::kFloat: return castFloatToDecimal<float, To>;
    case TypeKind::kDouble: return castFloatToDecimal<double, To>;
    case TypeKind::kTimestamp: return castTimestampToDecimal<To>;
    case TypeKind::kDate: return castDateToDecimal<To>;
    case TypeKind::kTime: return castTimeToDecimal<To>;
    case TypeKind::kDecimal: return from.precision() <= 18 ? castDecimalToDecimal<int64_t, To> : castDecimalToDecimal<int128_t, To>;
    default: return nullptr;
  }
}

template <class From>
Kernel findFromDecimal(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kBoolean: return castDecimalToBoolean<From>;
    case TypeKind::kByte: return castDecimalToInteger<From, int8_t>;
    case TypeKind::kShort: return castDecimalToInteger<From, int16_t>;
    case TypeKind::kInteger: return castDecimalToInteger<From, int32_t>;
    case TypeKind::kLong: return castDecimalToInteger<From, int64_t>;
    case TypeKind::kFloat: return castDecimalToFloat<From, float>;
    case TypeKind::kDouble: return castDecimalToFloat<From, double>;
    case TypeKind::kTimestamp: return castDecimalToTimestamp<From>;
    default: return nullptr;
  }
}

}  // namespace

Kernel findDecimalCast(const DataType& from, const DataType& to) {
  if (to.is(TypeKind::kDecimal)) return to.precision() <= 18 ? findToDecimal<int64_t>(from) : findToDecimal<int128_t>(from);
  return from.precision() <= 18 ? findFromDecimal<int64_t>(to) : findFromDecimal<int128_t>(to);
}

}  // namespace flint::expr
