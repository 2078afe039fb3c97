#include "records/text_value.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "records/datetime_pattern.h"
#include "types/datetime_parser.h"

namespace flint::records {
namespace {

using columnar::VectorBuilder;

constexpr int kMostDigits = 38;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool equalsIgnoringCase(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

template <class T>
bool appendInteger(std::string_view text, VectorBuilder& builder) {
  int64_t value = 0;
  if (!parseJavaLong(text, value) || value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) return false;
  builder.appendFixed(static_cast<T>(value));
  return true;
}

bool parseFloating(std::string_view text, const TextValueOptions& options, double& value) {
  if (text == options.nanValue) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (text == options.positiveInfinity) {
    value = std::numeric_limits<double>::infinity();
  } else if (text == options.negativeInfinity) {
    value = -std::numeric_limits<double>::infinity();
  } else {
    return parseJavaDouble(text, value);
  }
  return true;
}

template <class T>
bool appendOptional(const std::optional<int64_t>& value, VectorBuilder& builder) {
  if (!value.has_value()) return false;
  builder.appendFixed(static_cast<T>(*value));
  return true;
}

}  // namespace

bool parseJavaLong(std::string_view text, int64_t& value) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (text.empty() || !isDigit(text.front())) return false;
  }
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parseJavaDouble(std::string_view text, double& value) {
  text = trimmed(text);
  if (text.empty()) return false;
  bool negative = false;
  if (text.front() == '+' || text.front() == '-') {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text == "NaN" || text == "Infinity") {
    value = text == "NaN" ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  } else {
    if (text.size() > 1 && (text.back() == 'd' || text.back() == 'D' || text.back() == 'f' || text.back() == 'F')) text.remove_suffix(1);
    if (text.empty() || (!isDigit(text.front()) && text.front() != '.')) return false;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size()) return false;
    if (failure == std::errc::result_out_of_range) value = text.find('-') != std::string_view::npos ? 0.0 : std::numeric_limits<double>::infinity();
  }
  if (negative) value = -value;
  return true;
}

bool parseDecimal(std::string_view text, int precision, int scale, int128_t& unscaled) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::string digits;
  int64_t exponent = 0;  // of the last digit
  bool point = false;
  bool any = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (isDigit(text[i])) {
      any = true;
      if (digits.size() > 2 * kMostDigits + 400) return false;
      if (!(digits.empty() && text[i] == '0')) digits += text[i];
      if (point) --exponent;
    } else if (text[i] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (!any) return false;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return false;
    int64_t shift = 0;
    if (!parseJavaLong(text.substr(i + 1), shift) || shift > 10'000 || shift < -10'000) return false;
    exponent += shift;
  }
  // Digits to keep, so that the last one has exponent -scale.
  const int64_t drop = -scale - exponent;
  bool roundUp = false;
  if (drop > 0) {
    if (drop > static_cast<int64_t>(digits.size())) {
      digits.clear();
    } else {
      const size_t keep = digits.size() - static_cast<size_t>(drop);
      roundUp = digits[keep] >= '5';
      digits.resize(keep);
    }
  } else if (!digits.empty()) {
    if (static_cast<int64_t>(digits.size()) - drop > kMostDigits) return false;
    digits.append(static_cast<size_t>(-drop), '0');
  }
  if (digits.size() > kMostDigits) return false;
  unscaled = 0;
  for (const char digit : digits) unscaled = unscaled * 10 + (digit - '0');
  if (roundUp) ++unscaled;
  if (unscaled >= powerOfTen(precision)) return false;
  if (negative) unscaled = -unscaled;
  return true;
}

bool appendTextValue(std::string_view text, VectorBuilder& builder, const TextValueOptions& options) {
  const DataType& type = builder.type();
  switch (type.kind()) {
    case TypeKind::kBoolean:
      if (!equalsIgnoringCase(text, "true") && !equalsIgnoringCase(text, "false")) return false;
      builder.appendBoolean(text.size() == 4);
      return true;
    case TypeKind::kByte: return appendInteger<int8_t>(text, builder);
    case TypeKind::kShort: return appendInteger<int16_t>(text, builder);
    case TypeKind::kInteger: return appendInteger<int32_t>(text, builder);
    case TypeKind::kLong: return appendInteger<int64_t>(text, builder);
    case TypeKind::kFloat: {
      double value = 0;
      if (!parseFloating(text, options, value)) return false;
      builder.appendFixed(static_cast<float>(value));
      return true;
    }
    case TypeKind::kDouble: {
      double value = 0;
      if (!parseFloating(text, options, value)) return false;
      builder.appendFixed(value);
      return true;
    }
    case TypeKind::kDecimal: {
      int128_t unscaled = 0;
      if (!parseDecimal(text, type.precision(), type.scale(), unscaled)) return false;
      if (type.physicalType() == PhysicalType::kInt64) {
        builder.appendFixed(static_cast<int64_t>(unscaled));
      } else {
        builder.appendFixed(unscaled);
      }
      return true;
    }
    case TypeKind::kDate:
      return appendOptional<int32_t>(options.dateFormat.empty() ? parseDate(text) : parseDateWithPattern(text, options.dateFormat), builder);
    case TypeKind::kTimestamp:
      return appendOptional<int64_t>(options.timestampFormat.empty() ? parseTimestamp(text, *options.zone)
                                                                     : parseTimestampWithPattern(text, options.timestampFormat, options.zone),
                                     builder);
    case TypeKind::kTimestampNtz:
      return appendOptional<int64_t>(options.timestampNtzFormat.empty() ? parseTimestampNtz(text)
                                                                        : parseTimestampWithPattern(text, options.timestampNtzFormat, nullptr),
                                     builder);
    case TypeKind::kTime: return appendOptional<int64_t>(parseTime(text), builder);
    case TypeKind::kCalendarInterval: {
      const std::optional<CalendarInterval> value = parseCalendarInterval(text);
      if (!value.has_value()) return false;
      builder.appendFixed(*value);
      return true;
    }
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: builder.appendString(text); return true;
    default: return false;
  }
}

}  // namespace flint::records
