#include <fmt/core.h>

#include <array>
#include <charconv>
#include <limits>

#include "parser/expression_parser.h"
#include "types/calendar.h"
#include "types/datetime_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

constexpr std::array<std::string_view, 10> kUnits = {"YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"};

// The unit of a word, singular or plural, in upper case; empty when it is none.
std::string_view unitOf(std::string_view word) {
  std::string upper = upperCase(word);
  if (upper.size() > 1 && upper.back() == 'S') upper.pop_back();
  for (const std::string_view unit : kUnits) {
    if (unit == upper) return unit;
  }
  return {};
}

// The field of an interval type that a unit counts in: weeks in days, parts of a second in seconds.
IntervalField fieldOf(std::string_view unit) {
  if (unit == "YEAR") return IntervalField::kYear;
  if (unit == "MONTH") return IntervalField::kMonth;
  if (unit == "WEEK" || unit == "DAY") return IntervalField::kDay;
  if (unit == "HOUR") return IntervalField::kHour;
  if (unit == "MINUTE") return IntervalField::kMinute;
  return IntervalField::kSecond;
}

// The fields from the largest to the smallest that some units name.
struct UnitRange {
  bool yearMonth = false;
  bool dayTime = false;
  IntervalField start = IntervalField::kSecond;
  IntervalField end = IntervalField::kYear;
  void add(std::string_view unit) {
    const IntervalField field = fieldOf(unit);
    (field <= IntervalField::kMonth ? yearMonth : dayTime) = true;
    if (field < start) start = field;
    if (field > end) end = field;
  }
};

const char* fieldName(IntervalField field) {
  static constexpr const char* kNames[] = {"year", "month", "day", "hour", "minute", "second"};
  return kNames[static_cast<size_t>(field)];
}

// Reads "5" or, at the end of seconds, "5.25" off the front of `text`, in units of `scale`; false when malformed.
bool takePart(std::string_view& text, size_t mostDigits, int64_t& value) {
  size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
  if (length == 0 || length > mostDigits) return false;
  const auto parsed = std::from_chars(text.data(), text.data() + length, value);
  if (parsed.ec != std::errc()) return false;
  text.remove_prefix(length);
  return true;
}

bool takeFraction(std::string_view& text, int64_t& micros) {
  micros = 0;
  if (text.empty()) return true;
  if (text.front() != '.' || text.size() > 10 || text.size() < 2) return false;
  int64_t scale = 100'000;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return false;
    micros += (c - '0') * scale;
    scale /= 10;
  }
  text = {};
  return true;
}

}  // namespace

bool ExpressionParser::atIntervalLiteral() const {
  const auto isNumber = [&](uint32_t ahead) {
    const TokenType type = peek(ahead).type;
    return type == kStringText || type == kIntegerNumber || type == kDecimalNumber;
  };
  const TokenType next = peek(1).type;
  if (next == kPlus || next == kDash) return isNumber(2) && !unitOf(textOf(peek(3))).empty();
  return isNumber(1);
}

ExprPtr ExpressionParser::intervalLiteral(uint32_t first) {
  expect(kInterval);
  const bool signedValue = at(kPlus) || at(kDash);
  if (!signedValue && atString()) {
    uint32_t ahead = 1;
    while (peek(ahead).type == kStringText) ++ahead;
    if (unitOf(textOf(peek(ahead))).empty()) return intervalFromText(stringLiteral(), first);
  }
  // value from TO to
  const uint32_t unitAhead = signedValue ? 2 : 1;
  if (peek(unitAhead + 1).type == kTo && !unitOf(textOf(peek(unitAhead))).empty()) {
    const bool negative = at(kDash);
    if (signedValue) advance();
    if (!atString()) {
      failWith(condition::kLegacyErrorTemp0027, {}, first);
      return nullptr;
    }
    const std::string value = stringLiteral();
    const IntervalField start = intervalField();
    expect(kTo);
    const IntervalField end = intervalField();
    if ((atString() || at(kIntegerNumber)) && !unitOf(textOf(peek(1))).empty()) failWith(condition::kLegacyErrorTemp0024, {}, first);
    return failed() ? nullptr : unitToUnitInterval(value, negative, start, end, first);
  }
  return unitsInterval(first);
}

ExprPtr ExpressionParser::intervalFromText(const std::string& text, uint32_t first) {
  const std::optional<CalendarInterval> interval = parseCalendarInterval(text);
  if (failed()) return nullptr;
  if (!interval.has_value()) return invalidTypedLiteral("INTERVAL", text, first);
  if (options_.legacyInterval) return node<expr::Literal>(first, Value::interval(*interval), DataType::calendarInterval());
  UnitRange range;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && ((text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z')) ++end;
    const std::string_view unit = unitOf(std::string_view(text).substr(i, end - i));
    if (!unit.empty()) range.add(unit);
    i = end > i ? end : i + 1;
  }
  if (range.yearMonth && range.dayTime) {
    failWith(condition::kLegacyErrorTemp0029, {{"literal", text}}, first);
    return nullptr;
  }
  if (range.yearMonth) {
    return node<expr::Literal>(first, Value::integer(interval->months), DataType::yearMonthInterval(range.start, range.end));
  }
  int64_t micros = 0;
  if (__builtin_mul_overflow(static_cast<int64_t>(interval->days), kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, interval->microseconds, &micros)) {
    failWith(condition::kIntervalArithmeticOverflowWithoutSuggestion, {}, first);
    return nullptr;
  }
  return node<expr::Literal>(first, Value::integer(micros), DataType::dayTimeInterval(range.start, range.end));
}

ExprPtr ExpressionParser::unitsInterval(uint32_t first) {
  std::string text;
  bool more = true;
  std::vector<std::pair<std::string, std::string_view>> parts;
  while (more && !failed()) {
    std::string value;
    bool negative = false;
    if (at(kPlus) || at(kDash)) {
      negative = at(kDash);
      advance();
    }
    if (atString()) {
      const uint32_t valueFirst = position();
      value = stringLiteral();
      for (const char c : value) {
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
          failWith(condition::kLegacyErrorTemp0026, {{"value", value}}, valueFirst);
          return nullptr;
        }
      }
      if (negative) value = value.starts_with("-") ? value.substr(1) : "-" + value;
    } else {
      if (!at(kIntegerNumber) && !at(kDecimalNumber)) failSyntax();
      value = (negative ? "-" : "") + std::string(textOf(peek()));
      advance();
    }
    const std::string_view unit = unitOf(textOf(peek()));
    if (unit.empty()) {
      failSyntax();
      return nullptr;
    }
    advance();
    if (unit == "NANOSECOND") {
      failWith(condition::kInvalidIntervalFormatInvalidUnit, {{"input", value + " nanoseconds"}, {"unit", "'nanoseconds'"}}, first);
      return nullptr;
    }
    text += ' ' + value + ' ' + std::string(unit);
    parts.emplace_back(value, unit);
    // Another value goes on with the interval only when a unit is behind it.
    const uint32_t ahead = at(kPlus) || at(kDash) ? 1 : 0;
    const TokenType next = peek(ahead).type;
    more = (next == kStringText || next == kIntegerNumber || next == kDecimalNumber) && !unitOf(textOf(peek(ahead + 1))).empty() &&
           (ahead == 0 || peek(ahead + 2).type != kLeftParen);
  }
  if (at(kTo)) {
    failWith(condition::kLegacyErrorTemp0024, {}, first);
    return nullptr;
  }
  if (failed()) return nullptr;
  if (!parseCalendarInterval(text).has_value()) {
    for (const auto& [value, unit] : parts) {
      const size_t start = value.find_first_not_of(" \t\n\r+-");
      const std::string_view digits = start == std::string::npos ? std::string_view() : std::string_view(value).substr(start);
      const size_t end = digits.find_first_not_of("0123456789");
      if (digits.empty()) {
        failWith(condition::kInvalidIntervalFormatUnrecognizedNumber, {{"input", text.substr(1)}, {"number", "'" + lowerCase(unit) + "'"}}, first);
      } else if (end == std::string_view::npos) {
        failWith(condition::kInvalidIntervalFormatArithmeticException, {{"input", text.substr(1)}}, first);
      } else if (digits[end] == '.' && !unit.starts_with("SECOND")) {
        failWith(condition::kInvalidIntervalFormatInvalidFraction, {{"input", text.substr(1)}, {"unit", "'" + lowerCase(unit) + "'"}}, first);
      }
      if (failed()) return nullptr;
    }
    failWith(condition::kInvalidIntervalFormatIntervalParsing, {{"input", text.substr(1)}, {"interval", "interval"}}, first);
    return nullptr;
  }
  return intervalFromText(text, first);
}

ExprPtr ExpressionParser::unitToUnitInterval(const std::string& value, bool negative, IntervalField start, IntervalField end, uint32_t first) {
  const bool yearMonth = start <= IntervalField::kMonth;
  if (start >= end || yearMonth != (end <= IntervalField::kMonth)) {
    failWith(condition::kInvalidIntervalFormatUnsupportedFromToExpression, {{"input", value}, {"from", fieldName(start)}, {"to", fieldName(end)}}, first);
    return nullptr;
  }
  std::string_view text = value;
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  bool minus = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    minus = text.front() == '-';
    text.remove_prefix(1);
  }
  minus = minus != negative;
  static constexpr const char* kFormats[] = {"`[+|-]y-m`", "`[+|-]d h`", "`[+|-]d h:m`", "`[+|-]d h:m:s.n`", "`[+|-]h:m`", "`[+|-]h:m:s.n`", "`[+|-]m:s.n`"};
  const auto unmatched = [&]() -> ExprPtr {
    const size_t format = yearMonth ? 0 : start == IntervalField::kDay ? static_cast<size_t>(end) - 2 : start == IntervalField::kHour ? static_cast<size_t>(end) : 6;
    failWith(yearMonth ? condition::kInvalidIntervalFormatUnmatchedFormatString : condition::kInvalidIntervalFormatUnmatchedFormatStringWithNotice,
             {{"input", value},
              {"intervalStr", yearMonth ? "year-month" : "day-time"},
              {"supportedFormat", kFormats[format]},
              {"typeName", fmt::format("interval {} to {}", fieldName(start), fieldName(end))}},
             first);
    return nullptr;
  };
  const auto outOfRange = [&](const std::string& what) -> ExprPtr {
    failWith(condition::kLegacyErrorTemp0063, {{"msg", what}}, first);
    return nullptr;
  };
  int64_t parts[6] = {};
  int64_t fraction = 0;
  const char* separators = yearMonth ? "-" : start == IntervalField::kDay ? " ::" : "::";
  for (auto field = static_cast<size_t>(start); field <= static_cast<size_t>(end); ++field) {
    if (field > static_cast<size_t>(start)) {
      if (text.empty() || text.front() != *separators++) return unmatched();
      text.remove_prefix(1);
    }
    const bool leading = field == static_cast<size_t>(start);
    if (!takePart(text, leading || yearMonth ? 18 : 2, parts[field])) return unmatched();
  }
  if (end == IntervalField::kSecond && !takeFraction(text, fraction)) return unmatched();
  if (!text.empty()) return unmatched();
  if (yearMonth) {
    const int128_t months = static_cast<int128_t>(parts[0]) * 12 + parts[1];
    if (parts[1] > 11 || months - (minus ? 1 : 0) > std::numeric_limits<int32_t>::max()) {
      failWith(condition::kInvalidIntervalFormatIntervalParsing, {{"input", value}, {"interval", "year-month"}}, first);
      return nullptr;
    }
    const auto total = static_cast<int64_t>(minus ? -months : months);
    return node<expr::Literal>(first, Value::integer(total), DataType::yearMonthInterval(start, end));
  }
  static constexpr int64_t kMost[] = {0, 0, 106'751'991, 23, 59, 59};
  static constexpr int64_t kMostLeading[] = {0, 0, 106'751'991, 2'562'047'788, 153'722'867'280, 9'223'372'036'854};
  for (auto field = static_cast<size_t>(start); field <= static_cast<size_t>(end); ++field) {
    const int64_t most = field == static_cast<size_t>(start) ? kMostLeading[field] : kMost[field];
    if (parts[field] > most) {
      return outOfRange(fmt::format("requirement failed: {} {} outside range [0, {}]", fieldName(static_cast<IntervalField>(field)), parts[field], most));
    }
  }
  const int128_t micros = static_cast<int128_t>(parts[2]) * kMicrosPerDay + static_cast<int128_t>(parts[3]) * kMicrosPerHour +
                          static_cast<int128_t>(parts[4]) * kMicrosPerMinute + static_cast<int128_t>(parts[5]) * kMicrosPerSecond + fraction;
  const int128_t total = minus ? -micros : micros;
  if (total > std::numeric_limits<int64_t>::max() || total < std::numeric_limits<int64_t>::min()) return outOfRange("long overflow");
  return node<expr::Literal>(first, Value::integer(static_cast<int64_t>(total)), DataType::dayTimeInterval(start, end));
}

}  // namespace flint::parser
