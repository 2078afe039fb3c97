#pragma once

#include <string>

#include "types/interval.h"

namespace flint {
inline namespace types {

/// "INTERVAL '1-2' YEAR TO MONTH" of a number of months, and the same for microseconds: how ANSI intervals are shown.
std::string yearMonthIntervalText(int32_t months, IntervalField start, IntervalField end);
std::string dayTimeIntervalText(int64_t micros, IntervalField start, IntervalField end);
/// The quoted part alone: "1-2", "1 02:03:04.5".
std::string yearMonthIntervalValue(int32_t months, IntervalField start, IntervalField end);
std::string dayTimeIntervalValue(int64_t micros, IntervalField start, IntervalField end);
/// "1 years 2 days 3.5 seconds"; "0 seconds" for nothing.
std::string calendarIntervalText(const CalendarInterval& interval);

}  // namespace types
}  // namespace flint
