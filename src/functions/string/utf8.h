#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/utf8.h"

/// UTF-8 text by code points. Bytes that are no valid UTF-8 count as one character each, led by their first byte, as in Spark's UTF8String.
namespace flint::functions {

inline bool isAscii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if ((text[i] & 0x80) != 0) return false;
  }
  return true;
}

/// Bytes of the character that begins with `lead`.
inline size_t characterBytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xC2) return 1;
  if (byte < 0xE0) return 2;
  if (byte < 0xF0) return 3;
  return byte < 0xF5 ? 4 : 1;
}

inline int64_t numCharacters(std::string_view text) {
  if (isAscii(text)) return static_cast<int64_t>(text.size());
  int64_t count = 0;
  for (size_t i = 0; i < text.size(); i += characterBytes(text[i])) ++count;
  return count;
}

/// The byte at which character number `character` (from 0) begins; the size when there are fewer.
inline size_t byteOfCharacter(std::string_view text, int64_t character) {
  size_t i = 0;
  for (; character > 0 && i < text.size(); --character) i += characterBytes(text[i]);
  return i < text.size() ? i : text.size();
}

/// SQL's substring: `start` from 1, or from the end when negative.
std::string_view substringOf(std::string_view text, int64_t start, int64_t length);

/// The code point at the front of a non-empty text.
uint32_t codePointOf(std::string_view text);

}  // namespace flint::functions
