#include "records/json_document.h"

#include "base/utf8.h"

namespace flint::records {
namespace {

constexpr int32_t kMostLevels = 1'000;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

int32_t JsonDocument::addNode() {
  nodes_.emplace_back();
  return static_cast<int32_t>(nodes_.size()) - 1;
}

bool JsonDocument::parse(std::string_view text, bool allowTrailing) {
  text_ = text;
  position_ = 0;
  nodes_.clear();
  unescaped_.clear();
  addNode();
  if (!value(0, 1)) return false;
  if (allowTrailing) {
    // Text may follow, but a number has to end.
    const bool isNumber = nodes_[0].kind == Kind::kInteger || nodes_[0].kind == Kind::kFloat;
    return !isNumber || position_ == text_.size() || std::string_view(" \t\n\r").find(text_[position_]) != std::string_view::npos;
  }
  return skipBlanks() && position_ == text_.size();
}

bool JsonDocument::skipBlanksAndComments() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++position_;
    } else if (c == '/' && dialect_.allowComments && position_ + 1 < text_.size()) {
      const bool line = text_[position_ + 1] == '/';
      if (!line && text_[position_ + 1] != '*') return false;
      const size_t end = text_.find(line ? "\n" : "*/", position_ + 2);
      if (end == std::string_view::npos && !line) return false;
      position_ = end == std::string_view::npos ? text_.size() : end + (line ? 1 : 2);
    } else {
      break;
    }
  }
  return true;
}

bool JsonDocument::word(std::string_view word) {
  if (text_.substr(position_, word.size()) != word) return false;
  position_ += word.size();
  if (position_ == text_.size()) return true;
  const char c = text_[position_];
  return !(isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_');
}

bool JsonDocument::value(int32_t index, int32_t depth) {
  if (depth > kMostLevels || !skipBlanks() || position_ >= text_.size()) return false;
  const size_t start = position_;
  bool good = false;
  switch (text_[position_]) {
    case '{': good = object(index, depth); break;
    case '[': good = array(index, depth); break;
    case 'n': good = word("null"); break;
    case 't':
      nodes_[static_cast<size_t>(index)].kind = Kind::kTrue;
      good = word("true");
      break;
    case 'f':
      nodes_[static_cast<size_t>(index)].kind = Kind::kFalse;
      good = word("false");
      break;
    case '"':
    case '\'': {
      std::string_view content;
      good = string(content);
      nodes_[static_cast<size_t>(index)].kind = Kind::kString;
      nodes_[static_cast<size_t>(index)].text = content;
      break;
    }
    default: good = number(nodes_[static_cast<size_t>(index)]);
  }
  nodes_[static_cast<size_t>(index)].raw = text_.substr(start, position_ - start);
  return good;
}

bool JsonDocument::object(int32_t index, int32_t depth) {
  nodes_[static_cast<size_t>(index)].kind = Kind::kObject;
  ++position_;
  int32_t last = -1;
  if (!skipBlanks()) return false;
  if (position_ < text_.size() && text_[position_] == '}') {
    ++position_;
    return true;
  }
  while (true) {
    std::string_view name;
    if (!skipBlanks() || !fieldName(name) || !skipBlanks()) return false;
    if (position_ >= text_.size() || text_[position_++] != ':') return false;
    const int32_t member = addNode();
    nodes_[static_cast<size_t>(member)].name = name;
    (last < 0 ? nodes_[static_cast<size_t>(index)].firstChild : nodes_[static_cast<size_t>(last)].next) = member;
    ++nodes_[static_cast<size_t>(index)].count;
    last = member;
    if (!value(member, depth + 1) || !skipBlanks() || position_ >= text_.size()) return false;
    const char c = text_[position_++];
    if (c == '}') return true;
    if (c != ',') return false;
  }
}

bool JsonDocument::array(int32_t index, int32_t depth) {
  nodes_[static_cast<size_t>(index)].kind = Kind::kArray;
  ++position_;
  int32_t last = -1;
  if (!skipBlanks()) return false;
  if (position_ < text_.size() && text_[position_] == ']') {
    ++position_;
    return true;
  }
  while (true) {
    const int32_t member = addNode();
    (last < 0 ? nodes_[static_cast<size_t>(index)].firstChild : nodes_[static_cast<size_t>(last)].next) = member;
    ++nodes_[static_cast<size_t>(index)].count;
    last = member;
    if (!value(member, depth + 1) || !skipBlanks() || position_ >= text_.size()) return false;
    const char c = text_[position_++];
    if (c == ']') return true;
    if (c != ',') return false;
  }
}

bool JsonDocument::fieldName(std::string_view& name) {
  if (position_ >= text_.size()) return false;
  if (text_[position_] == '"' || text_[position_] == '\'') return string(name);
  if (!dialect_.allowUnquotedFieldNames) return false;
  const size_t start = position_;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    const bool inName = isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80) != 0;
    if (!inName) break;
    ++position_;
  }
  name = text_.substr(start, position_ - start);
  return !name.empty();
}

bool JsonDocument::number(Node& node) {
  const size_t start = position_;
  const auto nonNumeric = [&](std::string_view name) {
    if (!dialect_.allowNonNumericNumbers || !word(name)) return false;
    node.kind = Kind::kFloat;
    node.text = text_.substr(start, position_ - start);
    return true;
  };
  switch (text_[position_]) {
    case 'N': return nonNumeric("NaN");
    case 'I': return nonNumeric(text_.substr(position_, 8) == "Infinity" ? "Infinity" : "INF");
    case '+': return nonNumeric(text_.substr(position_, 9) == "+Infinity" ? "+Infinity" : "+INF");
    default: break;
  }
  if (text_[position_] == '-') {
    if (text_.substr(position_, 2) == "-I") return nonNumeric(text_.substr(position_, 9) == "-Infinity" ? "-Infinity" : "-INF");
    ++position_;
  }
  const size_t digits = position_;
  while (position_ < text_.size() && isDigit(text_[position_])) ++position_;
  if (position_ == digits) return false;
  if (text_[digits] == '0' && position_ > digits + 1 && !dialect_.allowNumericLeadingZeros) return false;
  node.kind = Kind::kInteger;
  if (position_ < text_.size() && text_[position_] == '.') {
    node.kind = Kind::kFloat;
    const size_t fraction = ++position_;
    while (position_ < text_.size() && isDigit(text_[position_])) ++position_;
    if (position_ == fraction) return false;
  }
  if (position_ < text_.size() && (text_[position_] == 'e' || text_[position_] == 'E')) {
    node.kind = Kind::kFloat;
    ++position_;
    if (position_ < text_.size() && (text_[position_] == '+' || text_[position_] == '-')) ++position_;
    const size_t exponent = position_;
    while (position_ < text_.size() && isDigit(text_[position_])) ++position_;
    if (position_ == exponent) return false;
  }
  node.text = text_.substr(start, position_ - start);
  return true;
}

bool JsonDocument::string(std::string_view& content) {
  const char quote = text_[position_];
  if (quote == '\'' && !dialect_.allowSingleQuotes) return false;
  const size_t start = ++position_;
  while (position_ < text_.size() && text_[position_] != quote && text_[position_] != '\\') {
    if (static_cast<unsigned char>(text_[position_]) < 0x20 && !dialect_.allowUnquotedControlChars) return false;
    ++position_;
  }
  if (position_ >= text_.size()) return false;
  if (text_[position_] == quote) {
    content = text_.substr(start, position_++ - start);
    return true;
  }
  std::string& out = unescaped_.emplace_back(text_.substr(start, position_ - start));
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == quote) {
      ++position_;
      content = out;
      return true;
    }
    if (c == '\\') {
      if (!escape(out)) return false;
    } else {
      if (static_cast<unsigned char>(c) < 0x20 && !dialect_.allowUnquotedControlChars) return false;
      out += c;
      ++position_;
    }
  }
  return false;
}

bool JsonDocument::escape(std::string& out) {
  if (position_ + 1 >= text_.size()) return false;
  const auto hex = [&](size_t at, uint32_t& code) {
    code = 0;
    if (at + 4 > text_.size()) return false;
    for (size_t i = 0; i < 4; ++i) {
      const char c = text_[at + i];
      const int digit = isDigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return false;
      code = code << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  };
  const char c = text_[position_ + 1];
  position_ += 2;
  switch (c) {
    case 'n': out += '\n'; return true;
    case 't': out += '\t'; return true;
    case 'r': out += '\r'; return true;
    case 'b': out += '\b'; return true;
    case 'f': out += '\f'; return true;
    case '"':
    case '\\':
    case '/': out += c; return true;
    case 'u': {
      uint32_t code = 0;
      if (!hex(position_, code)) return false;
      position_ += 4;
      uint32_t low = 0;
      if (code >= 0xD800 && code < 0xDC00 && text_.substr(position_, 2) == "\\u" && hex(position_ + 2, low) && low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        position_ += 6;
      } else if (code >= 0xD800 && code < 0xE000) {
        code = '?';  // half of a pair has no UTF-8 form
      }
      appendCodePoint(out, code);
      return true;
    }
    case '\'':
      out += c;
      return dialect_.allowSingleQuotes || dialect_.allowBackslashEscapingAnyCharacter;
    default:
      out += c;
      return dialect_.allowBackslashEscapingAnyCharacter;
  }
}

}  // namespace flint::records
