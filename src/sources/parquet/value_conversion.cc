#include "sources/parquet/value_conversion.h"

#include <cstring>

#include "columnar/string_view.h"
#include "sources/parquet/value_decoder.h"

namespace flint::sources {
namespace {

using columnar::StringView;

template <class From, class To>
void castAll(const ValueConversion&, const void* in, void* out, int32_t count) {
  const auto* from = static_cast<const From*>(in);
  auto* to = static_cast<To*>(out);
  for (int32_t i = 0; i < count; ++i) to[i] = static_cast<To>(from[i]);
}

// Damaged values may overflow; they wrap.
template <class To>
To scaled(To value, int128_t factor) {
  using Unsigned = std::conditional_t<sizeof(To) == 8, uint64_t, uint128_t>;
  return static_cast<To>(static_cast<Unsigned>(value) * static_cast<Unsigned>(factor));
}

template <class From, class To>
void scaleAll(const ValueConversion& conversion, const void* in, void* out, int32_t count) {
  const auto* from = static_cast<const From*>(in);
  auto* to = static_cast<To*>(out);
  for (int32_t i = 0; i < count; ++i) to[i] = scaled(static_cast<To>(from[i]), conversion.factor);
}

template <class To>
void decimalsFromBytes(const ValueConversion& conversion, const void* in, void* out, int32_t count) {
  const auto* from = static_cast<const StringView*>(in);
  auto* to = static_cast<To*>(out);
  for (int32_t i = 0; i < count; ++i) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(from[i].data());
    const uint32_t size = from[i].size();
    if (size - 1 < sizeof(int64_t)) {
      // Such a value lies in the view, where eight bytes can be read: its own are the upper ones of a big-endian word.
      uint64_t word;
      std::memcpy(&word, bytes, sizeof(word));
      to[i] = scaled(static_cast<To>(static_cast<int64_t>(__builtin_bswap64(word)) >> (64 - 8 * size)), conversion.factor);
      continue;
    }
    uint128_t value = size > 0 && (bytes[0] & 0x80) != 0 ? ~uint128_t{0} : 0;
    for (uint32_t k = 0; k < size; ++k) value = value << 8 | bytes[k];
    to[i] = scaled(static_cast<To>(value), conversion.factor);
  }
}

// 12 bytes: nanoseconds of the day, Julian day.
void timestampsFromInt96(const ValueConversion&, const void* in, void* out, int32_t count) {
  constexpr int64_t kEpochDay = 2'440'588;
  constexpr uint64_t kMicrosPerDay = 86'400'000'000;
  const auto* from = static_cast<const uint8_t*>(in);
  auto* to = static_cast<int64_t*>(out);
  for (int32_t i = 0; i < count; ++i, from += 12) {
    int64_t nanos;
    int32_t day;
    std::memcpy(&nanos, from, 8);
    std::memcpy(&day, from + 8, 4);
    to[i] = static_cast<int64_t>(static_cast<uint64_t>(day - kEpochDay) * kMicrosPerDay + static_cast<uint64_t>(nanos / 1'000));
  }
}

void microsFromMillis(const ValueConversion&, const void* in, void* out, int32_t count) {
  const auto* from = static_cast<const uint64_t*>(in);
  auto* to = static_cast<uint64_t*>(out);
  for (int32_t i = 0; i < count; ++i) to[i] = from[i] * 1'000;
}

void microsFromNanos(const ValueConversion&, const void* in, void* out, int32_t count) {
  const auto* from = static_cast<const int64_t*>(in);
  auto* to = static_cast<int64_t*>(out);
  for (int32_t i = 0; i < count; ++i) to[i] = from[i] / 1'000 - (from[i] % 1'000 < 0 ? 1 : 0);
}

void nanosFromMicros(const ValueConversion&, const void* in, void* out, int32_t count) {
  const auto* from = static_cast<const uint64_t*>(in);
  auto* to = static_cast<uint64_t*>(out);
  for (int32_t i = 0; i < count; ++i) to[i] = from[i] * 1'000;
}

void microsFromDays(const ValueConversion&, const void* in, void* out, int32_t count) {
  const auto* from = static_cast<const int32_t*>(in);
  auto* to = static_cast<int64_t*>(out);
  for (int32_t i = 0; i < count; ++i) to[i] = from[i] * int64_t{86'400'000'000};
}

template <class From>
std::optional<ValueConversion::Convert> toDecimal(const DataType& target) {
  return target.physicalType() == PhysicalType::kInt64 ? &scaleAll<From, int64_t> : &scaleAll<From, int128_t>;
}

// Reading as a decimal: the target keeps at least as many digits on both sides of the point.
bool growDecimal(const DataType& target, int precision, int scale, ValueConversion& conversion) {
  const int moreScale = target.scale() - scale;
  if (moreScale < 0 || target.precision() - precision < moreScale) return false;
  conversion.factor = powerOfTen(moreScale);
  return true;
}

}  // namespace

std::optional<ValueConversion> conversionOf(const SchemaElement& leaf, const DataType& target) {
  using Kind = Annotation::Kind;
  const Annotation& note = leaf.annotation;
  ValueConversion conversion;
  conversion.nativeWidth = nativeWidth(*leaf.type);
  conversion.width = widthOf(target.physicalType());
  const auto with = [&](std::optional<ValueConversion::Convert> convert) -> std::optional<ValueConversion> {
    if (!convert.has_value()) return std::nullopt;
    conversion.convert = *convert;
    return conversion;
  };
  const bool isUnsigned = note.kind == Kind::kInteger && !note.isSigned;
  switch (*leaf.type) {
    case ParquetType::kBoolean: return target.is(TypeKind::kBoolean) ? with(nullptr) : std::nullopt;
    case ParquetType::kFloat:
      if (target.is(TypeKind::kFloat)) return with(nullptr);
      return target.is(TypeKind::kDouble) ? with(&castAll<float, double>) : std::nullopt;
    case ParquetType::kDouble: return target.is(TypeKind::kDouble) ? with(nullptr) : std::nullopt;
    case ParquetType::kInt96:
      return target.is(TypeKind::kTimestamp) || target.is(TypeKind::kTimestampNtz) ? with(&timestampsFromInt96) : std::nullopt;
    case ParquetType::kInt32:
      switch (target.kind()) {
        case TypeKind::kByte: return note.kind == Kind::kDecimal ? std::nullopt : with(&castAll<int32_t, int8_t>);
        case TypeKind::kShort: return note.kind == Kind::kDecimal ? std::nullopt : with(&castAll<int32_t, int16_t>);
        case TypeKind::kInteger:
        case TypeKind::kYearMonthInterval: return note.kind == Kind::kDecimal ? std::nullopt : with(nullptr);
        case TypeKind::kLong:
          if (note.kind == Kind::kDecimal) return std::nullopt;
          return isUnsigned && note.bitWidth == 32 ? with(&castAll<uint32_t, int64_t>) : with(&castAll<int32_t, int64_t>);
        case TypeKind::kDouble: return note.kind == Kind::kDecimal ? std::nullopt : with(&castAll<int32_t, double>);
        case TypeKind::kDate: return note.kind == Kind::kDate ? with(nullptr) : std::nullopt;
        case TypeKind::kTimestampNtz: return note.kind == Kind::kDate ? with(&microsFromDays) : std::nullopt;
        case TypeKind::kDecimal: {
          const bool isDecimal = note.kind == Kind::kDecimal;
          if (!growDecimal(target, isDecimal ? note.precision : 10, isDecimal ? note.scale : 0, conversion)) return std::nullopt;
          return with(toDecimal<int32_t>(target));
        }
        default: return std::nullopt;
      }
    case ParquetType::kInt64:
      switch (target.kind()) {
        case TypeKind::kLong:
        case TypeKind::kDayTimeInterval: return note.kind == Kind::kDecimal || isUnsigned ? std::nullopt : with(nullptr);
        case TypeKind::kTimestamp:
        case TypeKind::kTimestampNtz:
          if (note.kind != Kind::kTimestamp) return std::nullopt;
          if (note.unit == Annotation::Unit::kMicros) return with(nullptr);
          return note.unit == Annotation::Unit::kMillis ? with(&microsFromMillis) : with(&microsFromNanos);
        case TypeKind::kTime: return note.kind == Kind::kTime && note.unit == Annotation::Unit::kMicros ? with(&nanosFromMicros) : std::nullopt;
        case TypeKind::kDecimal: {
          if (isUnsigned) {
            if (!growDecimal(target, 20, 0, conversion)) return std::nullopt;
            return with(&scaleAll<uint64_t, int128_t>);
          }
          const bool isDecimal = note.kind == Kind::kDecimal;
          if (!growDecimal(target, isDecimal ? note.precision : 20, isDecimal ? note.scale : 0, conversion)) return std::nullopt;
          return conversion.factor == 1 && target.physicalType() == PhysicalType::kInt64 ? with(nullptr) : with(toDecimal<int64_t>(target));
        }
        default: return std::nullopt;
      }
    case ParquetType::kByteArray:
    case ParquetType::kFixedLenByteArray:
      if (target.is(TypeKind::kDecimal)) {
        if (note.kind != Kind::kDecimal || !growDecimal(target, note.precision, note.scale, conversion)) return std::nullopt;
        return with(target.physicalType() == PhysicalType::kInt64 ? &decimalsFromBytes<int64_t> : &decimalsFromBytes<int128_t>);
      }
      if (target.is(TypeKind::kBinary)) return with(nullptr);
      return target.isStringLike() && *leaf.type == ParquetType::kByteArray ? with(nullptr) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace flint::sources
