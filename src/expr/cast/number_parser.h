#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Numbers and booleans from text as CAST reads them: blanks and control characters around are left out; nothing for malformed text.
namespace flint::expr {

std::string_view trimmedText(std::string_view text);
/// A bigint; with `allowFraction`, digits behind a point are read and dropped.
std::optional<int64_t> parseInteger(std::string_view text, bool allowFraction = false);
/// Java's forms, and "inf", "infinity", "nan" in any case.
std::optional<double> parseDouble(std::string_view text);
std::optional<float> parseFloat(std::string_view text);
/// "t", "true", "y", "yes", "1" and their opposites, in any case.
std::optional<bool> parseBoolean(std::string_view text);

}  // namespace flint::expr
