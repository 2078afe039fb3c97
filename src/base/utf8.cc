#include "base/utf8.h"

namespace flint {
inline namespace base {

void appendCodePoint(std::string& out, uint32_t codePoint) {
  const auto append = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (codePoint < 0x80) return append(codePoint);
  if (codePoint < 0x800) {
    append(0xC0 | (codePoint >> 6));
  } else {
    if (codePoint < 0x10000) {
      append(0xE0 | (codePoint >> 12));
    } else {
      append(0xF0 | (codePoint >> 18));
      append(0x80 | ((codePoint >> 12) & 0x3F));
    }
    append(0x80 | ((codePoint >> 6) & 0x3F));
  }
  append(0x80 | (codePoint & 0x3F));
}

}  // namespace base
}  // namespace flint
