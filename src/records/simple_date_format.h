#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "types/time_zone.h"

/// Times to text and from text in patterns of Java's SimpleDateFormat, which Spark had before version 3.
///
/// Days before 1582-10-15 are those of the Julian calendar; the year, month and day stay what they are in the Gregorian one, the weekday does not.
/// Source: Java's SimpleDateFormat, not lenient, and Spark's LegacySimpleTimestampFormatter.
namespace flint::records {

/// Whether all letters of a pattern have a meaning.
bool isSimpleDatePattern(std::string_view pattern);

/// `pattern` has to be one of those.
std::string formatSimpleDate(int64_t micros, std::string_view pattern, const TimeZone& zone, const std::string& longZoneName);

/// Microseconds. Text behind what the pattern asks for is left aside. Nothing for text that does not fit and for dates that do not exist.
std::optional<int64_t> parseSimpleDate(std::string_view text, std::string_view pattern, const TimeZone& zone);

}  // namespace flint::records
