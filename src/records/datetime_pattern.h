#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "types/time_zone.h"

namespace flint::records {

/// Days of a text in the form of a pattern ("dd/MM/yyyy"); letters as Java's DateTimeFormatter has them.
std::optional<int64_t> parseDateWithPattern(std::string_view text, std::string_view pattern);
/// Microseconds of a text in the form of a pattern. `zone` is that of texts which name none; null: local time, zones in the text are not looked at.
std::optional<int64_t> parseTimestampWithPattern(std::string_view text, std::string_view pattern, const TimeZone* zone);

}  // namespace flint::records
