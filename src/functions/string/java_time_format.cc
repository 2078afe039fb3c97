#include "functions/string/java_time_format.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "types/calendar.h"
#include "types/time_zone.h"

namespace flint::functions {
namespace {

constexpr int64_t kFirstGregorianDay = -141'427;  // 1582-10-15
constexpr int64_t kFirstOffset = -2'208'988'800;  // 1900: before, Java has the offset of that time
constexpr std::string_view kMonths[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

const TimeZone& processZone() {
  const char* name = std::getenv("TZ");
  const TimeZone* zone = name == nullptr || *name == '\0' ? nullptr : TimeZone::find(name);
  return zone == nullptr ? TimeZone::utc() : *zone;
}

// Days since 1970-01-01 of the Julian calendar's first of January.
int64_t julianNewYear(int64_t year) {
  const int64_t before = year - 1;
  return before * 365 + floorDivide(before, 4) - 719'164;
}

struct Moment {
  int64_t year = 0;  // of its era
  int32_t month = 1;
  int32_t day = 1;
  int32_t dayOfYear = 1;
  int32_t weekday = 1;
  int64_t second = 0;  // of the day
  int64_t milli = 0;   // of the second
  int32_t offset = 0;
  std::string zone;
};

Moment momentOf(int64_t millis) {
  Moment moment;
  const TimeZone& zone = processZone();
  const int64_t seconds = floorDivide(millis, 1'000);
  moment.milli = floorModulo(millis, 1'000);
  moment.offset = zone.offsetAt(std::max(seconds, kFirstOffset));
  moment.zone = zone.abbreviationAt(std::max(seconds, kFirstOffset));
  const int64_t local = seconds + moment.offset;
  const int64_t days = floorDivide(local, 86'400);
  moment.second = floorModulo(local, 86'400);
  moment.weekday = isoDayOfWeek(days);
  int64_t year = 0;
  if (days >= kFirstGregorianDay) {
    const CivilDate date = civilFromDays(days);
    year = date.year;
    moment.month = date.month;
    moment.day = date.day;
    // The year of the change lacks ten days.
    moment.dayOfYear = static_cast<int32_t>(days - (year == 1582 ? julianNewYear(year) : daysFromCivil(year, 1, 1))) + 1;
  } else {
    year = floorDivide((days + 719'164) * 4, 1'461) + 1;
    while (julianNewYear(year) > days) --year;
    while (julianNewYear(year + 1) <= days) ++year;
    auto left = static_cast<int32_t>(days - julianNewYear(year));
    moment.dayOfYear = left + 1;
    const bool isLeap = floorModulo(year, 4) == 0;
    for (moment.month = 1;; ++moment.month) {
      const int32_t length = moment.month == 2 ? (isLeap ? 29 : 28) : daysInMonth(2001, moment.month);
      if (left < length) break;
      left -= length;
    }
    moment.day = left + 1;
  }
  moment.year = year > 0 ? year : 1 - year;
  return moment;
}

std::string written(char letter, const Moment& moment, int64_t millis) {
  const int64_t hour = moment.second / 3'600;
  const int64_t halfDayHour = hour % 12 == 0 ? 12 : hour % 12;
  const int64_t minute = moment.second / 60 % 60;
  const int64_t second = moment.second % 60;
  const auto also = [&](char other) { return written(other, moment, millis); };
  const std::string_view month = kMonths[moment.month - 1];
  const std::string_view day = kDays[moment.weekday - 1];
  switch (letter) {
    case 'H': return fmt::format("{:02}", hour);
    case 'I': return fmt::format("{:02}", halfDayHour);
    case 'k': return fmt::format("{}", hour);
    case 'l': return fmt::format("{}", halfDayHour);
    case 'M': return fmt::format("{:02}", minute);
    case 'S': return fmt::format("{:02}", second);
    case 'L': return fmt::format("{:03}", moment.milli);
    case 'N': return fmt::format("{:09}", moment.milli * 1'000'000);
    case 'p': return hour < 12 ? "am" : "pm";
    case 'z': {
      const int32_t minutes = std::abs(moment.offset) / 60;
      return fmt::format("{}{:02}{:02}", moment.offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    }
    case 'Z': return moment.zone;
    case 's': return fmt::format("{}", millis / 1'000);
    case 'Q': return fmt::format("{}", millis);
    case 'B': return std::string(month);
    case 'b':
    case 'h': return std::string(month.substr(0, 3));
    case 'A': return std::string(day);
    case 'a': return std::string(day.substr(0, 3));
    case 'C': return fmt::format("{:02}", moment.year / 100);
    case 'Y': return fmt::format("{:04}", moment.year);
    case 'y': return fmt::format("{:02}", moment.year % 100);
    case 'j': return fmt::format("{:03}", moment.dayOfYear);
    case 'm': return fmt::format("{:02}", moment.month);
    case 'd': return fmt::format("{:02}", moment.day);
    case 'e': return fmt::format("{}", moment.day);
    case 'R': return also('H') + ":" + also('M');
    case 'T': return also('R') + ":" + also('S');
    case 'r': return also('I') + ":" + also('M') + ":" + also('S') + (hour < 12 ? " AM" : " PM");
    case 'D': return also('m') + "/" + also('d') + "/" + also('y');
    case 'F': return also('Y') + "-" + also('m') + "-" + also('d');
    case 'c': return also('a') + " " + also('b') + " " + also('d') + " " + also('T') + " " + also('Z') + " " + also('Y');
    default: return {};
  }
}

}  // namespace

bool isJavaTimeConversion(char letter) { return letter != '\0' && std::string_view("HIklMSLNpzZsQBbhAaCYyjmdeRTrDFc").find(letter) != std::string_view::npos; }

std::string javaTime(char letter, int64_t millis) { return written(letter, momentOf(millis), millis); }

}  // namespace flint::functions
