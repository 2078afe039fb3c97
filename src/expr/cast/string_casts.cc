// Text to values.
#include <charconv>
#include <cmath>
#include <limits>

#include "expr/cast/cast_kernels.h"
#include "expr/cast/number_parser.h"
#include "expr/expression_text.h"
#include "types/ansi_interval_parser.h"
#include "types/datetime_parser.h"
#include "types/decimal.h"

namespace flint::expr {
namespace {

std::string quotedText(const StringView& text, const CastData& data) { return literalText(Value::string(text.str()), DataType::string(), TextStyle::kSql); }

void setMalformed(const KernelArgs& args, const CastData& data, RowIndex row, const StringView& text) {
  if (isStrict(data)) {
    args.errors().set(row, castInvalidInput(data, quotedText(text, data)));
  } else {
    columnar::clearBit(args.resultBuffer().validity(), row);
  }
}

// Casts with `parse`, which gives an optional value of a row's text.
template <class To, class Parse>
void castEach(const KernelArgs& args, Parse&& parse) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const auto value = parse(text.view());
    if (value.has_value()) {
      out[row] = static_cast<To>(*value);
    } else {
      setMalformed(args, data, row, text);
    }
  });
}

template <class To>
void castToInteger(const KernelArgs& args) {
  const bool allowFraction = !isStrict(args.data<CastData>());
  castEach<To>(args, [&](std::string_view text) -> std::optional<int64_t> {
    const auto value = parseInteger(text, allowFraction);
    if (!value || *value < std::numeric_limits<To>::min() || *value > std::numeric_limits<To>::max()) return std::nullopt;
    return value;
  });
}

void castToFloat(const KernelArgs& args) { castEach<float>(args, parseFloat); }
void castToDouble(const KernelArgs& args) { castEach<double>(args, parseDouble); }
void castToBoolean(const KernelArgs& args) { castEach<uint8_t>(args, parseBoolean); }
void castToDate(const KernelArgs& args) { castEach<int32_t>(args, parseDate); }
void castToTimestampNtz(const KernelArgs& args) { castEach<int64_t>(args, parseTimestampNtz); }
void castToTime(const KernelArgs& args) { castEach<int64_t>(args, parseTime); }

void castToTimestamp(const KernelArgs& args) {
  const TimeZone& zone = *args.data<CastData>().zone;
  castEach<int64_t>(args, [&](std::string_view text) { return parseTimestamp(text, zone); });
}

template <class To>
void castToDecimal(const KernelArgs& args) {
  const auto& data = args.data<CastData>();
  To* out = args.result<To>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    int128_t value = 0;
    switch (parseDecimal(text.view(), data.to.precision(), data.to.scale(), value)) {
      case DecimalParse::kValue: out[row] = static_cast<To>(value); break;
      case DecimalParse::kMalformed: setMalformed(args, data, row, text); break;
      case DecimalParse::kOutOfRange:
        if (isStrict(data)) {
          args.errors().set(row, decimalOutOfRange(text.str(), data.to));
        } else {
          columnar::clearBit(args.resultBuffer().validity(), row);
        }
        break;
    }
  });
}

// A text that is no interval is NULL, whatever the mode.
void castToCalendarInterval(const KernelArgs& args) {
  auto* out = args.result<CalendarInterval>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    if (const auto value = parseCalendarInterval(text.view())) {
      out[row] = *value;
    } else {
      columnar::clearBit(args.resultBuffer().validity(), row);
    }
  });
}

// A text that is no ANSI interval is an error in every mode.
template <class To>
void castToAnsiInterval(const KernelArgs& args) {
  const DataType& to = args.data<CastData>().to;
  To* out = args.result<To>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    std::optional<To> value;
    if constexpr (sizeof(To) == 4) {
      value = parseYearMonthInterval(text.view(), to.startField(), to.endField());
    } else {
      value = parseDayTimeInterval(text.view(), to.startField(), to.endField());
    }
    if (value) {
      out[row] = *value;
      return;
    }
    args.errors().set(row, Error(sizeof(To) == 4 ? condition::kInvalidIntervalFormatUnmatchedFormatString : condition::kInvalidIntervalFormatUnmatchedFormatStringWithNotice)
                               .with("input", text.str())
                               .with("intervalStr", sizeof(To) == 4 ? "year-month" : "day-time")
                               .with("supportedFormat", ansiIntervalFormat(to.startField(), to.endField()))
                               .with("typeName", to.simpleString()));
  });
}

}  // namespace

std::optional<int64_t> parseInteger(std::string_view text, bool allowFraction) {
  text = trimmedText(text);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  const uint64_t limit = negative ? uint64_t{1} << 63 : (uint64_t{1} << 63) - 1;
  size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    const auto digit = static_cast<uint64_t>(text[at] - '0');
    if (value > (limit - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  if (at < text.size()) {
    if (!allowFraction || text[at] != '.') return std::nullopt;
    for (++at; at < text.size(); ++at) {
      if (text[at] < '0' || text[at] > '9') return std::nullopt;
    }
  }
  return static_cast<int64_t>(negative ? 0 - value : value);
}

namespace {

bool equalsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

template <class T>
std::optional<T> parseFloating(std::string_view text) {
  text = trimmedText(text);
  if (text.empty()) return std::nullopt;
  std::string_view body = text;
  const bool negative = body[0] == '-';
  if (body[0] == '-' || body[0] == '+') body.remove_prefix(1);
  const T sign = negative ? T{-1} : T{1};
  if (equalsIgnoringCase(body, "inf") || equalsIgnoringCase(body, "infinity")) return sign * std::numeric_limits<T>::infinity();
  if (equalsIgnoringCase(body, "nan")) return body.size() == text.size() ? std::optional(std::numeric_limits<T>::quiet_NaN()) : std::nullopt;
  if (body.size() > 1 && (body.back() == 'd' || body.back() == 'D' || body.back() == 'f' || body.back() == 'F')) body.remove_suffix(1);
  if (body.empty() || ((body[0] < '0' || body[0] > '9') && body[0] != '.')) return std::nullopt;
  T value = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), value);
  if (end != body.data() + body.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Too large is infinite, too small zero; the exponent's sign tells which.
    const size_t exponent = body.find_first_of("eE");
    const bool small = exponent != std::string_view::npos ? body[exponent + 1] == '-' : body[0] == '0' || body[0] == '.';
    value = small ? T{0} : std::numeric_limits<T>::infinity();
  }
  return sign * value;
}

}  // namespace

std::optional<double> parseDouble(std::string_view text) { return parseFloating<double>(text); }
std::optional<float> parseFloat(std::string_view text) { return parseFloating<float>(text); }

std::optional<bool> parseBoolean(std::string_view text) {
  text = trimmedText(text);
  for (const std::string_view word : {"t", "true", "y", "yes", "1"}) {
    if (equalsIgnoringCase(text, word)) return true;
  }
  for (const std::string_view word : {"f", "false", "n", "no", "0"}) {
    if (equalsIgnoringCase(text, word)) return false;
  }
  return std::nullopt;
}

std::string_view trimmedText(std::string_view text) {
  const auto isBlank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; };
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

Kernel findCastFromString(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kBoolean: return castToBoolean;
    case TypeKind::kByte: return castToInteger<int8_t>;
    case TypeKind::kShort: return castToInteger<int16_t>;
    case TypeKind::kInteger: return castToInteger<int32_t>;
    case TypeKind::kLong: return castToInteger<int64_t>;
    case TypeKind::kFloat: return castToFloat;
    case TypeKind::kDouble: return castToDouble;
    case TypeKind::kDecimal: return to.precision() <= 18 ? castToDecimal<int64_t> : castToDecimal<int128_t>;
    case TypeKind::kDate: return castToDate;
    case TypeKind::kTimestamp: return castToTimestamp;
    case TypeKind::kTimestampNtz: return castToTimestampNtz;
    case TypeKind::kTime: return castToTime;
    case TypeKind::kCalendarInterval: return castToCalendarInterval;
    case TypeKind::kYearMonthInterval: return castToAnsiInterval<int32_t>;
    case TypeKind::kDayTimeInterval: return castToAnsiInterval<int64_t>;
    default: return nullptr;
  }
}

}  // namespace flint::expr
