#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flint::records {

/// The UTF-8 of a text in one of the encodings UTF-16, UTF-32 (with their LE and BE forms; without one a byte order mark decides, else big-endian),
/// ISO-8859-1 and US-ASCII; nothing for UTF-8 and other names. What is malformed becomes U+FFFD.
std::optional<std::string> toUtf8(std::string_view bytes, std::string_view encoding);

}  // namespace flint::records
