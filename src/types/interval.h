#pragma once

#include <compare>
#include <cstdint>

namespace flint {
inline namespace types {

/// Spark's CalendarIntervalType: three parts that are never converted into each other.
struct CalendarInterval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t microseconds = 0;
  auto operator<=>(const CalendarInterval&) const = default;
};

/// The fields of an ANSI interval type, as in INTERVAL DAY TO SECOND.
enum class IntervalField : uint8_t { kYear, kMonth, kDay, kHour, kMinute, kSecond };

}  // namespace types
}  // namespace flint
