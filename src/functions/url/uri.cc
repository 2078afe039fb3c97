#include "functions/url/uri.h"

#include <array>
#include <cstdint>

namespace flint::functions {
namespace {

// Sets of characters.
enum Set : uint8_t {
  kAlpha = 1,
  kDigit = 2,
  kUnreservedMark = 4,   // _-!.~'()*
  kUriMark = 8,          // ;/?:@&=+$,[]
  kPathMark = 16,        // :@&=+$,;/
  kUserMark = 32,        // ;:&=+$,
  kRegistryMark = 64,    // $,;:@&=+
  kServerMark = 128,     // .:@[]- and those of user information
};

constexpr std::array<uint8_t, 256> makeSets() {
  std::array<uint8_t, 256> sets{};
  for (int c = 'a'; c <= 'z'; ++c) sets[static_cast<size_t>(c)] = sets[static_cast<size_t>(c - 32)] = kAlpha;
  for (int c = '0'; c <= '9'; ++c) sets[static_cast<size_t>(c)] = kDigit;
  const auto add = [&](std::string_view characters, int set) {
    for (const char c : characters) sets[static_cast<unsigned char>(c)] = static_cast<uint8_t>(sets[static_cast<unsigned char>(c)] | set);
  };
  add("_-!.~'()*", kUnreservedMark);
  add(";/?:@&=+$,[]", kUriMark);
  add(":@&=+$,;/", kPathMark);
  add(";:&=+$,", kUserMark | kServerMark);
  add("$,;:@&=+", kRegistryMark);
  add(".:@[]-", kServerMark);
  return sets;
}
constexpr std::array<uint8_t, 256> kSets = makeSets();
constexpr int kAlnum = kAlpha | kDigit;
constexpr int kUnreserved = kAlnum | kUnreservedMark;

bool isHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool has(char c, int set) { return (kSets[static_cast<unsigned char>(c)] & set) != 0; }

class UriParser {
 public:
  explicit UriParser(std::string_view text) : text_(text) {}

  bool parse(Uri& uri) {
    const size_t colon = scan(0, text_.size(), "/?#:");
    size_t at = 0;
    if (colon < text_.size() && text_[colon] == ':') {
      if (colon == 0 || !has(text_[0], kAlpha)) return false;
      for (size_t i = 1; i < colon; ++i) {
        if (!has(text_[i], kAlnum) && text_[i] != '+' && text_[i] != '-' && text_[i] != '.') return false;
      }
      uri.scheme = text_.substr(0, colon);
      at = colon + 1;
      if (at < text_.size() && text_[at] == '/') {
        if (!hierarchical(at, uri)) return false;
      } else {
        const size_t end = scan(at, text_.size(), "#");
        if (end <= at || !legal(at, end, kUnreserved | kUriMark)) return false;
        at = end;
      }
    } else if (!hierarchical(at, uri)) {
      return false;
    }
    if (at < text_.size() && text_[at] == '#') {
      if (!legal(at + 1, text_.size(), kUnreserved | kUriMark)) return false;
      uri.fragment = text_.substr(at + 1);
      at = text_.size();
    }
    return at == text_.size();
  }

 private:
  size_t scan(size_t from, size_t to, std::string_view ends) const {
    while (from < to && ends.find(text_[from]) == std::string_view::npos) ++from;
    return from;
  }
  // The end of the run of characters of the set, escapes (%41) and characters beyond ASCII that are no blanks or controls.
  size_t scanLegal(size_t at, size_t to, int set, bool percent = false) const {
    while (at < to) {
      const auto c = static_cast<unsigned char>(text_[at]);
      if (has(text_[at], set)) {
        ++at;
      } else if (c == '%' && at + 2 < to && isHex(text_[at + 1]) && isHex(text_[at + 2])) {
        at += 3;
      } else if (c == '%' && percent) {
        ++at;
      } else if (c >= 0x80) {
        const size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        const std::string_view symbol = text_.substr(at, length);
        const bool isControl = length == 2 && c == 0xC2 && symbol.size() == 2 && static_cast<unsigned char>(symbol[1]) <= 0xA0;
        const bool isSpace = symbol == "\u1680" || symbol == "\u2028" || symbol == "\u2029" || symbol == "\u202F" || symbol == "\u205F" || symbol == "\u3000" ||
                             (symbol >= "\u2000" && symbol <= "\u200A");
        if (isControl || isSpace) return at;
        at += length;
      } else {
        return at;
      }
    }
    return to;
  }
  bool legal(size_t from, size_t to, int set) const { return scanLegal(from, to, set) == to; }

  bool hierarchical(size_t& at, Uri& uri) {
    const size_t size = text_.size();
    if (text_.substr(at, 2) == "//") {
      at += 2;
      const size_t end = scan(at, size, "/?#");
      if (end > at) {
        if (!authority(at, end, uri)) return false;
        at = end;
      } else if (end >= size) {
        return false;
      }
    }
    const size_t end = scan(at, size, "?#");
    if (!legal(at, end, kUnreserved | kPathMark)) return false;
    uri.path = text_.substr(at, end - at);
    at = end;
    if (at < size && text_[at] == '?') {
      const size_t last = scan(++at, size, "#");
      if (!legal(at, last, kUnreserved | kUriMark)) return false;
      uri.query = text_.substr(at, last - at);
      at = last;
    }
    return true;
  }

  bool authority(size_t from, size_t to, Uri& uri) {
    const bool isLiteral = scan(from, to, "]") < to;
    const bool isServer = scanLegal(from, to, kUnreserved | kServerMark, isLiteral) == to;
    const bool isRegistry = legal(from, to, kUnreserved | kRegistryMark);
    uri.authority = text_.substr(from, to - from);
    if (isServer && server(from, to, uri)) return true;
    uri.userInfo = {};
    uri.host = {};
    return isRegistry;
  }

  bool server(size_t at, size_t to, Uri& uri) {
    const size_t sign = scan(at, to, "/?#@");
    if (sign < to && text_[sign] == '@') {
      if (!legal(at, sign, kUnreserved | kUserMark)) return false;
      uri.userInfo = text_.substr(at, sign - at);
      at = sign + 1;
    }
    if (at < to && text_[at] == '[') {
      const size_t end = scan(at, to, "/?#]");
      if (end >= to || text_[end] != ']' || !isIpv6(text_.substr(at + 1, end - at - 1))) return false;
      uri.host = text_.substr(at, end + 1 - at);
      at = end + 1;
    } else {
      const size_t end = ipv4(at, to);
      const size_t last = end > at ? end : hostname(at, to);
      if (last <= at) return false;
      uri.host = text_.substr(at, last - at);
      at = last;
    }
    if (at < to && text_[at] == ':') {
      ++at;
      const size_t start = at;
      while (at < to && has(text_[at], kDigit)) ++at;
      if (at - start > 10 || (at - start == 10 && text_.substr(start, 10) > "2147483647")) return false;
    }
    return at == to;
  }

  // The end of four numbers up to 255 that make all of the host; `at` for anything else.
  size_t ipv4(size_t at, size_t to) const {
    size_t i = at;
    for (int part = 0; part < 4; ++part) {
      if (part > 0 && (i >= to || text_[i++] != '.')) return at;
      const size_t start = i;
      int number = 0;
      while (i < to && has(text_[i], kDigit) && i - start < 4) number = number * 10 + (text_[i++] - '0');
      if (i == start || number > 255) return at;
    }
    return i == to || text_[i] == ':' ? i : at;
  }

  // Labels of letters, digits and inner dashes; the last one starts with a letter. `at` for anything else.
  size_t hostname(size_t at, size_t to) const {
    size_t i = at;
    size_t lastLabel = to;
    while (i < to && has(text_[i], kAlnum)) {
      lastLabel = i;
      while (i < to && (has(text_[i], kAlnum) || text_[i] == '-')) ++i;
      if (text_[i - 1] == '-') return at;
      if (i >= to || text_[i] != '.') break;
      ++i;
    }
    if (lastLabel == to || (i < to && text_[i] != ':')) return at;
    return lastLabel > at && !has(text_[lastLabel], kAlpha) ? at : i;
  }

  bool isIpv6(std::string_view text) const {
    const size_t scope = text.find('%');
    if (scope != std::string_view::npos) {
      if (scope + 1 == text.size()) return false;
      for (const char c : text.substr(scope + 1)) {
        if (!has(c, kAlnum) && c != '_' && c != '.' && c != ':' && c != '-') return false;
      }
      text = text.substr(0, scope);
    }
    int groups = 0;
    bool compressed = false;
    size_t i = 0;
    if (text.substr(0, 2) == "::") {
      compressed = true;
      i = 2;
    } else if (text.empty() || text[0] == ':') {
      return false;
    }
    while (i < text.size()) {
      const size_t start = i;
      while (i < text.size() && isHex(text[i])) ++i;
      if (i < text.size() && text[i] == '.') {
        const UriParser address(text.substr(start));
        if (address.ipv4(0, text.size() - start) != text.size() - start) return false;
        groups += 2;
        i = text.size();
        break;
      }
      if (i == start || i - start > 4) return false;
      ++groups;
      if (i == text.size()) break;
      if (text[i++] != ':' || i == text.size()) return false;
      if (text[i] == ':') {
        if (compressed) return false;
        compressed = true;
        if (++i == text.size()) break;
      }
    }
    return compressed ? groups <= 7 : groups == 8;
  }

  const std::string_view text_;
};

}  // namespace

std::optional<Uri> Uri::parse(std::string_view text) {
  Uri uri;
  if (text.empty() || !UriParser(text).parse(uri)) return std::nullopt;
  return uri;
}

}  // namespace flint::functions
