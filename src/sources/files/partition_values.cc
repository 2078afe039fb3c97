#include "sources/files/partition_values.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "types/calendar.h"
#include "types/time_zone.h"

namespace flint::sources {
namespace {

int fromHex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%' && i + 2 < name.size() && fromHex(name[i + 1]) >= 0 && fromHex(name[i + 2]) >= 0) {
      out += static_cast<char>(fromHex(name[i + 1]) * 16 + fromHex(name[i + 2]));
      i += 2;
    } else {
      out += name[i];
    }
  }
  return out;
}

std::string_view withoutPlus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] >= '0' && text[1] <= '9') text.remove_prefix(1);
  return text;
}

template <class T>
std::optional<T> number(std::string_view text) {
  text = withoutPlus(text);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<int128_t> wholeDecimal(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > 38) return std::nullopt;
  int128_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

std::optional<double> floating(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const char last = text.back();
  if ((last == 'd' || last == 'D' || last == 'f' || last == 'F') && text.size() > 1) text.remove_suffix(1);  // as Java's parser takes it
  std::string_view digits = withoutPlus(text);
  if (digits == "NaN") return std::nan("");
  if (digits == "Infinity") return HUGE_VAL;
  if (digits == "-Infinity") return -HUGE_VAL;
  const size_t first = digits.starts_with('-') ? 1 : 0;
  if (first >= digits.size() || !((digits[first] >= '0' && digits[first] <= '9') || digits[first] == '.')) return std::nullopt;
  return number<double>(digits);
}

std::optional<int64_t> fixedDigits(std::string_view text, size_t from, size_t count) {
  if (from + count > text.size()) return std::nullopt;
  int64_t value = 0;
  for (size_t i = from; i < from + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// uuuu-MM-dd
std::optional<int64_t> date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = fixedDigits(text, 0, 4);
  const auto month = fixedDigits(text, 5, 2);
  const auto day = fixedDigits(text, 8, 2);
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > daysInMonth(*year, static_cast<int32_t>(*month))) {
    return std::nullopt;
  }
  return daysFromCivil(*year, static_cast<int32_t>(*month), static_cast<int32_t>(*day));
}

// uuuu-MM-dd HH:mm:ss, then up to six digits of a fraction; gives microseconds on the local clock.
std::optional<int64_t> localTimestamp(std::string_view text) {
  if (text.size() < 19 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto days = date(text.substr(0, 10));
  const auto hour = fixedDigits(text, 11, 2);
  const auto minute = fixedDigits(text, 14, 2);
  const auto second = fixedDigits(text, 17, 2);
  if (!days || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  int64_t fraction = 0;
  if (text.size() > 19) {
    const size_t count = text.size() - 20;
    const auto digits = fixedDigits(text, 20, count);
    if (text[19] != '.' || count == 0 || count > 6 || !digits) return std::nullopt;
    fraction = *digits;
    for (size_t i = count; i < 6; ++i) fraction *= 10;
  }
  return *days * kMicrosPerDay + *hour * kMicrosPerHour + *minute * kMicrosPerMinute + *second * kMicrosPerSecond + fraction;
}

std::optional<Value> timestampValue(std::string_view text, const std::string* timeZone) {
  auto local = localTimestamp(text);
  if (!local) {
    const auto days = date(text);
    if (!days) return std::nullopt;
    local = *days * kMicrosPerDay;
  }
  if (timeZone == nullptr) return Value::integer(*local);
  const TimeZone* zone = TimeZone::find(*timeZone);
  return Value::integer(zone == nullptr ? *local : zone->toUtc(*local));
}

std::optional<Value> decimalValue(std::string_view text, const DataType& type) {
  const size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  if (point != std::string_view::npos) digits += text.substr(point + 1);
  const int scale = point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
  const auto unscaled = wholeDecimal(digits);
  if (!unscaled || scale > type.scale()) return std::nullopt;
  const int128_t factor = powerOfTen(type.scale() - scale);
  const int128_t limit = powerOfTen(type.precision());
  if (*unscaled >= limit / factor || *unscaled <= -limit / factor) {
    if (*unscaled * factor >= limit || *unscaled * factor <= -limit) return std::nullopt;
  }
  return Value::decimal(*unscaled * factor);
}

template <class T>
std::optional<Value> integerValue(std::string_view text) {
  const auto value = number<T>(text);
  return value ? std::optional(Value::integer(*value)) : std::nullopt;
}

}  // namespace

std::optional<std::pair<std::string, std::string>> parsePartitionFolder(std::string_view folder) {
  const size_t equals = folder.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 >= folder.size()) return std::nullopt;
  return std::pair(unescaped(folder.substr(0, equals)), unescaped(folder.substr(equals + 1)));
}

DataType inferPartitionType(std::string_view value, bool inferTypes, const std::string& timeZone) {
  if (value == kNullPartition) return DataType::null();
  if (!inferTypes) return DataType::string();
  if (number<int32_t>(value)) return DataType::integer();
  if (number<int64_t>(value)) return DataType::bigint();
  if (wholeDecimal(value)) return DataType::decimal(38, 0);
  if (floating(value)) return DataType::float64();
  if (localTimestamp(value) && value[10] == ' ') return DataType::timestamp();
  if (date(value)) return DataType::date();
  return DataType::string();
}

DataType widerPartitionType(const DataType& a, const DataType& b) {
  if (a == b || b.is(TypeKind::kNull)) return a;
  if (a.is(TypeKind::kNull)) return b;
  const auto rank = [](const DataType& type) {
    return type.is(TypeKind::kInteger) ? 1 : type.is(TypeKind::kLong) ? 2 : type.is(TypeKind::kDecimal) ? 3 : type.is(TypeKind::kDouble) ? 4 : 0;
  };
  const int rankA = rank(a);
  const int rankB = rank(b);
  if (rankA != 0 && rankB != 0) {
    // A decimal does not fit a double, nor a double a decimal.
    if (rankA + rankB >= 6 && rankA != rankB && (rankA == 3 || rankB == 3 || rankA == 2 || rankB == 2)) return DataType::string();
    return rankA > rankB ? a : b;
  }
  const auto isDateLike = [](const DataType& type) { return type.is(TypeKind::kDate) || type.is(TypeKind::kTimestamp); };
  if (isDateLike(a) && isDateLike(b)) return DataType::timestamp();
  return DataType::string();
}

std::optional<Value> partitionValue(std::string_view text, const DataType& type, const std::string& timeZone) {
  if (text == kNullPartition) return Value::null();
  switch (type.kind()) {
    case TypeKind::kNull: return Value::null();
    case TypeKind::kBoolean:
      if (text == "true" || text == "false") return Value::boolean(text == "true");
      return std::nullopt;
    case TypeKind::kByte: return integerValue<int8_t>(text);
    case TypeKind::kShort: return integerValue<int16_t>(text);
    case TypeKind::kInteger: return integerValue<int32_t>(text);
    case TypeKind::kLong: return integerValue<int64_t>(text);
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      const auto value = floating(text);
      return value ? std::optional(Value::floating(type.is(TypeKind::kFloat) ? static_cast<float>(*value) : *value)) : std::nullopt;
    }
    case TypeKind::kDecimal: return decimalValue(text, type);
    case TypeKind::kDate: {
      auto days = date(text);
      if (!days) {
        if (const auto local = localTimestamp(text)) days = floorDivide(*local, kMicrosPerDay);
      }
      return days ? std::optional(Value::integer(*days)) : std::nullopt;
    }
    case TypeKind::kTimestamp: return timestampValue(text, &timeZone);
    case TypeKind::kTimestampNtz: return timestampValue(text, nullptr);
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: return Value::string(std::string(text));
    default: return std::nullopt;
  }
}

std::string escapePathName(std::string_view name) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || std::strchr("\"#%'*/:=?\\{[]^", c) != nullptr) {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace flint::sources
