// Between dates, timestamps and numbers of seconds.
#include <cmath>
#include <limits>

#include "expr/cast/cast_kernels.h"
#include "expr/expression_text.h"
#include "types/calendar.h"

namespace flint::expr {
namespace {

constexpr int64_t kNanosPerMicro = 1'000;

void castDateToTimestamp(const KernelArgs& args) {
  const TimeZone& zone = *args.data<CastData>().zone;
  auto* out = args.result<int64_t>().values();
  if (zone.isFixed()) {
    const int64_t offset = zone.toUtc(0);
    forEachValue<int32_t>(args, [&](RowIndex row, int32_t days) { out[row] = days * kMicrosPerDay + offset; });
  } else {
    forEachValue<int32_t>(args, [&](RowIndex row, int32_t days) { out[row] = zone.toUtc(days * kMicrosPerDay); });
  }
}

void castDateToTimestampNtz(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int32_t>(args, [&](RowIndex row, int32_t days) { out[row] = days * kMicrosPerDay; });
}

void castTimestampToDate(const KernelArgs& args) {
  const TimeZone& zone = *args.data<CastData>().zone;
  auto* out = args.result<int32_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = static_cast<int32_t>(floorDivide(zone.toLocal(micros), kMicrosPerDay)); });
}

void castTimestampNtzToDate(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = static_cast<int32_t>(floorDivide(micros, kMicrosPerDay)); });
}

void castTimestampToNtz(const KernelArgs& args) {
  const TimeZone& zone = *args.data<CastData>().zone;
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = zone.toLocal(micros); });
}

void castNtzToTimestamp(const KernelArgs& args) {
  const TimeZone& zone = *args.data<CastData>().zone;
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = zone.toUtc(micros); });
}

void castNtzToTime(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = floorModulo(micros, kMicrosPerDay) * kNanosPerMicro; });
}

template <class To>
void castTimestampToInteger(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) {
    const int64_t seconds = floorDivide(micros, kMicrosPerSecond);
    out[row] = static_cast<To>(seconds);
    if (out[row] == seconds) return;
    if (!isStrict(data)) {
      columnar::clearBit(args.resultBuffer().validity(), row);
    } else {
      args.errors().set(row, castOverflow(data, literalText(Value::integer(micros), data.from, TextStyle::kSql, data.zone->id())));
    }
  });
}

template <class To>
void castTimestampToFloat(const KernelArgs& args) {
  To* out = args.result<To>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = static_cast<To>(static_cast<double>(micros) / 1e6); });
}

template <class From>
void castIntegerToTimestamp(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max() / kMicrosPerSecond;
  forEachValue<From>(args, [&](RowIndex row, From value) {
    const int64_t seconds = value;
    out[row] = seconds > kLargest    ? std::numeric_limits<int64_t>::max()
               : seconds < -kLargest ? std::numeric_limits<int64_t>::min()
                                     : seconds * kMicrosPerSecond;
  });
}

void castBooleanToTimestamp(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<uint8_t>(args, [&](RowIndex row, uint8_t value) { out[row] = value; });
}

template <class From>
void castFloatToTimestamp(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  auto* out = args.result<int64_t>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    out[row] = 0;
    const double micros = static_cast<double>(value) * 1e6;
    if (!std::isfinite(value)) {
      setMissing(args, data, row, castInvalidInput, literalText(Value::floating(value), data.from, TextStyle::kSql));
    } else if (micros >= 9.2233720368547758e18) {
      out[row] = std::numeric_limits<int64_t>::max();
    } else if (micros <= -9.2233720368547758e18) {
      out[row] = std::numeric_limits<int64_t>::min();
    } else {
      out[row] = static_cast<int64_t>(micros);
    }
  });
}

template <class T>
void castToNothing(const KernelArgs& args) {
  // Off ANSI mode a date has no number.
  args.result<T>();
  for (const RowIndex row : args.activeRows()) columnar::clearBit(args.resultBuffer().validity(), row);
}

void castTimeToTime(const KernelArgs& args) {
  // Digits beyond the target's precision are cut.
  auto* out = args.result<int64_t>().values();
  int64_t unit = 1;
  for (int digits = args.data<CastData>().to.precision(); digits < 9; ++digits) unit *= 10;
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t nanos) { out[row] = nanos - nanos % unit; });
}

template <class To>
void castTimeToInteger(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t nanos) {
    const int64_t seconds = nanos / 1'000'000'000;
    out[row] = static_cast<To>(seconds);
    if (isStrict(data) && out[row] != seconds) args.errors().set(row, castOverflow(data, literalText(Value::integer(nanos), data.from, TextStyle::kSql)));
  });
}

void castTimestampToBoolean(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = micros != 0; });
}

Kernel findFromTimestamp(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kBoolean: return castTimestampToBoolean;
    case TypeKind::kDate: return castTimestampToDate;
    case TypeKind::kTimestampNtz: return castTimestampToNtz;
    case TypeKind::kByte: return castTimestampToInteger<int8_t>;
    case TypeKind::kShort: return castTimestampToInteger<int16_t>;
    case TypeKind::kInteger: return castTimestampToInteger<int32_t>;
    case TypeKind::kLong: return castTimestampToInteger<int64_t>;
    case TypeKind::kFloat: return castTimestampToFloat<float>;
    case TypeKind::kDouble: return castTimestampToFloat<double>;
    default: return nullptr;
  }
}

Kernel findFromDate(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kTimestamp: return castDateToTimestamp;
    case TypeKind::kTimestampNtz: return castDateToTimestampNtz;
    case TypeKind::kBoolean:
    case TypeKind::kByte: return castToNothing<int8_t>;
    case TypeKind::kShort: return castToNothing<int16_t>;
    case TypeKind::kInteger:
    case TypeKind::kFloat: return castToNothing<int32_t>;
    case TypeKind::kLong:
    case TypeKind::kDouble: return castToNothing<int64_t>;
    default: return nullptr;
  }
}

Kernel findToTimestamp(const DataType& from) {
  switch (from.kind()) {
    case TypeKind::kBoolean: return castBooleanToTimestamp;
    case TypeKind::kByte: return castIntegerToTimestamp<int8_t>;
    case TypeKind::kShort: return castIntegerToTimestamp<int16_t>;
    case TypeKind::kInteger: return castIntegerToTimestamp<int32_t>;
    case TypeKind::kLong: return castIntegerToTimestamp<int64_t>;
    case TypeKind::kFloat: return castFloatToTimestamp<float>;
    case TypeKind::kDouble: return castFloatToTimestamp<double>;
    default: return nullptr;
  }
}

}  // namespace

Kernel findDatetimeCast(const DataType& from, const DataType& to) {
  if (from.is(TypeKind::kTimestamp)) return findFromTimestamp(to);
  if (from.is(TypeKind::kDate)) return findFromDate(to);
  if (from.is(TypeKind::kTimestampNtz)) {
    if (to.is(TypeKind::kDate)) return castTimestampNtzToDate;
    if (to.is(TypeKind::kTimestamp)) return castNtzToTimestamp;
    if (to.is(TypeKind::kTime)) return castNtzToTime;
    return nullptr;
  }
  if (from.is(TypeKind::kTime)) {
    switch (to.kind()) {
      case TypeKind::kTime: return castTimeToTime;
      case TypeKind::kByte: return castTimeToInteger<int8_t>;
      case TypeKind::kShort: return castTimeToInteger<int16_t>;
      case TypeKind::kInteger: return castTimeToInteger<int32_t>;
      case TypeKind::kLong: return castTimeToInteger<int64_t>;
      default: return nullptr;
    }
  }
  return to.is(TypeKind::kTimestamp) ? findToTimestamp(from) : nullptr;
}

}  // namespace flint::expr
