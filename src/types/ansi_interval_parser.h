#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "types/interval.h"

/// Text to ANSI intervals, as CAST takes it: the value alone ("1-2", "1 02:03:04.5") or as a whole literal ("INTERVAL '1-2' YEAR TO MONTH").
namespace flint {
inline namespace types {

/// Months of an interval with these fields; nothing for text of another form or out of range.
std::optional<int32_t> parseYearMonthInterval(std::string_view text, IntervalField start, IntervalField end);
/// Microseconds, likewise.
std::optional<int64_t> parseDayTimeInterval(std::string_view text, IntervalField start, IntervalField end);
/// The forms of the value, as messages show them.
const char* ansiIntervalFormat(IntervalField start, IntervalField end);

}  // namespace types
}  // namespace flint
