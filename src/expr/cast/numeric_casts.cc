// Between booleans, integers and floating-point numbers.
#include <cmath>
#include <limits>

#include "expr/cast/cast_kernels.h"
#include "expr/expression_text.h"

namespace flint::expr {
namespace {

template <class From>
std::string literalOf(const CastData& data, From value) {
  const Value boxed = std::is_floating_point_v<From> ? Value::floating(static_cast<double>(value)) : Value::integer(static_cast<int64_t>(value));
  return literalText(boxed, data.from, TextStyle::kSql);
}

template <class From, class To>
void castPlain(const KernelArgs& args) {
  To* out = args.result<To>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) { out[row] = static_cast<To>(value); });
}

template <class From, class To>
void castNarrower(const KernelArgs& args) {
  To* out = args.result<To>().values();
  bool overflow = false;
  forEachValue<From>(args, [&](RowIndex row, From value) {
    out[row] = static_cast<To>(value);
    overflow |= static_cast<From>(out[row]) != value;
  });
  const auto& data = args.data<CastData>();
  if (!overflow || !isStrict(data)) return;
  forEachValue<From>(args, [&](RowIndex row, From value) {
    if (static_cast<From>(static_cast<To>(value)) != value) args.errors().set(row, castOverflow(data, literalOf(data, value)));
  });
}

// As Java: NaN is 0, what is too large is the limit; types below int go through int.
template <class To>
To javaTruncate(double value) {
  using Wide = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
  constexpr auto kLow = std::numeric_limits<Wide>::min();
  constexpr auto kHigh = std::numeric_limits<Wide>::max();
  if (std::isnan(value)) return 0;
  if (value <= static_cast<double>(kLow)) return static_cast<To>(kLow);
  if (value >= static_cast<double>(kHigh)) return static_cast<To>(kHigh);
  return static_cast<To>(static_cast<Wide>(value));
}

template <class From, class To>
void castFloatToInteger(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  // Exact in double but for the limit of bigint, 2^63, which compares right all the same.
  constexpr auto kLow = static_cast<double>(std::numeric_limits<To>::min());
  constexpr auto kHigh = static_cast<double>(std::numeric_limits<To>::max());
  const bool strict = isStrict(data);
  forEachValue<From>(args, [&](RowIndex row, From value) {
    const double wide = value;
    if (strict && !(std::floor(wide) <= kHigh && std::ceil(wide) >= kLow)) {
      args.errors().set(row, castOverflow(data, literalOf(data, value)));
      out[row] = 0;
    } else {
      out[row] = javaTruncate<To>(wide);
    }
  });
}

template <class From>
void castToBoolean(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) { out[row] = value != 0 ? 1 : 0; });
}

template <class From, class To>
constexpr Kernel kernelBetween() {
  if constexpr (std::is_same_v<From, To>) {
    return castPlain<From, To>;
  } else if constexpr (std::is_floating_point_v<From>) {
    if constexpr (std::is_floating_point_v<To>) {
      return castPlain<From, To>;
    } else {
      return castFloatToInteger<From, To>;
    }
  } else if constexpr (std::is_floating_point_v<To> || sizeof(To) >= sizeof(From)) {
    return castPlain<From, To>;
  } else {
    return castNarrower<From, To>;
  }
}

template <class From>
Kernel findTarget(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kBoolean: return castToBoolean<From>;
    case TypeKind::kByte: return kernelBetween<From, int8_t>();
    case TypeKind::kShort: return kernelBetween<From, int16_t>();
    case TypeKind::kInteger: return kernelBetween<From, int32_t>();
    case TypeKind::kLong: return kernelBetween<From, int64_t>();
    case TypeKind::kFloat: return kernelBetween<From, float>();
    case TypeKind::kDouble: return kernelBetween<From, double>();
    default: return nullptr;
  }
}

Kernel findFromBoolean(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kByte: return castPlain<uint8_t, int8_t>;
    case TypeKind::kShort: return castPlain<uint8_t, int16_t>;
    case TypeKind::kInteger: return castPlain<uint8_t, int32_t>;
    case TypeKind::kLong: return castPlain<uint8_t, int64_t>;
    case TypeKind::kFloat: return castPlain<uint8_t, float>;
    case TypeKind::kDouble: return castPlain<uint8_t, double>;
    default: return nullptr;
  }
}

template <class From>
void castToBinary(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    char bytes[sizeof(From)];
    for (size_t i = 0; i < sizeof(From); ++i) bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * (sizeof(From) - 1 - i)));
    out.set(row, {bytes, sizeof(From)});
  });
}

}  // namespace

Kernel findNumericCast(const DataType& from, const DataType& to) {
  const bool toBinary = to.is(TypeKind::kBinary);
  switch (from.kind()) {
    case TypeKind::kBoolean: return findFromBoolean(to);
    case TypeKind::kByte: return toBinary ? castToBinary<int8_t> : findTarget<int8_t>(to);
    case TypeKind::kShort: return toBinary ? castToBinary<int16_t> : findTarget<int16_t>(to);
    case TypeKind::kInteger: return toBinary ? castToBinary<int32_t> : findTarget<int32_t>(to);
    case TypeKind::kLong: return toBinary ? castToBinary<int64_t> : findTarget<int64_t>(to);
    case TypeKind::kFloat: return findTarget<float>(to);
    case TypeKind::kDouble: return findTarget<double>(to);
    default: return nullptr;
  }
}

}  // namespace flint::expr
