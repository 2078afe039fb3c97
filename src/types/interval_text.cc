#include "types/interval_text.h"

#include <fmt/core.h>

#include "types/calendar.h"

namespace flint {
inline namespace types {
namespace {

constexpr const char* kNames[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};

std::string qualified(const std::string& value, IntervalField start, IntervalField end) {
  const char* first = kNames[static_cast<int>(start)];
  if (start == end) return fmt::format("INTERVAL '{}' {}", value, first);
  return fmt::format("INTERVAL '{}' {} TO {}", value, first, kNames[static_cast<int>(end)]);
}

// Seconds with their fraction, zeros at its end left out; `width` digits before the point.
std::string secondsText(uint64_t micros, int width) {
  std::string out = fmt::format("{:0{}}", micros / 1'000'000, width);
  if (micros % 1'000'000 != 0) {
    out += fmt::format(".{:06}", micros % 1'000'000);
    while (out.back() == '0') out.pop_back();
  }
  return out;
}

}  // namespace

std::string yearMonthIntervalValue(int32_t months, IntervalField start, IntervalField end) {
  const char* sign = months < 0 ? "-" : "";
  const int64_t absolute = months < 0 ? -static_cast<int64_t>(months) : months;
  if (start == IntervalField::kMonth) return fmt::format("{}{}", sign, absolute);
  if (end == IntervalField::kYear) return fmt::format("{}{}", sign, absolute / 12);
  return fmt::format("{}{}-{}", sign, absolute / 12, absolute % 12);
}

std::string dayTimeIntervalValue(int64_t micros, IntervalField start, IntervalField end) {
  const char* sign = micros < 0 ? "-" : "";
  const uint64_t rest = micros < 0 ? 0 - static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  const uint64_t seconds = rest / 1'000'000;
  std::string out = sign;
  bool first = true;
  for (auto field = start; field <= end; field = static_cast<IntervalField>(static_cast<int>(field) + 1)) {
    switch (field) {
      case IntervalField::kDay: out += fmt::format("{}", seconds / 86'400); break;
      case IntervalField::kHour:
        out += first ? fmt::format("{:02}", seconds / 3'600) : fmt::format(" {:02}", seconds / 3'600 % 24);
        break;
      case IntervalField::kMinute:
        out += first ? fmt::format("{:02}", seconds / 60) : fmt::format(":{:02}", seconds / 60 % 60);
        break;
      case IntervalField::kSecond:
        out += first ? secondsText(rest, 2) : ":" + secondsText(rest % 60'000'000, 2);
        break;
      case IntervalField::kYear:
      case IntervalField::kMonth: break;
    }
    first = false;
  }
  return out;
}

std::string yearMonthIntervalText(int32_t months, IntervalField start, IntervalField end) {
  return qualified(yearMonthIntervalValue(months, start, end), start, end);
}
std::string dayTimeIntervalText(int64_t micros, IntervalField start, IntervalField end) {
  return qualified(dayTimeIntervalValue(micros, start, end), start, end);
}

std::string calendarIntervalText(const CalendarInterval& interval) {
  std::string out;
  const auto append = [&](int64_t value, const char* unit) {
    if (value != 0) out += fmt::format("{}{} {}", out.empty() ? "" : " ", value, unit);
  };
  append(interval.months / 12, "years");
  append(interval.months % 12, "months");
  append(interval.days, "days");
  append(interval.microseconds / kMicrosPerHour, "hours");
  append(interval.microseconds / kMicrosPerMinute % 60, "minutes");
  const int64_t seconds = interval.microseconds % kMicrosPerMinute;
  if (seconds != 0) {
    out += fmt::format("{}{}{} seconds", out.empty() ? "" : " ", seconds < 0 ? "-" : "", secondsText(static_cast<uint64_t>(seconds < 0 ? -seconds : seconds), 1));
  }
  return out.empty() ? "0 seconds" : out;
}

}  // namespace types
}  // namespace flint
