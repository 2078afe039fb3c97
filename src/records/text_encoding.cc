#include "records/text_encoding.h"

#include <cstdint>

namespace flint::records {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

void appendUtf8(uint32_t code, std::string& out) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = kReplacement;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Units of a fixed number of bytes.
class Units {
 public:
  Units(std::string_view bytes, size_t width, bool bigEndian) : bytes_(bytes), width_(width), bigEndian_(bigEndian) {}
  size_t count() const { return bytes_.size() / width_; }
  bool hasRest() const { return bytes_.size() % width_ != 0; }
  uint32_t operator[](size_t i) const {
    uint32_t unit = 0;
    for (size_t byte = 0; byte < width_; ++byte) {
      const size_t at = i * width_ + (bigEndian_ ? byte : width_ - 1 - byte);
      unit = unit << 8 | static_cast<unsigned char>(bytes_[at]);
    }
    return unit;
  }

 private:
  std::string_view bytes_;
  size_t width_;
  bool bigEndian_;
};

std::string decoded(const Units& units, bool withSurrogates) {
  std::string out;
  for (size_t i = 0; i < units.count(); ++i) {
    uint32_t code = units[i];
    const bool high = withSurrogates && code >= 0xD800 && code <= 0xDBFF && i + 1 < units.count();
    if (high && units[i + 1] >= 0xDC00 && units[i + 1] <= 0xDFFF) {
      code = 0x10000 + ((code - 0xD800) << 10) + (units[i + 1] - 0xDC00);
      ++i;
    }
    appendUtf8(code, out);
  }
  if (units.hasRest()) appendUtf8(kReplacement, out);
  return out;
}

}  // namespace

std::optional<std::string> toUtf8(std::string_view bytes, std::string_view encoding) {
  std::string name;
  for (const char c : encoding) {
    if (c != '-' && c != '_') name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  if (name == "ISO88591" || name == "LATIN1" || name == "USASCII" || name == "ASCII") {
    std::string out;
    for (const char c : bytes) appendUtf8(static_cast<unsigned char>(c), out);
    return out;
  }
  const bool wide = name.starts_with("UTF32");
  if (!wide && !name.starts_with("UTF16")) return std::nullopt;
  const std::string_view order = std::string_view(name).substr(5);
  bool bigEndian = order != "LE";
  if (order.empty() && !wide && bytes.starts_with("\xFF\xFE")) bigEndian = false;
  if (order.empty() && wide && bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4))) bigEndian = false;
  return decoded(Units(bytes, wide ? 4 : 2, bigEndian), !wide);
}

}  // namespace flint::records
