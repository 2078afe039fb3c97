#include "records/xml_document.h"

#include <cstdint>

#include "base/utf8.h"

namespace flint::records {
namespace {

constexpr int kMostLevels = 500;

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool isNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (c & 0x80) != 0; }
bool isName(char c) { return isNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

class XmlParser {
 public:
  explicit XmlParser(std::string_view text) : text_(text) {}

  bool parse(XmlElement& root) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    while (true) {
      skipBlanks();
      if (accept("<?")) {
        if (!skipPast("?>")) return false;
      } else if (accept("<!--")) {
        if (!skipPast("-->")) return false;
      } else if (accept("<!DOCTYPE")) {
        if (!skipDoctype()) return false;
      } else {
        return accept("<") && element(root, 1);
      }
    }
  }

 private:
  void skipBlanks() {
    while (at_ < text_.size() && isBlank(text_[at_])) ++at_;
  }
  bool accept(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  bool skipPast(std::string_view end) {
    const size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) return false;
    at_ = found + end.size();
    return true;
  }
  bool skipDoctype() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        at_ = text_.find(c, at_ + 1);
        if (at_ == std::string_view::npos) return false;
      } else if (c == '[') {
        ++depth;
      } else if (c == ']') {
        --depth;
      } else if (c == '>' && depth == 0) {
        ++at_;
        return true;
      }
    }
    return false;
  }
  bool name(std::string& out) {
    const size_t start = at_;
    if (at_ >= text_.size() || !isNameStart(text_[at_])) return false;
    while (at_ < text_.size() && isName(text_[at_])) ++at_;
    out = text_.substr(start, at_ - start);
    return true;
  }
  // "&lt;", "&#233;", "&#xE9;"; the ampersand is still to be read.
  bool reference(std::string& out) {
    const size_t end = text_.find(';', at_);
    if (end == std::string_view::npos || end - at_ > 12) return false;
    const std::string_view body = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (body == "lt") out += '<';
    else if (body == "gt") out += '>';
    else if (body == "amp") out += '&';
    else if (body == "apos") out += '\'';
    else if (body == "quot") out += '"';
    else if (body.size() > 1 && body[0] == '#') return character(body.substr(1), out);
    else return false;
    return true;
  }
  static bool character(std::string_view digits, std::string& out) {
    const bool isHex = digits[0] == 'x';
    if (isHex) digits.remove_prefix(1);
    uint32_t code = 0;
    for (const char c : digits) {
      const int digit = c >= '0' && c <= '9' ? c - '0' : isHex && c >= 'a' && c <= 'f' ? c - 'a' + 10 : isHex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return false;
      code = code * (isHex ? 16 : 10) + static_cast<uint32_t>(digit);
      if (code > 0x10FFFF) return false;
    }
    if (digits.empty() || code == 0 || (code >= 0xD800 && code < 0xE000)) return false;
    appendCodePoint(out, code);
    return true;
  }
  bool attribute(XmlElement& element) {
    std::pair<std::string, std::string> entry;
    if (!name(entry.first)) return false;
    skipBlanks();
    if (!accept("=")) return false;
    skipBlanks();
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '<') return false;
      if (text_[at_] == '&') {
        if (!reference(entry.second)) return false;
      } else {
        entry.second += isBlank(text_[at_]) ? ' ' : text_[at_];
        ++at_;
      }
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    for (const auto& other : element.attributes) {
      if (other.first == entry.first) return false;
    }
    element.attributes.push_back(std::move(entry));
    return true;
  }
  // Behind the "<" of its start tag.
  bool element(XmlElement& out, int depth) {
    if (depth > kMostLevels || !name(out.name)) return false;
    while (true) {
      const bool hasBlank = at_ < text_.size() && isBlank(text_[at_]);
      skipBlanks();
      if (accept("/>")) return true;
      if (accept(">")) break;
      if (!hasBlank || !attribute(out)) return false;
    }
    const size_t start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '&') {
        if (!reference(out.text)) return false;
      } else if (c != '<') {
        out.text += c;
        ++at_;
      } else if (accept("</")) {
        out.inner = text_.substr(start, at_ - 2 - start);
        std::string end;
        if (!name(end) || end != out.name) return false;
        skipBlanks();
        return accept(">");
      } else if (accept("<!--")) {
        if (!skipPast("-->")) return false;
      } else if (accept("<![CDATA[")) {
        const size_t from = at_;
        if (!skipPast("]]>")) return false;
        out.text += text_.substr(from, at_ - 3 - from);
      } else if (accept("<?")) {
        if (!skipPast("?>")) return false;
      } else {
        ++at_;
        if (!element(out.children.emplace_back(), depth + 1)) return false;
      }
    }
    return false;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

bool parseXml(std::string_view text, XmlElement& root) {
  root = {};
  return XmlParser(text).parse(root);
}

}  // namespace flint::records
