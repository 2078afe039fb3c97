#include "base/origin.h"

#include <fmt/core.h>

namespace flint {
inline namespace base {
namespace {

// Byte offset of the code point number `index`, as the indexes of an Origin count code points.
size_t byteOffset(const std::string& text, int32_t index) {
  size_t offset = 0;
  for (; offset < text.size(); ++offset) {
    if ((static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80) continue;
    if (index-- == 0) break;
  }
  return offset;
}

}  // namespace

std::string Origin::fragment() const {
  if (sqlText == nullptr || startIndex < 0) return dataFrameFragment;
  const size_t from = byteOffset(*sqlText, startIndex);
  const size_t to = byteOffset(*sqlText, stopIndex + 1);
  return sqlText->substr(from, to - from);
}

std::string Origin::summary() const {
  if (sqlText == nullptr || startIndex < 0) {
    return fmt::format("== DataFrame ==\n\"{}\" was called from\n{}\n", dataFrameFragment, callSite);
  }
  std::string out = "== SQL";
  if (!objectType.empty()) out += fmt::format(" of {} {}", objectType, objectName);
  out += fmt::format(" (line {}, position {}) ==\n", line, startPosition + 1);

  const size_t from = byteOffset(*sqlText, startIndex);
  const size_t to = byteOffset(*sqlText, stopIndex + 1);
  size_t lineStart = sqlText->rfind('\n', from == 0 ? 0 : from - 1);
  lineStart = lineStart == std::string::npos || from == 0 ? 0 : lineStart + 1;
  while (lineStart < to && lineStart < sqlText->size()) {
    size_t lineEnd = sqlText->find('\n', lineStart);
    if (lineEnd == std::string::npos) lineEnd = sqlText->size();
    out += sqlText->substr(lineStart, lineEnd - lineStart) + "\n";
    for (size_t i = lineStart; i < lineEnd && i < to; ++i) {
      if ((static_cast<unsigned char>((*sqlText)[i]) & 0xC0) == 0x80) continue;
      out += i < from ? ' ' : '^';
    }
    out += '\n';
    lineStart = lineEnd + 1;
  }
  return out;
}

}  // namespace base
}  // namespace flint
