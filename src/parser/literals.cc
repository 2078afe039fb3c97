#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include "parser/expression_parser.h"
#include "types/calendar.h"
#include "types/datetime_parser.h"
#include "types/time_zone.h"

namespace flint::parser {
namespace {

using enum TokenType;

constexpr int kMaxDecimalPrecision = 38;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

int64_t nowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What the words epoch, now, today, tomorrow and yesterday mean, in microseconds on the local clock; false for another text.
bool specialMoment(std::string_view text, const TimeZone& zone, int64_t& localMicros) {
  std::string word = lowerCase(trimmed(text));
  const size_t blank = word.find(' ');
  if (blank != std::string::npos && TimeZone::find(trimmed(text).substr(blank + 1)) != nullptr) word.resize(blank);
  const int64_t now = zone.toLocal(nowMicros());
  const int64_t today = floorDivide(now, kMicrosPerDay) * kMicrosPerDay;
  if (word == "epoch") {
    localMicros = zone.toLocal(0);
  } else if (word == "now") {
    localMicros = now;
  } else if (word == "today") {
    localMicros = today;
  } else if (word == "tomorrow") {
    localMicros = today + kMicrosPerDay;
  } else if (word == "yesterday") {
    localMicros = today - kMicrosPerDay;
  } else {
    return false;
  }
  return true;
}

// An unscaled value, precision and scale as Java's BigDecimal reads them; false when there are more than 38 digits.
bool readDecimal(std::string_view text, int128_t& unscaled, int& precision, int& scale) {
  bool negative = false;
  if (text.front() == '-') {
    negative = true;
    text.remove_prefix(1);
  }
  int64_t exponent = 0;
  const size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view digits = text.substr(e + 1);
    if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc() || std::llabs(exponent) > 1'000) return false;
    text = text.substr(0, e);
  }
  std::string digits;
  int64_t fraction = 0;
  bool behindDot = false;
  for (const char c : text) {
    if (c == '.') {
      behindDot = true;
      continue;
    }
    fraction += behindDot ? 1 : 0;
    if (digits.empty() && c == '0') continue;  // zeros in front have no digits
    digits += c;
  }
  int64_t newScale = fraction - exponent;
  for (; newScale < 0; ++newScale) {
    if (!digits.empty()) digits += '0';
    if (digits.size() > kMaxDecimalPrecision) return false;
  }
  precision = static_cast<int>(std::max<int64_t>({static_cast<int64_t>(digits.size()), newScale, 1}));
  scale = static_cast<int>(newScale);
  if (precision > kMaxDecimalPrecision) {
    precision = static_cast<int>(digits.size());
    return false;
  }
  unscaled = 0;
  for (const char c : digits) unscaled = unscaled * 10 + (c - '0');
  if (negative) unscaled = -unscaled;
  return true;
}

}  // namespace

// The number token at the cursor.
ExprPtr ExpressionParser::number(bool negative, uint32_t first) {
  const TokenType type = peek().type;
  std::string text = negative ? "-" : "";
  text += textOf(peek());
  if (type < kIntegerNumber || type > kBigDecimalNumber) {
    failSyntax();
    return nullptr;
  }
  advance();
  switch (type) {
    case kIntegerNumber: {
      int64_t value = 0;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
      if (parsed.ec != std::errc()) return decimalLiteral(std::move(text), first);
      const bool isInt = value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
      return node<expr::Literal>(first, Value::integer(value), isInt ? DataType::integer() : DataType::bigint());
    }
    case kDecimalNumber: return decimalLiteral(std::move(text), first);
    case kExponentNumber:
      if (options_.legacyExponentAsDecimal) return decimalLiteral(std::move(text), first);
      return floatingLiteral(text, true, first);
    case kBigintNumber:
      text.pop_back();
      return numberInRange(text, DataType::bigint(), "-9223372036854775808", "9223372036854775807", first);
    case kSmallintNumber:
      text.pop_back();
      return numberInRange(text, DataType::shortInt(), "-32768", "32767", first);
    case kTinyintNumber:
      text.pop_back();
      return numberInRange(text, DataType::byte(), "-128", "127", first);
    case kFloatNumber:
      text.pop_back();
      return floatingLiteral(text, false, first);
    case kDoubleNumber:
      text.pop_back();
      return floatingLiteral(text, true, first);
    default:
      text.resize(text.size() - 2);
      return decimalLiteral(std::move(text), first);
  }
}

ExprPtr ExpressionParser::numberInRange(std::string_view digits, const DataType& type, const char* least, const char* most, uint32_t first) {
  int64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool fits = parsed.ec == std::errc() && (type.is(TypeKind::kLong) || (type.is(TypeKind::kShort) && value == static_cast<int16_t>(value)) ||
                                                 (type.is(TypeKind::kByte) && value == static_cast<int8_t>(value)));
  if (!fits) {
    failWith(condition::kInvalidNumericLiteralRange,
             {{"rawStrippedQualifier", std::string(digits)}, {"minValue", least}, {"maxValue", most}, {"typeName", type.simpleString()}}, first);
  }
  return node<expr::Literal>(first, Value::integer(value), type);
}

ExprPtr ExpressionParser::decimalLiteral(std::string text, uint32_t first) {
  int128_t unscaled = 0;
  int precision = 0;
  int scale = 0;
  if (!readDecimal(text, unscaled, precision, scale)) {
    failWith(condition::kDecimalPrecisionExceedsMaxPrecision, {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}}, first);
  }
  return node<expr::Literal>(first, Value::decimal(unscaled), DataType::decimal(precision, scale));
}

ExprPtr ExpressionParser::floatingLiteral(const std::string& text, bool isDouble, uint32_t first) {
  const double value = isDouble ? std::strtod(text.c_str(), nullptr) : std::strtof(text.c_str(), nullptr);
  if (std::isinf(value)) {
    failWith(condition::kInvalidNumericLiteralRange,
             {{"rawStrippedQualifier", text},
              {"minValue", isDouble ? "-1.7976931348623157E+308" : "-3.4028234663852886E+38"},
              {"maxValue", isDouble ? "1.7976931348623157E+308" : "3.4028234663852886E+38"},
              {"typeName", isDouble ? "double" : "float"}},
             first);
  }
  return node<expr::Literal>(first, Value::floating(value), isDouble ? DataType::float64() : DataType::float32());
}

ExprPtr ExpressionParser::invalidTypedLiteral(const char* type, const std::string& value, uint32_t first) {
  failWith(condition::kInvalidTypedLiteral, {{"valueType", fmt::format("\"{}\"", type)}, {"value", fmt::format("'{}'", value)}}, first);
  return nullptr;
}

ExprPtr ExpressionParser::binaryLiteral(const std::string& text, uint32_t first) {
  std::string bytes;
  const std::string digits = (text.size() % 2 == 1 ? "0" : "") + text;
  for (size_t i = 0; i < digits.size(); i += 2) {
    unsigned value = 0;
    const auto parsed = std::from_chars(digits.data() + i, digits.data() + i + 2, value, 16);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + i + 2) return invalidTypedLiteral("X", text, first);
    bytes += static_cast<char>(value);
  }
  return node<expr::Literal>(first, Value::string(std::move(bytes)), DataType::binary());
}

// DATE '...', TIMESTAMP '...', X'...' and the like.
ExprPtr ExpressionParser::typedLiteral(uint32_t first) {
  const TokenType type = peek().type;
  const std::string word = upperCase(textOf(peek()));
  advance();
  const std::string text = stringLiteral();
  if (failed()) return nullptr;
  const TimeZone* found = TimeZone::find(options_.timeZone);
  const TimeZone& zone = found == nullptr ? TimeZone::utc() : *found;
  int64_t local = 0;
  switch (type) {
    case kDate: {
      std::optional<int64_t> days = parseDate(text);
      if (!days.has_value() && lowerCase(trimmed(text)) == "epoch") days = 0;
      if (!days.has_value() && specialMoment(text, zone, local)) days = floorDivide(local, kMicrosPerDay);
      if (!days.has_value()) return invalidTypedLiteral("DATE", text, first);
      return node<expr::Literal>(first, Value::integer(*days), DataType::date());
    }
    case kTimestamp:
    case kTimestampLtz:
    case kTimestampNtz: {
      const std::optional<TimestampText> parts = parseTimestampText(text);
      // With TIMESTAMP_NTZ as the default, a zone in the text still makes it a timestamp of an instant.
      const bool ntz = type == kTimestampNtz || (type == kTimestamp && options_.timestampIsNtz && (!parts.has_value() || parts->zone.empty()));
      std::optional<int64_t> micros = ntz ? parseTimestampNtz(text) : parseTimestamp(text, zone);
      if (!micros.has_value() && specialMoment(text, zone, local)) micros = ntz ? local : zone.toUtc(local);
      if (!micros.has_value()) return invalidTypedLiteral(word.c_str(), text, first);
      return node<expr::Literal>(first, Value::integer(*micros), ntz ? DataType::timestampNtz() : DataType::timestamp());
    }
    case kTime: {
      const std::optional<int64_t> nanos = parseTime(text);
      if (!nanos.has_value()) return invalidTypedLiteral("TIME", text, first);
      return node<expr::Literal>(first, Value::integer(*nanos), DataType::time(6));
    }
    default: break;
  }
  if (word == "X") return binaryLiteral(text, first);
  failWith(condition::kUnsupportedTypedLiteral,
           {{"unsupportedType", fmt::format("\"{}\"", word)},
            {"supportedTypes", "\"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\", \"TIME\""}},
           first);
  return nullptr;
}

ExprPtr ExpressionParser::constant() {
  const uint32_t first = position();
  if (accept(kPlus)) return number(false, first);
  const bool negative = accept(kDash);
  if (negative || (peek().type >= kIntegerNumber && peek().type <= kBigDecimalNumber)) return number(negative, first);
  return primary();
}

}  // namespace flint::parser
