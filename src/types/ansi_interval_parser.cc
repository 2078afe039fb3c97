#include "types/ansi_interval_parser.h"

#include <string>

#include "types/calendar.h"

namespace flint {
inline namespace types {
namespace {

constexpr const char* kFieldNames[] = {"year", "month", "day", "hour", "minute", "second"};

bool isBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Reads from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool atEnd() const { return rest_.empty(); }
  bool accept(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view lower) {
    if (rest_.size() < lower.size()) return false;
    for (size_t i = 0; i < lower.size(); ++i) {
      const char c = rest_[i] >= 'A' && rest_[i] <= 'Z' ? static_cast<char>(rest_[i] + 32) : rest_[i];
      if (c != lower[i]) return false;
    }
    rest_.remove_prefix(lower.size());
    return true;
  }
  bool blanks() {
    const size_t before = rest_.size();
    while (!rest_.empty() && isBlank(rest_[0])) rest_.remove_prefix(1);
    return rest_.size() < before;
  }
  /// True for a minus sign.
  bool sign() { return accept('-') || (accept('+'), false); }
  std::optional<int64_t> number(int64_t most) {
    size_t digits = 0;
    int64_t value = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      if (__builtin_mul_overflow(value, int64_t{10}, &value) || __builtin_add_overflow(value, int64_t{rest_[digits] - '0'}, &value)) return std::nullopt;
    }
    if (digits == 0 || value > most) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }
  /// Microseconds behind a point; 0 without one. Nothing when no digit follows, or more than nine.
  std::optional<int64_t> fraction() {
    if (!accept('.')) return 0;
    int64_t micros = 0;
    size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      if (digits < 6) micros = micros * 10 + (rest_[digits] - '0');
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    for (size_t i = digits; i < 6; ++i) micros *= 10;
    rest_.remove_prefix(digits);
    return micros;
  }

 private:
  std::string_view rest_;
};

// Takes off "INTERVAL '" in front and "' UNIT TO UNIT" behind; whether the sign before the quote was a minus.
struct Unwrapped {
  std::string value;
  bool negative = false;
};
std::optional<Unwrapped> unwrapped(std::string_view text, IntervalField start, IntervalField end) {
  text = trimmed(text);
  Reader reader(text);
  if (!reader.word("interval")) return Unwrapped{std::string(text), false};
  if (!reader.blanks()) return std::nullopt;
  Unwrapped out;
  out.negative = reader.sign();
  const size_t open = text.find('\'');
  const size_t close = text.rfind('\'');
  if (open == std::string_view::npos || close == open || !reader.accept('\'')) return std::nullopt;
  out.value = std::string(text.substr(open + 1, close - open - 1));
  Reader units(text.substr(close + 1));
  bool fits = units.blanks() && units.word(kFieldNames[static_cast<int>(start)]);
  if (start != end) fits = fits && units.blanks() && units.word("to") && units.blanks() && units.word(kFieldNames[static_cast<int>(end)]);
  if (!fits || !units.atEnd()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<int32_t> parseYearMonthInterval(std::string_view text, IntervalField start, IntervalField end) {
  const auto plain = unwrapped(text, start, end);
  if (!plain) return std::nullopt;
  Reader reader(plain->value);
  const bool negative = reader.sign() != plain->negative;
  const auto first = reader.number(INT32_MAX);
  if (!first) return std::nullopt;
  int64_t months = start == IntervalField::kYear ? *first * 12 : *first;
  if (start != end) {
    if (!reader.accept('-')) return std::nullopt;
    const auto second = reader.number(11);
    if (!second) return std::nullopt;
    months += *second;
  }
  if (!reader.atEnd()) return std::nullopt;
  if (negative) months = -months;
  if (months < INT32_MIN || months > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(months);
}

std::optional<int64_t> parseDayTimeInterval(std::string_view text, IntervalField start, IntervalField end) {
  const auto plain = unwrapped(text, start, end);
  if (!plain) return std::nullopt;
  Reader reader(plain->value);
  const bool negative = reader.sign() != plain->negative;
  constexpr int64_t kUnits[] = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute, kMicrosPerSecond};
  constexpr int64_t kMost[] = {INT64_MAX, 23, 59, 59};
  int64_t micros = 0;  // negative, so that the smallest value has room
  for (auto field = static_cast<int>(start); field <= static_cast<int>(end); ++field) {
    const size_t place = static_cast<size_t>(field - static_cast<int>(IntervalField::kDay));
    const bool first = field == static_cast<int>(start);
    if (!first && !(place == 1 ? reader.blanks() : reader.accept(':'))) return std::nullopt;
    const auto value = reader.number(first ? INT64_MAX : kMost[place]);
    int64_t part = 0;
    if (!value || __builtin_mul_overflow(*value, -kUnits[place], &part) || __builtin_add_overflow(micros, part, &micros)) return std::nullopt;
  }
  if (end == IntervalField::kSecond) {
    const auto fraction = reader.fraction();
    if (!fraction || __builtin_sub_overflow(micros, *fraction, &micros)) return std::nullopt;
  }
  if (!reader.atEnd()) return std::nullopt;
  if (negative) return micros;
  if (micros == INT64_MIN) return std::nullopt;
  return -micros;
}

const char* ansiIntervalFormat(IntervalField start, IntervalField end) {
  if (start <= IntervalField::kMonth) return start == end ? "`[+|-]n`" : "`[+|-]y-m`";
  if (start == end) return start == IntervalField::kSecond ? "`[+|-]s.n`" : "`[+|-]n`";
  switch (start) {
    case IntervalField::kDay: return end == IntervalField::kHour ? "`[+|-]d h`" : end == IntervalField::kMinute ? "`[+|-]d h:m`" : "`[+|-]d h:m:s.n`";
    case IntervalField::kHour: return end == IntervalField::kMinute ? "`[+|-]h:m`" : "`[+|-]h:m:s.n`";
    default: return "`[+|-]m:s.n`";
  }
}

}  // namespace types
}  // namespace flint
