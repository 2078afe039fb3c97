#include "types/calendar.h"

#include <fmt/core.h>

namespace flint {
inline namespace types {
namespace {

// Appends ".4" and the like: the fraction's digits without zeros at the end, nothing for zero.
void appendFraction(std::string& out, int64_t fraction, int digits) {
  if (fraction == 0) return;
  std::string text(static_cast<size_t>(digits), '0');
  for (int i = digits - 1; i >= 0; --i, fraction /= 10) text[static_cast<size_t>(i)] = static_cast<char>('0' + fraction % 10);
  while (text.back() == '0') text.pop_back();
  out += '.' + text;
}

}  // namespace

std::string dateText(int64_t days) {
  const CivilDate date = civilFromDays(days);
  const char* sign = date.year > 9999 ? "+" : date.year < 0 ? "-" : "";
  return fmt::format("{}{:04}-{:02}-{:02}", sign, date.year < 0 ? -date.year : date.year, date.month, date.day);
}

std::string localTimestampText(int64_t micros) {
  const int64_t days = floorDivide(micros, kMicrosPerDay);
  const int64_t rest = micros - days * kMicrosPerDay;
  std::string out = dateText(days) + fmt::format(" {:02}:{:02}:{:02}", rest / kMicrosPerHour, rest / kMicrosPerMinute % 60, rest / kMicrosPerSecond % 60);
  appendFraction(out, rest % kMicrosPerSecond, 6);
  return out;
}

std::string timeText(int64_t nanos) {
  const int64_t seconds = nanos / 1'000'000'000;
  std::string out = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  appendFraction(out, nanos % 1'000'000'000, 9);
  return out;
}

}  // namespace types
}  // namespace flint
