#include "functions/string/charset.h"

#include <algorithm>

#include "functions/string/utf8.h"

namespace flint::functions {
namespace {

unsigned byteAt(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

// How many bytes of `bytes` form the front of a character, and whether it is whole.
struct Front {
  size_t length = 0;
  bool whole = false;
};
Front frontOf(std::string_view bytes) {
  const unsigned lead = byteAt(bytes, 0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range shuts out overlong forms, surrogates and what is above U+10FFFF.
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (size_t i = 1; i < wanted; ++i) {
    if (i >= bytes.size()) return {i, false};
    const unsigned next = byteAt(bytes, i);
    if (next < (i == 1 ? low : 0x80U) || next > (i == 1 ? high : 0xBFU)) return {i, false};
  }
  return {wanted, true};
}

void appendUnit(std::string& out, uint32_t unit, int bytes, bool bigEndian) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(unit >> (8 * (bigEndian ? bytes - 1 - i : i)) & 0xFF);
}

std::optional<std::string> decodeUtf16(std::string_view bytes, bool bigEndian) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  const auto unit = [&](size_t at) { return bigEndian ? byteAt(bytes, at) << 8 | byteAt(bytes, at + 1) : byteAt(bytes, at + 1) << 8 | byteAt(bytes, at); };
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const unsigned first = unit(i);
    if (first < 0xD800 || first > 0xDFFF) {
      appendCodePoint(out, first);
      continue;
    }
    const unsigned second = first < 0xDC00 && i + 3 < bytes.size() ? unit(i + 2) : 0;
    if (second < 0xDC00 || second > 0xDFFF) return std::nullopt;
    appendCodePoint(out, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    i += 2;
  }
  return out;
}

std::optional<std::string> decodeUtf32(std::string_view bytes) {
  if (bytes.size() % 4 != 0) return std::nullopt;
  bool bigEndian = true;
  if (bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4))) bigEndian = false;
  if (!bigEndian || bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4))) bytes.remove_prefix(4);
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 4) {
    uint32_t code = 0;
    for (size_t k = 0; k < 4; ++k) code = code << 8 | byteAt(bytes, i + (bigEndian ? k : 3 - k));
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
    appendCodePoint(out, code);
  }
  return out;
}

}  // namespace

std::optional<Charset> charsetNamed(std::string_view name) {
  static constexpr std::pair<std::string_view, Charset> kCharsets[] = {
      {"US-ASCII", Charset::kAscii}, {"ISO-8859-1", Charset::kLatin1}, {"UTF-8", Charset::kUtf8}, {"UTF-16BE", Charset::kUtf16Be},
      {"UTF-16LE", Charset::kUtf16Le}, {"UTF-16", Charset::kUtf16}, {"UTF-32", Charset::kUtf32}};
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  for (const auto& [known, charset] : kCharsets) {
    if (known == upper) return charset;
  }
  return std::nullopt;
}

size_t validCharacterBytes(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const Front front = frontOf(bytes);
  return front.whole ? front.length : 0;
}

bool isValidUtf8(std::string_view bytes) {
  if (isAscii(bytes)) return true;
  while (!bytes.empty()) {
    const Front front = frontOf(bytes);
    if (!front.whole) return false;
    bytes.remove_prefix(front.length);
  }
  return true;
}

std::string repairedUtf8(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const Front front = frontOf(bytes);
    out += front.whole ? bytes.substr(0, front.length) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(front.length);
  }
  return out;
}

std::optional<std::string> encodeText(std::string_view text, Charset charset) {
  const std::string repaired = isValidUtf8(text) ? std::string() : repairedUtf8(text);
  std::string_view rest = repaired.empty() ? text : std::string_view(repaired);
  if (charset == Charset::kUtf8) return std::string(rest);
  const bool wide = charset == Charset::kUtf16 || charset == Charset::kUtf16Be || charset == Charset::kUtf16Le;
  const bool bigEndian = charset != Charset::kUtf16Le;
  std::string out;
  if (charset == Charset::kUtf16 && !rest.empty()) appendUnit(out, 0xFEFF, 2, true);
  while (!rest.empty()) {
    const uint32_t code = codePointOf(rest);
    rest.remove_prefix(std::min(rest.size(), characterBytes(rest[0])));
    if (charset == Charset::kUtf32) {
      appendUnit(out, code, 4, true);
    } else if (wide && code >= 0x10000) {
      appendUnit(out, 0xD800 + ((code - 0x10000) >> 10), 2, bigEndian);
      appendUnit(out, 0xDC00 + ((code - 0x10000) & 0x3FF), 2, bigEndian);
    } else if (wide) {
      appendUnit(out, code, 2, bigEndian);
    } else if (code < (charset == Charset::kAscii ? 0x80U : 0x100U)) {
      out += static_cast<char>(code);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::string> decodeText(std::string_view bytes, Charset charset) {
  switch (charset) {
    case Charset::kUtf8: return isValidUtf8(bytes) ? std::optional(std::string(bytes)) : std::nullopt;
    case Charset::kAscii: return isAscii(bytes) ? std::optional(std::string(bytes)) : std::nullopt;
    case Charset::kLatin1: {
      std::string out;
      for (const char c : bytes) appendCodePoint(out, static_cast<unsigned char>(c));
      return out;
    }
    case Charset::kUtf16:
      if (bytes.starts_with("\xFF\xFE")) return decodeUtf16(bytes.substr(2), false);
      return decodeUtf16(bytes.starts_with("\xFE\xFF") ? bytes.substr(2) : bytes, true);
    case Charset::kUtf16Be: return decodeUtf16(bytes, true);
    case Charset::kUtf16Le: return decodeUtf16(bytes, false);
    case Charset::kUtf32: return decodeUtf32(bytes);
  }
  return std::nullopt;
}

}  // namespace flint::functions
