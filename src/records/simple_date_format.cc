#include "records/simple_date_format.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "types/calendar.h"

namespace flint::records {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::string_view kLetters = "GyYMLwWDdFEuaHkKhmsSzZX";
constexpr int64_t kFirstGregorianDay = -141'427;       // 1582-10-15
constexpr int64_t kFirstOffsetSecond = -2'208'988'800;  // 1900: java.util.TimeZone knows no changes before
constexpr int kYearsBehind = 80;                       // two digits of a year name one from 80 years ago on

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// A letter so many times, or (letter 0) text that stands for itself.
struct Field {
  char letter = 0;
  size_t count = 0;
  std::string text = {};
};

// Nothing for letters without a meaning and for a quote without its end.
std::optional<std::vector<Field>> fieldsOf(std::string_view pattern) {
  std::vector<Field> fields;
  const auto addText = [&](char c) {
    if (fields.empty() || fields.back().letter != 0) fields.push_back({});
    fields.back().text += c;
  };
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        addText('\'');
        i += 2;
        continue;
      }
      for (++i;; ++i) {
        if (i >= pattern.size()) return std::nullopt;
        if (pattern[i] != '\'') {
          addText(pattern[i]);
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          addText(pattern[i++]);
        } else {
          break;
        }
      }
      ++i;
    } else if (isLetter(c)) {
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) ++end;
      if (kLetters.find(c) == std::string_view::npos || (c == 'X' && end - i > 3)) return std::nullopt;
      fields.push_back({c, end - i, {}});
      i = end;
    } else {
      addText(c);
      ++i;
    }
  }
  return fields;
}

int64_t julianDay(int64_t year, int64_t month, int64_t day) {
  const int64_t shiftedYear = month > 2 ? year : year - 1;
  const int64_t shiftedMonth = month > 2 ? month - 3 : month + 9;
  return floorDivide(1'461 * shiftedYear, 4) + (153 * shiftedMonth + 2) / 5 + day - 719'471;
}

// What a calendar says of a moment.
struct Moment {
  CivilDate date;
  int64_t day;        // since 1970, of the calendar in force
  int64_t firstDay;   // of the year
  int64_t timeOfDay;  // microseconds
  int32_t offset;     // seconds
};

Moment momentOf(int64_t micros, const TimeZone& zone) {
  const int64_t local = zone.toLocal(micros);
  Moment moment;
  moment.day = floorDivide(local, kMicrosPerDay);
  moment.timeOfDay = local - moment.day * kMicrosPerDay;
  moment.date = civilFromDays(moment.day);
  moment.firstDay = daysFromCivil(moment.date.year, 1, 1);
  if (moment.day < kFirstGregorianDay) {
    moment.day = julianDay(moment.date.year, moment.date.month, moment.date.day);
    moment.firstDay = julianDay(moment.date.year, 1, 1);
  }
  moment.offset = zone.offsetAt(std::max(floorDivide(micros, kMicrosPerSecond), kFirstOffsetSecond));
  return moment;
}

// 1: Monday.
int64_t weekday(int64_t day) { return floorModulo(day + 3, 7) + 1; }
// Weeks begin with Sunday, and the first one with the first day.
int64_t weekOf(int64_t day, int64_t first) { return (day - first + weekday(first) % 7) / 7 + 1; }

std::string number(int64_t value, size_t width) { return fmt::format("{:0{}}", value, width); }

std::string offsetText(int32_t seconds, size_t letters, bool isZulu) {
  if (isZulu && seconds == 0) return "Z";
  const int32_t minutes = (seconds < 0 ? -seconds : seconds) / 60;
  const char sign = seconds < 0 ? '-' : '+';
  if (letters == 1) return fmt::format("{}{:02}", sign, minutes / 60);
  return fmt::format("{}{:02}{}{:02}", sign, minutes / 60, letters == 3 ? ":" : "", minutes % 60);
}

std::string fieldText(const Field& field, const Moment& moment, int64_t seconds, const TimeZone& zone, const std::string& longZoneName) {
  const int64_t year = moment.date.year > 0 ? moment.date.year : 1 - moment.date.year;
  const int64_t hour = moment.timeOfDay / kMicrosPerHour;
  const size_t count = field.count;
  const auto text = [&](std::string_view name) { return std::string(count >= 4 ? name : name.substr(0, 3)); };
  const auto yearText = [&](int64_t value) { return count == 2 ? number(value % 100, 2) : number(value, count); };
  switch (field.letter) {
    case 'G': return moment.date.year > 0 ? "AD" : "BC";
    case 'y': return yearText(year);
    case 'Y': {
      // The last days of a year belong to the first week of the next.
      const bool next = weekOf(moment.day, moment.firstDay) > 52 && moment.day + 7 - weekday(moment.day) % 7 > daysFromCivil(moment.date.year + 1, 1, 1);
      return yearText(year + (next ? 1 : 0));
    }
    case 'M':
    case 'L': return count >= 3 ? text(kMonths[static_cast<size_t>(moment.date.month - 1)]) : number(moment.date.month, count);
    case 'w': {
      const int64_t week = weekOf(moment.day, moment.firstDay);
      const bool next = week > 52 && moment.day + 7 - weekday(moment.day) % 7 > daysFromCivil(moment.date.year + 1, 1, 1);
      return number(next ? 1 : week, count);
    }
    case 'W': return number(weekOf(moment.day, moment.day - moment.date.day + 1), count);
    case 'D': return number(moment.day - moment.firstDay + 1, count);
    case 'd': return number(moment.date.day, count);
    case 'F': return number((moment.date.day - 1) / 7 + 1, count);
    case 'E': return text(kDays[static_cast<size_t>(weekday(moment.day) - 1)]);
    case 'u': return number(weekday(moment.day), count);
    case 'a': return hour < 12 ? "AM" : "PM";
    case 'H': return number(hour, count);
    case 'k': return number(hour == 0 ? 24 : hour, count);
    case 'K': return number(hour % 12, count);
    case 'h': return number(hour % 12 == 0 ? 12 : hour % 12, count);
    case 'm': return number(moment.timeOfDay / kMicrosPerMinute % 60, count);
    case 's': return number(moment.timeOfDay / kMicrosPerSecond % 60, count);
    case 'S': return number(moment.timeOfDay / 1'000 % 1'000, count);
    case 'z': return count >= 4 ? longZoneName : zone.abbreviationAt(std::max(seconds, kFirstOffsetSecond));
    case 'Z': return offsetText(moment.offset, 2, false);
    case 'X': return offsetText(moment.offset, count, true);
    default: return field.text;
  }
}

// Reads the fields of a text, one by one.
class Parser {
 public:
  Parser(std::string_view text, const TimeZone& zone) : text_(text), zone_(zone) {}

  bool read(const std::vector<Field>& fields) {
    for (size_t i = 0; i < fields.size(); ++i) {
      const Field& field = fields[i];
      if (field.letter == 0) {
        if (!text_.substr(std::min(at_, text_.size())).starts_with(field.text)) return false;
        at_ += field.text.size();
        continue;
      }
      // Numbers that follow each other have as many digits as letters.
      const bool abuts = i + 1 < fields.size() && isNumber(fields[i + 1]);
      if (!readField(field, abuts)) return false;
    }
    return true;
  }

  std::optional<int64_t> micros() const {
    int64_t year = year_;
    if (isBefore_) year = 1 - year;
    int64_t month = month_;
    int64_t day = day_;
    if (dayOfYear_ > 0) {
      const CivilDate date = civilFromDays(daysFromCivil(year, 1, 1) + dayOfYear_ - 1);
      if (date.year != year) return std::nullopt;
      month = date.month;
      day = date.day;
    }
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, static_cast<int32_t>(month))) return std::nullopt;
    const int64_t days = daysFromCivil(year, static_cast<int32_t>(month), static_cast<int32_t>(day));
    if (weekday_ > 0) {
      const int64_t actual = days < kFirstGregorianDay ? julianDay(year, month, day) : days;
      if (weekday(actual) != weekday_) return std::nullopt;
    }
    int64_t hour = hour_;
    if (halfDayHour_ >= 0) hour = halfDayHour_ + (isAfternoon_ ? 12 : 0);
    const bool fits = hour >= 0 && hour <= 23 && minute_ >= 0 && minute_ <= 59 && second_ >= 0 && second_ <= 59 && millis_ >= 0 && millis_ <= 999;
    if (!fits) return std::nullopt;
    const int64_t local = days * kMicrosPerDay + hour * kMicrosPerHour + minute_ * kMicrosPerMinute + second_ * kMicrosPerSecond + millis_ * 1'000;
    if (offset_) return local - *offset_ * kMicrosPerSecond;
    return (namedZone_ != nullptr ? *namedZone_ : zone_).toUtc(local);
  }

 private:
  static bool isNumber(const Field& field) {
    if (field.letter == 0 || field.letter == 'G' || field.letter == 'E' || field.letter == 'a' || field.letter == 'z' || field.letter == 'Z' || field.letter == 'X') return false;
    return !((field.letter == 'M' || field.letter == 'L') && field.count >= 3);
  }

  std::optional<int64_t> readNumber(size_t mostDigits) {
    int64_t value = 0;
    const size_t start = at_;
    while (at_ < text_.size() && isDigit(text_[at_]) && at_ - start < mostDigits && at_ - start < 18) value = value * 10 + (text_[at_++] - '0');
    if (at_ == start) return std::nullopt;
    return value;
  }

  // The place of the longest name that stands here, in full or by its first three letters.
  template <size_t N>
  std::optional<size_t> readName(const std::array<std::string_view, N>& names) {
    const auto stands = [&](std::string_view name) {
      if (text_.size() - at_ < name.size()) return false;
      for (size_t i = 0; i < name.size(); ++i) {
        if (lower(text_[at_ + i]) != lower(name[i])) return false;
      }
      return true;
    };
    for (const bool inFull : {true, false}) {
      for (size_t i = 0; i < N; ++i) {
        const std::string_view name = inFull ? names[i] : names[i].substr(0, 3);
        if (!stands(name)) continue;
        at_ += name.size();
        return i;
      }
    }
    return std::nullopt;
  }

  bool readOffset() {
    if (at_ < text_.size() && text_[at_] == 'Z') {
      ++at_;
      offset_ = 0;
      return true;
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return false;
    const int sign = text_[at_++] == '-' ? -1 : 1;
    const auto hours = readNumber(2);
    if (!hours || *hours > 23) return false;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    const auto minutes = readNumber(2);
    if (minutes.value_or(0) > 59) return false;
    offset_ = sign * (*hours * 3'600 + minutes.value_or(0) * 60);
    return true;
  }

  bool readZone() {
    const size_t start = at_;
    while (at_ < text_.size() && (isLetter(text_[at_]) || text_[at_] == '/' || text_[at_] == '_')) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    if (name.empty() || name == "GMT" || name == "UTC") {
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) return readOffset();
      offset_ = 0;
      return !name.empty();
    }
    namedZone_ = TimeZone::find(name);
    return namedZone_ != nullptr;
  }

  bool readField(const Field& field, bool abuts) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (field.letter == 'z') return readZone();
    if (field.letter == 'Z' || field.letter == 'X') return readOffset() || (field.letter == 'Z' && readZone());
    if (!isNumber(field)) return readText(field);
    const size_t start = at_;
    const auto value = readNumber(abuts ? field.count : 18);
    if (!value) return false;
    switch (field.letter) {
      case 'y':
      case 'Y': year_ = field.count <= 2 && at_ - start == 2 ? fullYear(*value) : *value; break;
      case 'M':
      case 'L': month_ = *value; break;
      case 'D': dayOfYear_ = *value; break;
      case 'd': day_ = *value; break;
      case 'u': weekday_ = *value; break;
      case 'H': hour_ = *value; break;
      case 'k': hour_ = *value == 24 ? 0 : *value == 0 ? -1 : *value; break;
      case 'K': halfDayHour_ = *value; return *value <= 11;
      case 'h': halfDayHour_ = *value == 12 ? 0 : *value; return *value >= 1 && *value <= 12;
      case 'm': minute_ = *value; break;
      case 's': second_ = *value; break;
      case 'S': millis_ = *value; break;
      default: break;  // weeks say nothing beside a date
    }
    return field.letter != 'D' || *value > 0;
  }

  bool readText(const Field& field) {
    static constexpr std::array<std::string_view, 2> kHalves = {"AM", "PM"};
    static constexpr std::array<std::string_view, 2> kEras = {"AD", "BC"};
    if (field.letter == 'a') {
      const auto half = readName(kHalves);
      isAfternoon_ = half == 1;
      return half.has_value();
    }
    if (field.letter == 'G') {
      const auto era = readName(kEras);
      isBefore_ = era == 1;
      return era.has_value();
    }
    if (field.letter == 'E') {
      const auto day = readName(kDays);
      if (day) weekday_ = static_cast<int64_t>(*day) + 1;
      return day.has_value();
    }
    const auto month = readName(kMonths);
    if (month) month_ = static_cast<int64_t>(*month) + 1;
    return month.has_value();
  }

  static int64_t fullYear(int64_t digits) {
    const int64_t today = std::chrono::duration_cast<std::chrono::hours>(std::chrono::system_clock::now().time_since_epoch()).count() / 24;
    const int64_t first = civilFromDays(today).year - kYearsBehind;
    return first + floorModulo(digits - first, 100);
  }

  const std::string_view text_;
  const TimeZone& zone_;
  const TimeZone* namedZone_ = nullptr;
  std::optional<int64_t> offset_;  // seconds
  size_t at_ = 0;
  int64_t year_ = 1970;
  int64_t month_ = 1;
  int64_t day_ = 1;
  int64_t dayOfYear_ = 0;
  int64_t weekday_ = 0;
  int64_t hour_ = 0;
  int64_t halfDayHour_ = -1;
  int64_t minute_ = 0;
  int64_t second_ = 0;
  int64_t millis_ = 0;
  bool isAfternoon_ = false;
  bool isBefore_ = false;
};

}  // namespace

bool isSimpleDatePattern(std::string_view pattern) { return fieldsOf(pattern).has_value(); }

std::string formatSimpleDate(int64_t micros, std::string_view pattern, const TimeZone& zone, const std::string& longZoneName) {
  const auto fields = fieldsOf(pattern);
  std::string out;
  if (!fields) return out;
  const Moment moment = momentOf(micros, zone);
  for (const Field& field : *fields) out += fieldText(field, moment, floorDivide(micros, kMicrosPerSecond), zone, longZoneName);
  return out;
}

std::optional<int64_t> parseSimpleDate(std::string_view text, std::string_view pattern, const TimeZone& zone) {
  const auto fields = fieldsOf(pattern);
  if (!fields) return std::nullopt;
  Parser parser(text, zone);
  if (!parser.read(*fields)) return std::nullopt;
  return parser.micros();
}

}  // namespace flint::records
