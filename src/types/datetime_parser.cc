#include "types/datetime_parser.h"

#include <chrono>
#include <limits>
#include <string>

#include "types/calendar.h"

namespace flint {
inline namespace types {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

bool isBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes between `least` and `most` digits off the front; -1 when there are too few or more follow.
int64_t takeNumber(std::string_view& text, size_t least, size_t most) {
  int64_t value = 0;
  size_t length = 0;
  while (length < text.size() && isDigit(text[length])) {
    if (length >= most) return -1;
    value = value * 10 + (text[length++] - '0');
  }
  if (length < least) return -1;
  text.remove_prefix(length);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// "[+-]yyyy[-m[m][-d[d]]]" off the front; false when malformed.
bool takeDate(std::string_view& text, int64_t& days, bool& complete) {
  bool negative = false;
  if (take(text, '-')) {
    negative = true;
  } else {
    take(text, '+');
  }
  int64_t year = takeNumber(text, 4, 7);
  if (year < 0) return false;
  if (negative) year = -year;
  int64_t month = 1;
  int64_t day = 1;
  complete = false;
  if (take(text, '-')) {
    month = takeNumber(text, 1, 2);
    if (month < 1 || month > 12) return false;
    if (take(text, '-')) {
      day = takeNumber(text, 1, 2);
      complete = true;
      if (day < 1 || day > daysInMonth(year, static_cast<int32_t>(month))) return false;
    }
  }
  days = daysFromCivil(year, static_cast<int32_t>(month), static_cast<int32_t>(day));
  return days >= std::numeric_limits<int32_t>::min() && days <= std::numeric_limits<int32_t>::max();
}

// "h[h]:m[m][:s[s][.fraction]]" off the front, in nanoseconds; hours alone only when `hourAlone`.
bool takeClock(std::string_view& text, int64_t& nanos, bool hourAlone) {
  const int64_t hour = takeNumber(text, 1, 2);
  if (hour < 0 || hour > 23) return false;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t fraction = 0;
  if (take(text, ':')) {
    minute = takeNumber(text, 1, 2);
    if (minute < 0 || minute > 59) return false;
    if (take(text, ':')) {
      second = takeNumber(text, 1, 2);
      if (second < 0 || second > 59) return false;
      if (take(text, '.')) {
        int64_t scale = kNanosPerSecond / 10;
        while (!text.empty() && isDigit(text.front())) {
          fraction += (text.front() - '0') * scale;
          scale /= 10;
          text.remove_prefix(1);
        }
      }
    }
  } else if (!hourAlone) {
    return false;
  }
  nanos = ((hour * 60 + minute) * 60 + second) * kNanosPerSecond + fraction;
  return true;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

// The word for the beginning of 1970.
bool isEpoch(std::string_view text) { return text.size() == 5 && (text[0] == 'e' || text[0] == 'E') && lower(text) == "epoch"; }

bool addChecked(int64_t& total, int64_t value, int64_t unit) {
  int64_t product = 0;
  return !__builtin_mul_overflow(value, unit, &product) && !__builtin_add_overflow(total, product, &total);
}

// The instant of a timestamp's text, or nothing when its zone is not known.
std::optional<int64_t> instantOf(const TimestampText& text, const TimeZone& sessionZone) {
  const TimeZone* zone = text.zone.empty() ? &sessionZone : TimeZone::find(text.zone);
  if (zone == nullptr) return std::nullopt;
  int64_t local = text.localMicros;
  if (text.timeOnly) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const int64_t nowMicros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    local += floorDivide(zone->toLocal(nowMicros), kMicrosPerDay) * kMicrosPerDay;
  }
  return zone->toUtc(local);
}

}  // namespace

std::optional<int64_t> parseDate(std::string_view text) {
  text = trimmed(text);
  if (isEpoch(text)) return 0;
  int64_t days = 0;
  bool complete = false;
  if (!takeDate(text, days, complete)) return std::nullopt;
  if (text.empty() || (complete && (text.front() == ' ' || text.front() == 'T'))) return days;
  return std::nullopt;
}

std::optional<TimestampText> parseTimestampText(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  TimestampText out;
  int64_t days = 0;
  int64_t nanos = 0;
  std::string_view rest = text;
  bool complete = false;
  const bool startsWithT = rest.front() == 'T';
  if (startsWithT || (rest.find(':') != std::string_view::npos && rest.find(':') <= 2)) {
    if (startsWithT) rest.remove_prefix(1);
    out.timeOnly = true;
    if (!takeClock(rest, nanos, startsWithT)) return std::nullopt;
  } else {
    if (!takeDate(rest, days, complete)) return std::nullopt;
    if (!rest.empty()) {
      if (!complete || (rest.front() != ' ' && rest.front() != 'T')) return std::nullopt;
      rest.remove_prefix(1);
      if (!takeClock(rest, nanos, true)) return std::nullopt;
    }
  }
  out.zone = trimmed(rest);
  // Whatever stands behind the clock must look like a zone.
  if (!out.zone.empty() && (isDigit(out.zone.front()) || out.zone.front() == ':' || out.zone.front() == '.')) return std::nullopt;
  const __int128 local = static_cast<__int128>(days) * kMicrosPerDay + nanos / 1'000;
  if (local > std::numeric_limits<int64_t>::max() || local < std::numeric_limits<int64_t>::min()) return std::nullopt;
  out.localMicros = static_cast<int64_t>(local);
  return out;
}

std::optional<int64_t> parseTimestamp(std::string_view text, const TimeZone& zone) {
  if (isEpoch(trimmed(text))) return 0;
  const std::optional<TimestampText> parts = parseTimestampText(text);
  return parts.has_value() ? instantOf(*parts, zone) : std::nullopt;
}

std::optional<int64_t> parseTimestampNtz(std::string_view text) {
  if (isEpoch(trimmed(text))) return 0;
  const std::optional<TimestampText> parts = parseTimestampText(text);
  if (!parts.has_value() || parts->timeOnly) return std::nullopt;
  if (!parts->zone.empty() && TimeZone::find(parts->zone) == nullptr) return std::nullopt;
  return parts->localMicros;
}

std::optional<int64_t> parseTime(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == 'T') text.remove_prefix(1);
  int64_t shift = -1;  // hours to add for AM and PM
  if (text.size() > 2) {
    const std::string suffix = lower(text.substr(text.size() - 2));
    if (suffix == "am" || suffix == "pm") {
      shift = suffix == "am" ? 0 : 12;
      text = trimmed(text.substr(0, text.size() - 2));
    }
  }
  int64_t nanos = 0;
  if (!takeClock(text, nanos, false) || !text.empty()) return std::nullopt;
  if (shift >= 0) {
    const int64_t hour = nanos / (3'600 * kNanosPerSecond);
    if (hour < 1 || hour > 12) return std::nullopt;
    nanos += (hour == 12 ? shift - 12 : shift) * 3'600 * kNanosPerSecond;
  }
  return nanos / 1'000 * 1'000;
}

std::optional<CalendarInterval> parseCalendarInterval(std::string_view input) {
  const std::string lowered = lower(trimmed(input));
  std::string_view text = lowered;
  if (text.starts_with("interval") && text.size() > 8 && isBlank(text[8])) text = trimmed(text.substr(8));
  if (text.empty()) return std::nullopt;
  int64_t months = 0;
  int64_t days = 0;
  int64_t micros = 0;
  while (!text.empty()) {
    bool negative = false;
    if (text.front() == '-' || text.front() == '+') {
      negative = text.front() == '-';
      text = trimmed(text.substr(1));
    }
    int64_t value = 0;
    int64_t nanos = 0;
    bool hasFraction = false;
    bool hasDigits = false;
    while (!text.empty() && isDigit(text.front())) {
      if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
      if (__builtin_sub_overflow(value, text.front() - '0', &value)) return std::nullopt;  // kept negative: the smallest value has no opposite
      hasDigits = true;
      text.remove_prefix(1);
    }
    if (take(text, '.')) {
      hasFraction = true;
      int64_t scale = kNanosPerSecond / 10;
      while (!text.empty() && isDigit(text.front())) {
        if (scale == 0) return std::nullopt;
        nanos += (text.front() - '0') * scale;
        scale /= 10;
        hasDigits = true;
        text.remove_prefix(1);
      }
    }
    if (!hasDigits || text.empty() || !isBlank(text.front())) return std::nullopt;
    if (!negative && __builtin_sub_overflow(0, value, &value)) return std::nullopt;
    if (negative) nanos = -nanos;
    text = trimmed(text);
    size_t length = 0;
    while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
    std::string_view unit = text.substr(0, length);
    text.remove_prefix(length);
    if (!text.empty() && !isBlank(text.front())) return std::nullopt;
    text = trimmed(text);
    if (unit.size() > 1 && unit.back() == 's') unit.remove_suffix(1);
    if (hasFraction && unit != "second") return std::nullopt;
    bool fits = true;
    if (unit == "year") {
      fits = addChecked(months, value, 12);
    } else if (unit == "month") {
      fits = addChecked(months, value, 1);
    } else if (unit == "week") {
      fits = addChecked(days, value, 7);
    } else if (unit == "day") {
      fits = addChecked(days, value, 1);
    } else if (unit == "hour") {
      fits = addChecked(micros, value, kMicrosPerHour);
    } else if (unit == "minute") {
      fits = addChecked(micros, value, kMicrosPerMinute);
    } else if (unit == "second") {
      fits = addChecked(micros, value, kMicrosPerSecond) && addChecked(micros, nanos / 1'000, 1);
    } else if (unit == "millisecond") {
      fits = addChecked(micros, value, 1'000);
    } else if (unit == "microsecond") {
      fits = addChecked(micros, value, 1);
    } else {
      return std::nullopt;
    }
    constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
    constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
    if (!fits || months < kLeast || months > kMost || days < kLeast || days > kMost) return std::nullopt;
  }
  return CalendarInterval{static_cast<int32_t>(months), static_cast<int32_t>(days), micros};
}

}  // namespace types
}  // namespace flint
