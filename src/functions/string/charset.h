#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Text in other encodings than UTF-8, and the repair of broken UTF-8.
namespace flint::functions {

enum class Charset : uint8_t { kAscii, kLatin1, kUtf8, kUtf16, kUtf16Be, kUtf16Le, kUtf32 };

/// The charset of a name in any case; nothing for one that Spark does not take.
std::optional<Charset> charsetNamed(std::string_view name);
/// The names that `charsetNamed` knows, as messages list them.
inline constexpr std::string_view kCharsetNames = "'US-ASCII', 'ISO-8859-1', 'UTF-8', 'UTF-16BE', 'UTF-16LE', 'UTF-16', 'UTF-32'";

/// UTF-8 text in `charset`, and back; nothing when a character or byte has no counterpart. Broken UTF-8 counts as U+FFFD.
std::optional<std::string> encodeText(std::string_view text, Charset charset);
std::optional<std::string> decodeText(std::string_view bytes, Charset charset);

bool isValidUtf8(std::string_view bytes);
/// The text with each broken sequence replaced by U+FFFD.
std::string repairedUtf8(std::string_view bytes);
/// The bytes of the well-formed character at the front of `bytes`; 0 when there is none.
size_t validCharacterBytes(std::string_view bytes);

}  // namespace flint::functions
