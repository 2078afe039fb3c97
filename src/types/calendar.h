#pragma once

#include <cstdint>
#include <string>

namespace flint {
inline namespace types {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

/// A day of the proleptic Gregorian calendar.
struct CivilDate {
  int64_t year = 1970;
  int32_t month = 1;  // 1 to 12
  int32_t day = 1;    // 1 to 31
};

/// Division that rounds to minus infinity, and its remainder, which has the divisor's sign.
constexpr int64_t floorDivide(int64_t dividend, int64_t divisor) {
  const int64_t quotient = dividend / divisor;
  return quotient - ((dividend % divisor != 0 && ((dividend < 0) != (divisor < 0))) ? 1 : 0);
}
constexpr int64_t floorModulo(int64_t dividend, int64_t divisor) { return dividend - floorDivide(dividend, divisor) * divisor; }

/// Days since 1970-01-01, and back.
constexpr int64_t daysFromCivil(int64_t year, int32_t month, int32_t day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = floorDivide(year, 400);
  const int64_t yearOfEra = year - era * 400;
  const int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146'097 + dayOfEra - 719'468;
}
constexpr CivilDate civilFromDays(int64_t days) {
  days += 719'468;
  const int64_t era = floorDivide(days, 146'097);
  const int64_t dayOfEra = days - era * 146'097;
  const int64_t yearOfEra = (dayOfEra - dayOfEra / 1'460 + dayOfEra / 36'524 - dayOfEra / 146'096) / 365;
  const int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const int64_t shifted = (5 * dayOfYear + 2) / 153;
  const auto month = static_cast<int32_t>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<int32_t>(dayOfYear - (153 * shifted + 2) / 5 + 1)};
}

constexpr bool isLeapYear(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
constexpr int32_t daysInMonth(int64_t year, int32_t month) {
  constexpr int32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && isLeapYear(year) ? 29 : kDays[month - 1];
}
/// 1 (Monday) to 7 (Sunday).
constexpr int32_t isoDayOfWeek(int64_t days) { return static_cast<int32_t>(floorModulo(days + 3, 7)) + 1; }
/// The day `months` later, at most the last of its month.
constexpr int64_t addMonths(int64_t days, int64_t months) {
  const CivilDate date = civilFromDays(days);
  const int64_t total = date.year * 12 + date.month - 1 + months;
  const int64_t year = floorDivide(total, 12);
  const auto month = static_cast<int32_t>(floorModulo(total, 12)) + 1;
  const int32_t last = daysInMonth(year, month);
  return daysFromCivil(year, month, date.day < last ? date.day : last);
}

/// "2024-02-29"; years above 9999 with "+", below 0 with "-".
std::string dateText(int64_t days);
/// "2024-02-29 01:02:03.4" of microseconds on a local clock; no zeros at the end of the fraction.
std::string localTimestampText(int64_t micros);
/// "01:02:03.4" of nanoseconds of a day.
std::string timeText(int64_t nanos);

}  // namespace types
}  // namespace flint
