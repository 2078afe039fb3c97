#include "functions/string/utf8.h"

#include <algorithm>

namespace flint::functions {

std::string_view substringOf(std::string_view text, int64_t start, int64_t length) {
  if (length <= 0) return {};
  const bool ascii = isAscii(text);
  const int64_t count = ascii ? static_cast<int64_t>(text.size()) : numCharacters(text);
  int64_t from = start > 0 ? start - 1 : start < 0 ? count + start : 0;
  int64_t to = from + std::min<int64_t>(length, INT32_MAX);
  from = std::clamp<int64_t>(from, 0, count);
  to = std::clamp<int64_t>(to, 0, count);
  if (from >= to) return {};
  if (ascii) return text.substr(static_cast<size_t>(from), static_cast<size_t>(to - from));
  const size_t begin = byteOfCharacter(text, from);
  return text.substr(begin, byteOfCharacter(text.substr(begin), to - from));
}

uint32_t codePointOf(std::string_view text) {
  const size_t size = std::min(characterBytes(text[0]), text.size());
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  switch (size) {
    case 2: return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3: return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    case 4: return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    default: return byte(0);
  }
}

}  // namespace flint::functions
