#include "expr/regex_translation.h"

#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

namespace flint::expr {
namespace {

constexpr std::pair<std::string_view, std::string_view> kPosixClasses[] = {
    {"Lower", "a-z"},  {"Upper", "A-Z"}, {"ASCII", "\\x00-\\x7F"}, {"Alpha", "a-zA-Z"}, {"Digit", "0-9"}, {"Alnum", "a-zA-Z0-9"},
    {"Punct", "!-\\/\\:-@\\[-`{-~"}, {"Graph", "!-~"}, {"Print", " -~"}, {"Blank", " \\t"}, {"Cntrl", "\\x00-\\x1F\\x7F"},
    {"XDigit", "0-9a-fA-F"}, {"Space", " \\t-\\r"}};
constexpr std::pair<std::string_view, std::string_view> kBinaryProperties[] = {
    {"IsAlphabetic", "\\p{L}\\p{Nl}\\p{M}"}, {"IsLetter", "\\p{L}"}, {"IsDigit", "\\p{Nd}"}, {"IsUppercase", "\\p{Lu}"}, {"IsLowercase", "\\p{Ll}"},
    {"IsWhite_Space", "\\s"}, {"IsWhiteSpace", "\\s"}, {"IsPunctuation", "\\p{P}"}, {"IsControl", "\\p{Cc}"}, {"IsTitlecase", "\\p{Lt}"},
    {"javaLowerCase", "\\p{Ll}"}, {"javaUpperCase", "\\p{Lu}"}, {"javaWhitespace", "\\s"}, {"javaLetter", "\\p{L}"}, {"javaDigit", "\\p{Nd}"},
    {"javaLetterOrDigit", "\\p{L}\\p{Nd}"}, {"javaAlphabetic", "\\p{L}\\p{Nl}"}, {"InGreek", "\\x{370}-\\x{3FF}"}, {"InCyrillic", "\\x{400}-\\x{4FF}"},
    {"InBasicLatin", "\\x00-\\x7F"}, {"InBasic_Latin", "\\x00-\\x7F"}};

// What stands inside a class for a property's name; "" when PCRE2 knows the name itself, with `name` then in its spelling.
std::string_view membersOf(std::string& name) {
  for (const auto& [known, members] : kPosixClasses) {
    if (known == name) return members;
  }
  for (const auto& [known, members] : kBinaryProperties) {
    if (known == name) return members;
  }
  for (const std::string_view prefix : {"Is", "script=", "sc=", "general_category=", "gc="}) {
    if (name.starts_with(prefix) && name.size() > prefix.size()) {
      name.erase(0, prefix.size());
      return {};
    }
  }
  return {};
}

class Translator {
 public:
  explicit Translator(std::string_view in) : in_(in) {}

  TranslatedPattern run() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        out_ += escape(false);
      } else if (c == '[') {
        ++at_;
        out_ += characterClass();
      } else if (c == '(' && in_.substr(at_).starts_with("(?")) {
        flags();
      } else if (c == '{') {
        repetition();
      } else {
        out_ += c;
        ++at_;
      }
    }
    return {std::move(out_), unicode_};
  }

 private:
  static std::string codePoint(uint32_t code) {
    char text[16];
    std::snprintf(text, sizeof(text), "\\x{%X}", code);
    return text;
  }
  bool hexDigits(size_t from, size_t count, uint32_t& value) const {
    value = 0;
    if (from + count > in_.size()) return false;
    for (size_t i = from; i < from + count; ++i) {
      const char c = in_[i];
      const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
      if (digit < 0) return false;
      value = value * 16 + static_cast<uint32_t>(digit);
    }
    return true;
  }

  // Reads `{n}`, `{n,}` or `{n,m}`. Other braces are plain text to PCRE2, but an error in Java: a group that stays open is one too.
  void repetition() {
    size_t end = at_ + 1;
    const auto skipDigits = [&] {
      const size_t from = end;
      while (end < in_.size() && in_[end] >= '0' && in_[end] <= '9') ++end;
      return end > from;
    };
    const bool counts = skipDigits();
    if (counts && end < in_.size() && in_[end] == ',') {
      ++end;
      skipDigits();
    }
    if (!counts || end >= in_.size() || in_[end] != '}') {
      out_ += '(';
      at_ = in_.size();
      return;
    }
    // Java repeats places, nothing at all, and what is repeated already.
    const char before = at_ == 0 ? '\0' : in_[at_ - 1];
    const bool escaped = at_ > 1 && in_[at_ - 2] == '\\';
    if (at_ == 0 || (!escaped && (before == '(' || before == '|'))) {
      out_ += "(?:)";
    } else if (!escaped && (before == '^' || before == '$')) {
      out_.back() = '(';
      out_ += std::string("?:") + before + ')';
    }
    out_ += in_.substr(at_, end + 1 - at_);
    at_ = end + 1;
  }

  // Reads an escape; inside a class, what belongs between brackets is given.
  std::string escape(bool inClass) {
    if (at_ + 1 >= in_.size()) {
      at_ = in_.size();
      return "\\";
    }
    const char letter = in_[at_ + 1];
    const size_t begin = at_;
    at_ += 2;
    if (letter == 'Q') {
      const size_t end = in_.find("\\E", at_);
      const std::string_view quoted = in_.substr(at_, end == std::string_view::npos ? std::string_view::npos : end - at_);
      at_ = end == std::string_view::npos ? in_.size() : end + 2;
      std::string out;
      for (const char c : quoted) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0 || c == '\n';
        if (!plain) out += '\\';
        out += c;
      }
      return out;
    }
    if (letter == 'p' || letter == 'P') return property(letter == 'P', inClass);
    uint32_t code = 0;
    if (letter == 'u' && hexDigits(at_, 4, code)) {
      at_ += 4;
      uint32_t low = 0;
      if (code >= 0xD800 && code < 0xDC00 && in_.substr(at_).starts_with("\\u") && hexDigits(at_ + 2, 4, low) && low >= 0xDC00 && low < 0xE000) {
        at_ += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      }
      return codePoint(code);
    }
    if (letter == '0') {
      size_t digits = 0;
      while (digits < 3 && at_ < in_.size() && in_[at_] >= '0' && in_[at_] <= '7' && code * 8 + static_cast<uint32_t>(in_[at_] - '0') <= 255) {
        code = code * 8 + static_cast<uint32_t>(in_[at_++] - '0');
        ++digits;
      }
      return codePoint(code);
    }
    if (letter == 'x' || letter == 'k' || letter == 'N') {
      const size_t close = at_ < in_.size() && (in_[at_] == '{' || in_[at_] == '<') ? in_.find(in_[at_] == '{' ? '}' : '>', at_) : std::string_view::npos;
      if (close != std::string_view::npos) at_ = close + 1;
    }
    return std::string(in_.substr(begin, at_ - begin));
  }

  std::string property(bool negated, bool inClass) {
    std::string name;
    if (at_ < in_.size() && in_[at_] == '{') {
      const size_t close = in_.find('}', at_);
      if (close == std::string_view::npos) return "\\p";
      name = std::string(in_.substr(at_ + 1, close - at_ - 1));
      at_ = close + 1;
    } else if (at_ < in_.size()) {
      name = std::string(1, in_[at_++]);
    }
    const std::string_view members = membersOf(name);
    if (members.empty()) return std::string(negated ? "\\P{" : "\\p{") + name + "}";
    if (inClass && !negated) return std::string(members);
    std::string made = std::string(negated ? "[^" : "[") + std::string(members) + "]";
    if (!inClass) return made;
    nested_->push_back(std::move(made));
    return {};
  }

  // Behind '[': a class, with nested classes as alternatives and && as lookaheads.
  std::string characterClass() {
    const bool negated = at_ < in_.size() && in_[at_] == '^';
    if (negated) ++at_;
    std::vector<std::string> operands;
    std::string plain;
    std::vector<std::string> nested;
    std::vector<std::string>* const outer = std::exchange(nested_, &nested);
    const auto finish = [&] {
      if (!plain.empty()) nested.insert(nested.begin(), "[" + plain + "]");
      std::string joined;
      for (const std::string& part : nested) joined += (joined.empty() ? "" : "|") + part;
      if (!nested.empty()) operands.push_back(nested.size() == 1 ? joined : "(?:" + joined + ")");
      plain.clear();
      nested.clear();
    };
    bool closed = false;
    bool first = true;
    std::string lastPlain;
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == ']' && !first) {
        ++at_;
        closed = true;
        break;
      }
      first = false;
      if (c == '\\') {
        nested_ = &nested;
        plain += escape(true);
      } else if (c == '[') {
        ++at_;
        std::string inner = characterClass();
        nested_ = &nested;
        nested.push_back(std::move(inner));
      } else if (in_.substr(at_).starts_with("&&")) {
        at_ += 2;
        lastPlain = plain;
        finish();
      } else {
        if (c == ':' || c == ']') plain += '\\';
        plain += c;
        ++at_;
      }
    }
    lastPlain = plain;
    const bool simple = operands.empty() && nested.empty();
    finish();
    nested_ = outer;
    if (!closed || operands.empty()) return "[" + std::string(negated ? "^" : "") + lastPlain + (closed ? "]" : "");
    if (simple) return std::string(negated ? "[^" : "[") + lastPlain + "]";
    std::string both;
    for (size_t i = 1; i < operands.size(); ++i) both += "(?=" + operands[i] + ")";
    both += operands[0];
    if (negated) return "(?:(?!" + both + ")(?s:.))";
    return "(?:" + both + ")";
  }

  // "(?": flags without those that PCRE2 lacks; other groups as they are.
  void flags() {
    size_t end = at_ + 2;
    std::string kept;
    bool off = false;
    while (end < in_.size() && (((in_[end] | 32) >= 'a' && (in_[end] | 32) <= 'z') || in_[end] == '-')) {
      const char c = in_[end++];
      if (c == '-') off = true;
      if (c == 'U' && !off) unicode_ = true;
      if (c != 'u' && c != 'U' && c != 'd') kept += c;
    }
    const bool areFlags = end > at_ + 2 && end < in_.size() && (in_[end] == ')' || in_[end] == ':') && kept.find_first_not_of("imsx-") == std::string::npos;
    if (!areFlags) {
      out_ += "(?";
      at_ += 2;
      // Names and comments are letters, not classes.
      return;
    }
    if (kept == "-") kept.clear();
    if (!kept.empty() || in_[end] == ':') out_ += "(?" + kept + in_[end];
    at_ = end + 1;
  }

  const std::string_view in_;
  size_t at_ = 0;
  std::string out_;
  bool unicode_ = false;
  std::vector<std::string> unused_;
  std::vector<std::string>* nested_ = &unused_;
};

}  // namespace

TranslatedPattern translatePattern(std::string_view java) { return Translator(java).run(); }

}  // namespace flint::expr
