#include "types/calendar.h"

#include <cstdio>

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
  char buffer[40];
  const char* sign = date.year > 9999 ? "+" : date.year < 0 ? "-" : "";
  const long long year = date.year < 0 ? -date.year : date.year;
  std::snprintf(buffer, sizeof(buffer), "%s%04lld-%02d-%02d", sign, year, date.month, date.day);
  return buffer;
}

std::string localTimestampText(int64_t micros) {
  const int64_t days = floorDivide(micros, kMicrosPerDay);
  const int64_t rest = micros - days * kMicrosPerDay;
  char buffer[16];
  std::snprintf(buffer, sizeof(buffer), " %02d:%02d:%02d", static_cast<int>(rest / kMicrosPerHour),
                static_cast<int>(rest / kMicrosPerMinute % 60), static_cast<int>(rest / kMicrosPerSecond % 60));
  std::string out = dateText(days) + buffer;
  appendFraction(out, rest % kMicrosPerSecond, 6);
  return out;
}

std::string timeText(int64_t nanos) {
  const int64_t seconds = nanos / 1'000'000'000;
  char buffer[16];
  std::snprintf(buffer, sizeof(buffer), "%02d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                static_cast<int>(seconds % 60));
  std::string out = buffer;
  appendFraction(out, nanos % 1'000'000'000, 9);
  return out;
}

}  // namespace types
}  // namespace flint
