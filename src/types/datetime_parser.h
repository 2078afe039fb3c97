#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "types/interval.h"
#include "types/time_zone.h"

/// Text to dates, times and intervals, in the forms that CAST and typed literals take without a pattern. All trim blanks around the text; nothing
/// is returned for text of another form or out of range.
namespace flint {
inline namespace types {

/// Days of "2024", "2024-2", "2024-02-29" and these with " ..." or "T..." behind the day.
std::optional<int64_t> parseDate(std::string_view text);

/// The parts of a timestamp's text.
struct TimestampText {
  int64_t localMicros = 0;      // on a local clock; with `timeOnly`, of a day
  std::string_view zone;        // as written; empty: none
  bool timeOnly = false;        // "12:30" or "T12:30": the day is today
};
/// "2024-02-29 01:02:03.456789 America/Los_Angeles" and shorter forms: date parts as in `parseDate`, minutes and seconds optional, digits beyond
/// microseconds dropped.
std::optional<TimestampText> parseTimestampText(std::string_view text);

/// The instant that `text` names, on `zone`'s clock unless it names a zone itself.
std::optional<int64_t> parseTimestamp(std::string_view text, const TimeZone& zone);
/// The local time that `text` names; a zone in it is not looked at.
std::optional<int64_t> parseTimestampNtz(std::string_view text);

/// Nanoseconds of a day of "01:02", "01:02:03.456789", "1:02:03 PM".
std::optional<int64_t> parseTime(std::string_view text);

/// "1 year 2 days -3.5 seconds", with or without "interval" in front.
std::optional<CalendarInterval> parseCalendarInterval(std::string_view text);

}  // namespace types
}  // namespace flint
