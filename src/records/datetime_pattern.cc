#include "records/datetime_pattern.h"

#include <array>
#include <string>

#include "types/calendar.h"

namespace flint::records {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                      "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

constexpr int32_t kUnset = -1;

struct Parts {
  int64_t year = 1970;
  int32_t month = kUnset;
  int32_t day = kUnset;
  int32_t dayOfYear = kUnset;
  int32_t hour = kUnset;
  int32_t halfHour = kUnset;  // of 12-hour clocks
  bool afternoon = false;
  int32_t minute = kUnset;
  int32_t second = kUnset;
  int64_t micros = kUnset;
  std::optional<int64_t> offsetSeconds;
  const TimeZone* zone = nullptr;
};

bool startsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if ((text[i] | 0x20) != (prefix[i] | 0x20)) return false;
  }
  return true;
}

class PatternParser {
 public:
  PatternParser(std::string_view text, std::string_view pattern) : text_(text), pattern_(pattern) {}

  std::optional<Parts> parse() {
    if (!parseSection(pattern_) || at_ != text_.size()) return std::nullopt;
    return parts_;
  }

 private:
  // Digits: exactly `width` when another number follows at once, else `width` or more.
  std::optional<int64_t> number(size_t least, size_t most) {
    int64_t value = 0;
    size_t count = 0;
    while (count < most && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = value * 10 + (text_[at_++] - '0');
      ++count;
    }
    return count < least ? std::nullopt : std::optional(value);
  }

  template <size_t N>
  int32_t name(const std::array<std::string_view, N>& names, size_t count) {
    for (size_t i = 0; i < N; ++i) {
      const std::string_view wanted = count == 4 ? names[i] : names[i].substr(0, 3);
      if (!startsWithIgnoringCase(text_.substr(at_), wanted)) continue;
      at_ += wanted.size();
      return static_cast<int32_t>(i) + 1;
    }
    return 0;
  }

  bool offset(bool zuluAllowed) {
    if (zuluAllowed && at_ < text_.size() && (text_[at_] == 'Z' || text_[at_] == 'z')) {
      ++at_;
      parts_.offsetSeconds = 0;
      return true;
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return false;
    const int64_t sign = text_[at_++] == '-' ? -1 : 1;
    const auto hours = number(1, 2);
    if (!hours) return false;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    const auto minutes = number(2, 2);
    parts_.offsetSeconds = sign * (*hours * 3'600 + minutes.value_or(0) * 60);
    return *hours <= 18;
  }

  bool zoneId() {
    size_t end = at_;
    while (end < text_.size() && (isalnum(static_cast<unsigned char>(text_[end])) != 0 || std::string_view("/_+-:").find(text_[end]) != std::string_view::npos)) ++end;
    parts_.zone = TimeZone::find(text_.substr(at_, end - at_));
    at_ = end;
    return parts_.zone != nullptr;
  }

  // A part that is named twice has to be the same both times.
  template <class T>
  static bool set(T& part, int64_t value) {
    if (part != kUnset && part != value) return false;
    part = static_cast<T>(value);
    return true;
  }

  bool field(char letter, size_t count, bool adjacent) {
    const size_t most = count == 1 ? 19 : adjacent ? count : std::max<size_t>(count, 2);
    const auto take = [&](auto& out, int64_t low, int64_t high) {
      const auto value = number(count == 1 ? 1 : count, most);
      if (!value || *value < low || *value > high) return false;
      return set(out, *value);
    };
    switch (letter) {
      case 'y':
      case 'u': {
        const bool negative = at_ < text_.size() && text_[at_] == '-';
        if (negative || (at_ < text_.size() && text_[at_] == '+')) ++at_;
        const auto year = number(count == 1 ? 1 : count, adjacent ? count : count == 2 ? 2 : 10);
        if (!year) return false;
        parts_.year = count == 2 ? 2000 + *year : negative ? -*year : *year;
        return true;
      }
      case 'M':
      case 'L':
        if (count >= 3) {
          const int32_t month = name(kMonths, count);
          return month != 0 && set(parts_.month, month);
        }
        return take(parts_.month, 1, 12);
      case 'd': return take(parts_.day, 1, 31);
      case 'D': return take(parts_.dayOfYear, 1, 366);
      case 'H': return take(parts_.hour, 0, 23);
      case 'k':
        {
          int32_t hour = kUnset;
          return take(hour, 1, 24) && set(parts_.hour, hour % 24);
        }
      case 'h': {
        int32_t hour = kUnset;
        return take(hour, 1, 12) && set(parts_.halfHour, hour % 12);
      }
      case 'K': return take(parts_.halfHour, 0, 11);
      case 'm': return take(parts_.minute, 0, 59);
      case 's': return take(parts_.second, 0, 59);
      case 'S': {
        const size_t from = at_;
        auto fraction = number(1, count);
        if (!fraction) return false;
        for (size_t digits = at_ - from; digits < 6; ++digits) *fraction *= 10;
        for (size_t digits = at_ - from; digits > 6; --digits) *fraction /= 10;
        return set(parts_.micros, *fraction);
      }
      case 'a': {
        const std::string_view rest = text_.substr(at_);
        if (!startsWithIgnoringCase(rest, "AM") && !startsWithIgnoringCase(rest, "PM")) return false;
        parts_.afternoon = (rest[0] | 0x20) == 'p';
        at_ += 2;
        return true;
      }
      case 'E': return name(kDays, count) != 0;
      case 'X': return offset(true);
      case 'x':
      case 'Z': return offset(count == 5);
      case 'z':
      case 'V': return zoneId();
      default: return false;
    }
  }

  bool parseSection(std::string_view pattern) {
    for (size_t i = 0; i < pattern.size();) {
      const char c = pattern[i];
      if (c == '[') {
        int depth = 1;
        size_t end = i + 1;
        for (; end < pattern.size() && depth > 0; ++end) depth += pattern[end] == '[' ? 1 : pattern[end] == ']' ? -1 : 0;
        const Parts before = parts_;
        const size_t from = at_;
        if (!parseSection(pattern.substr(i + 1, end - i - 2))) {
          parts_ = before;
          at_ = from;
        }
        i = end;
      } else if (c == '\'') {
        size_t end = i + 1;
        if (end < pattern.size() && pattern[end] == '\'') {
          if (!literal('\'')) return false;
          i += 2;
          continue;
        }
        for (; end < pattern.size() && pattern[end] != '\''; ++end) {
          if (!literal(pattern[end])) return false;
        }
        i = end + 1;
      } else if (isLetter(c)) {
        size_t end = i;
        while (end < pattern.size() && pattern[end] == c) ++end;
        const bool adjacent = end < pattern.size() && isLetter(pattern[end]) && std::string_view("yuMdHhmsSkK").find(pattern[end]) != std::string_view::npos;
        if (!field(c, end - i, adjacent)) return false;
        i = end;
      } else {
        if (!literal(c)) return false;
        ++i;
      }
    }
    return true;
  }

  static bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  bool literal(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::string_view pattern_;
  size_t at_ = 0;
  Parts parts_;
};

std::optional<int64_t> daysOf(const Parts& parts) {
  if (parts.dayOfYear != kUnset) {
    const int64_t days = daysFromCivil(parts.year, 1, 1) + parts.dayOfYear - 1;
    const CivilDate date = civilFromDays(days);
    const bool agrees = date.year == parts.year && (parts.month == kUnset || parts.month == date.month) && (parts.day == kUnset || parts.day == date.day);
    return agrees ? std::optional(days) : std::nullopt;
  }
  const int32_t month = parts.month == kUnset ? 1 : parts.month;
  const int32_t day = parts.day == kUnset ? 1 : parts.day;
  if (day > daysInMonth(parts.year, month)) return std::nullopt;
  return daysFromCivil(parts.year, month, day);
}

}  // namespace

std::optional<int64_t> parseDateWithPattern(std::string_view text, std::string_view pattern) {
  const auto parts = PatternParser(text, pattern).parse();
  return parts ? daysOf(*parts) : std::nullopt;
}

std::optional<int64_t> parseTimestampWithPattern(std::string_view text, std::string_view pattern, const TimeZone* zone) {
  const auto parts = PatternParser(text, pattern).parse();
  const auto days = parts ? daysOf(*parts) : std::nullopt;
  if (!days) return std::nullopt;
  const auto orZero = [](int64_t part) { return part == kUnset ? 0 : part; };
  const int64_t hour = parts->halfHour != kUnset ? parts->halfHour + (parts->afternoon ? 12 : 0) : orZero(parts->hour);
  if (parts->hour != kUnset && parts->hour != hour) return std::nullopt;
  const int64_t local = *days * kMicrosPerDay + hour * kMicrosPerHour + orZero(parts->minute) * kMicrosPerMinute + orZero(parts->second) * kMicrosPerSecond +
                        orZero(parts->micros);
  if (zone == nullptr) return local;
  if (parts->offsetSeconds) return local - *parts->offsetSeconds * kMicrosPerSecond;
  return (parts->zone == nullptr ? zone : parts->zone)->toUtc(local);
}

}  // namespace flint::records
