#include "parser/lexer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash.h"
#include "base/utf8.h"

namespace flint::parser {
namespace {

using enum TokenType;

struct KeywordEntry {
  std::string_view word;
  KeywordKind kind;
};

constexpr auto kFree = KeywordKind::kFree;
constexpr auto kStrict = KeywordKind::kStrict;
constexpr auto kReserved = KeywordKind::kReserved;
constexpr KeywordEntry kKeywords[] = {
#define KEYWORD(name, word, kind) {word, kind},
#include "parser/keywords.inc"
#undef KEYWORD
};
constexpr size_t kNumKeywords = sizeof(kKeywords) / sizeof(kKeywords[0]);
constexpr size_t kLongestKeyword = 20;

uint32_t hashWord(const char* word, size_t length) {
  uint32_t hash = 2'166'136'261U;
  for (size_t i = 0; i < length; ++i) hash = (hash ^ static_cast<unsigned char>(word[i])) * 16'777'619U;
  return hash ^ (hash >> 15);
}

// Open addressing over the keywords; 0 marks a free slot.
struct KeywordTable {
  std::array<uint16_t, 2'048> slots{};
  KeywordTable() {
    for (size_t i = 0; i < kNumKeywords; ++i) {
      size_t slot = hashWord(kKeywords[i].word.data(), kKeywords[i].word.size()) % slots.size();
      while (slots[slot] != 0) slot = (slot + 1) % slots.size();
      slots[slot] = static_cast<uint16_t>(i + 1);
    }
  }
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Bytes of characters beyond ASCII count as letters.
bool isWordCharacter(char c) { return isLetter(c) || isDigit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

class Lexer {
 public:
  Lexer(std::string_view sql, bool doubleQuotedIdentifiers, bool singleCharacterPipe)
      : sql_(sql), doubleQuotedIdentifiers_(doubleQuotedIdentifiers), singleCharacterPipe_(singleCharacterPipe) {}

  std::vector<Token> run() {
    tokens_.reserve(sql_.size() / 5 + 2);
    while (true) {
      const bool space = skipBlanks();
      Token token;
      token.spaceBefore = space;
      token.start = static_cast<uint32_t>(position_);
      token.index = static_cast<uint32_t>(index_);
      token.line = line_;
      token.column = static_cast<uint32_t>(index_ - lineIndex_);
      size_t end = position_;
      token.type = position_ < sql_.size() ? scan(end) : kEndOfInput;
      advance(end);
      token.end = static_cast<uint32_t>(end);
      token.stopIndex = static_cast<uint32_t>(index_ == token.index ? index_ : index_ - 1);
      tokens_.push_back(token);
      if (token.type != kEndOfInput) continue;
      if (singleCharacterPipe_) markPipes();
      return std::move(tokens_);
    }
  }

 private:
  // A single | is a pipe where the word behind it starts an operator of the pipe syntax: one that names nothing, or one that more words follow.
  void markPipes() {
    constexpr TokenType kAlways[] = {kSelect, kWhere, kUnion, kExcept, kIntersect, kOrder, kInner, kCross, kNatural, kPivot, kUnpivot, kTablesample};
    constexpr TokenType kBeforeWords[] = {kExtend, kAggregate, kSet, kDrop, kAs, kLimit, kOffset, kSort, kCluster, kDistribute, kLeft, kRight, kFull, kJoin, kMinus};
    const auto isIn = [](TokenType type, const auto& types) { return std::find(std::begin(types), std::end(types), type) != std::end(types); };
    for (size_t i = 0; i + 2 < tokens_.size(); ++i) {
      if (tokens_[i].type != kBar) continue;
      const TokenType next = tokens_[i + 1].type;
      const TokenType behind = tokens_[i + 2].type;
      const bool word = behind >= kQuotedIdentifier || behind == kIntegerNumber || behind == kStringText;
      if (isIn(next, kAlways) || (isIn(next, kBeforeWords) && word && behind != kFrom && behind != kEnd && behind != kAs)) tokens_[i].type = kPipe;
    }
  }

  char at(size_t position) const { return position < sql_.size() ? sql_[position] : '\0'; }

  // Moves on to `end`, counting lines and code points.
  void advance(size_t end) {
    for (; position_ < end; ++position_) {
      const char c = sql_[position_];
      if (!isContinuation(c)) ++index_;
      if (c == '\n') {
        ++line_;
        lineIndex_ = index_;
      }
    }
  }

  bool skipBlanks() {
    const size_t from = position_;
    while (position_ < sql_.size()) {
      const char c = sql_[position_];
      size_t end = position_;
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        end = position_ + 1;
      } else if (c == '-' && at(position_ + 1) == '-') {
        end = position_ + 2;
        while (end < sql_.size() && sql_[end] != '\n' && sql_[end] != '\r') {
          if (sql_[end] == '\\' && at(end + 1) == '\n') ++end;
          ++end;
        }
      } else if (c == '/' && at(position_ + 1) == '*' && at(position_ + 2) != '+') {
        end = endOfComment();
        if (end == std::string_view::npos) break;
      } else if (blankLength(position_) > 0) {
        end = position_ + blankLength(position_);
      } else {
        break;
      }
      advance(end);
    }
    return position_ > from;
  }

  // Bytes of a blank beyond ASCII (no-break space, ideographic space, ...); 0 for anything else.
  size_t blankLength(size_t position) const {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(at(position + i)); };
    if (byte(0) == 0xC2 && (byte(1) == 0xA0 || byte(1) == 0x85)) return 2;
    if (byte(0) == 0xE2 && byte(1) == 0x80 && ((byte(2) >= 0x80 && byte(2) <= 0x8A) || byte(2) == 0xA8 || byte(2) == 0xA9 || byte(2) == 0xAF)) return 3;
    if (byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) == 0x9F) return 3;
    if (byte(0) == 0xE3 && byte(1) == 0x80 && byte(2) == 0x80) return 3;
    return byte(0) == 0x0B || byte(0) == 0x0C ? 1 : 0;
  }

  // Behind the comment that starts here, nested ones included; npos when it has no end.
  size_t endOfComment() const {
    size_t depth = 0;
    for (size_t i = position_; i + 1 < sql_.size();) {
      if (sql_[i] == '/' && sql_[i + 1] == '*') {
        ++depth;
        i += 2;
      } else if (sql_[i] == '*' && sql_[i + 1] == '/') {
        i += 2;
        if (--depth == 0) return i;
      } else {
        ++i;
      }
    }
    return std::string_view::npos;
  }

  TokenType scan(size_t& end) {
    const char c = sql_[position_];
    const char next = at(position_ + 1);
    if (c == '\'' || c == '"') return scanQuoted(position_, end);
    if ((c == 'r' || c == 'R') && (next == '\'' || next == '"')) return scanQuoted(position_ + 1, end);
    if (c == '`') return scanBackQuoted(end);
    if (c == '$') return scanDollarText(end);
    if (isDigit(c) || (c == '.' && isDigit(next) && !followsName())) return scanNumber(end);
    if (isWordCharacter(c)) return scanWord(end);
    return scanSymbol(c, next, end);
  }

  // Whether a dot here continues a name: a.1b
  bool followsName() const {
    if (tokens_.empty() || tokens_.back().end != position_) return false;
    const TokenType last = tokens_.back().type;
    return last == kQuotedIdentifier || last >= kWord;
  }

  TokenType scanQuoted(size_t open, size_t& end) {
    const char quote = sql_[open];
    const bool raw = open > position_;
    const bool identifier = quote == '"' && doubleQuotedIdentifiers_ && !raw;
    for (size_t i = open + 1; i < sql_.size(); ++i) {
      if (sql_[i] == '\\' && !raw && !identifier) {
        ++i;
      } else if (sql_[i] == quote) {
        if (at(i + 1) == quote && !raw) {
          ++i;
          continue;
        }
        end = i + 1;
        return identifier ? kQuotedIdentifier : kStringText;
      }
    }
    end = open + 1;
    return kUnrecognized;
  }

  // $tag$ up to the next $tag$; the tag has letters only, or is empty.
  TokenType scanDollarText(size_t& end) {
    end = position_ + 1;
    while ((at(end) | 0x20) >= 'a' && (at(end) | 0x20) <= 'z') ++end;
    if (at(end) != '$') {
      end = position_ + 1;
      return kUnrecognized;
    }
    ++end;
    const std::string_view tag = sql_.substr(position_, end - position_);
    const size_t close = sql_.find(tag, end);
    if (close == std::string_view::npos) return kUnrecognized;
    end = close + tag.size();
    return kDollarText;
  }

  TokenType scanBackQuoted(size_t& end) {
    for (size_t i = position_ + 1; i < sql_.size(); ++i) {
      if (sql_[i] != '`') continue;
      if (at(i + 1) == '`') {
        ++i;
        continue;
      }
      end = i + 1;
      return kQuotedIdentifier;
    }
    end = position_ + 1;
    return kUnrecognized;
  }

  TokenType scanWord(size_t& end) {
    end = position_;
    while (end < sql_.size() && isWordCharacter(sql_[end]) && blankLength(end) == 0) ++end;
    // s3://bucket/path
    if (at(end) == ':' && at(end + 1) == '/' && at(end + 2) == '/') {
      end += 3;
      while (end < sql_.size() && (isWordCharacter(sql_[end]) || std::strchr("/-.?=&#%", sql_[end]) != nullptr)) ++end;
      return kWord;
    }
    return findKeyword(sql_.substr(position_, end - position_));
  }

  TokenType scanNumber(size_t& end) {
    size_t i = position_;
    while (isDigit(at(i))) ++i;
    const size_t integerEnd = i;
    bool hasDot = false;
    if (at(i) == '.') {
      hasDot = true;
      ++i;
      while (isDigit(at(i))) ++i;
    }
    bool hasExponent = false;
    if (at(i) == 'e' || at(i) == 'E') {
      size_t j = i + 1;
      if (at(j) == '+' || at(j) == '-') ++j;
      if (isDigit(at(j))) {
        hasExponent = true;
        while (isDigit(at(j))) ++j;
        i = j;
      }
    }
    TokenType type = hasExponent ? kExponentNumber : hasDot ? kDecimalNumber : kIntegerNumber;
    size_t suffixed = i;
    const char suffix = static_cast<char>(at(i) | 0x20);
    if (suffix == 'd') {
      type = kDoubleNumber;
      suffixed = i + 1;
    } else if (suffix == 'f') {
      type = kFloatNumber;
      suffixed = i + 1;
    } else if (suffix == 'b' && (at(i + 1) | 0x20) == 'd') {
      type = kBigDecimalNumber;
      suffixed = i + 2;
    } else if (!hasDot && !hasExponent && (suffix == 'l' || suffix == 's' || suffix == 'y')) {
      type = suffix == 'l' ? kBigintNumber : suffix == 's' ? kSmallintNumber : kTinyintNumber;
      suffixed = i + 1;
    }
    if (!isWordCharacter(at(suffixed))) {
      end = suffixed;
      return type;
    }
    if (sql_[position_] == '.') {
      end = position_ + 1;
      return kDot;
    }
    // Digits that go on as a word are a name: 1st, 2_days.
    if (isWordCharacter(at(integerEnd))) return scanWord(end);
    end = integerEnd;
    return kIntegerNumber;
  }

  TokenType scanSymbol(char c, char next, size_t& end) {
    const char third = at(position_ + 2);
    const auto take = [&](size_t length, TokenType type) {
      end = position_ + length;
      return type;
    };
    switch (c) {
      case ',': return take(1, kComma);
      case '.': return take(1, kDot);
      case '(': return take(1, kLeftParen);
      case ')': return take(1, kRightParen);
      case '[': return take(1, kLeftBracket);
      case ']': return take(1, kRightBracket);
      case ';': return take(1, kSemicolon);
      case '*': return next == '/' ? take(2, kHintEnd) : take(1, kStar);
      case '+': return take(1, kPlus);
      case '-': return next == '>' ? take(2, kArrow) : take(1, kDash);
      case '/':
        if (next == '*' && third == '+') return take(3, kHintStart);
        if (next == '*') return take(sql_.size() - position_, kOpenComment);
        return take(1, kSlash);
      case '%': return take(1, kPercentSign);
      case '~': return take(1, kTilde);
      case '&': return take(1, kAmpersand);
      case '|': return next == '|' ? take(2, kConcatPipes) : next == '>' ? take(2, kPipe) : take(1, kBar);
      case '^': return take(1, kCaret);
      case '=': return next == '=' ? take(2, kEqual) : next == '>' ? take(2, kFatArrow) : take(1, kEqual);
      case '<':
        if (next == '=' && third == '>') return take(3, kNullSafeEqual);
        return next == '=' ? take(2, kLessOrEqual) : next == '>' ? take(2, kNotEqual) : take(1, kLess);
      case '>': return next == '=' ? take(2, kGreaterOrEqual) : take(1, kGreater);
      case '!': return next == '=' ? take(2, kNotEqual) : next == '>' ? take(2, kLessOrEqual) : next == '<' ? take(2, kGreaterOrEqual) : take(1, kBang);
      case ':': return next == ':' ? take(2, kDoubleColon) : take(1, kColon);
      case '?': return take(1, kQuestion);
      default: return take(1, kUnrecognized);
    }
  }

  const std::string_view sql_;
  const bool doubleQuotedIdentifiers_;
  const bool singleCharacterPipe_;
  size_t position_ = 0;  // bytes
  size_t index_ = 0;     // code points
  size_t lineIndex_ = 0;
  uint32_t line_ = 1;
  std::vector<Token> tokens_;
};

// Reads `count` hexadecimal digits; false when there are not so many.
bool readHex(std::string_view text, size_t from, size_t count, uint32_t& value) {
  value = 0;
  if (from + count > text.size()) return false;
  for (size_t i = from; i < from + count; ++i) {
    const char c = text[i];
    const char lower = static_cast<char>(c | 0x20);
    if (isDigit(c)) {
      value = value * 16 + static_cast<uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<uint32_t>(lower - 'a' + 10);
    } else {
      return false;
    }
  }
  return true;
}

// Appends what the escape at text[i] (a backslash) stands for; gives the characters used.
size_t appendEscape(std::string& out, std::string_view text, size_t i) {
  uint32_t code = 0;
  const char c = i + 1 < text.size() ? text[i + 1] : '\\';
  const auto octal = [&](size_t at, char last) { return at < text.size() && text[at] >= '0' && text[at] <= last; };
  if (c == 'u' && readHex(text, i + 2, 4, code)) {
    // A pair of surrogates is one character.
    uint32_t low = 0;
    if (code >= 0xD800 && code < 0xDC00 && i + 7 < text.size() && text[i + 6] == '\\' && text[i + 7] == 'u' && readHex(text, i + 8, 4, low) &&
        low >= 0xDC00 && low < 0xE000) {
      appendCodePoint(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
      return 12;
    }
    appendCodePoint(out, code);
    return 6;
  }
  if (c == 'U' && readHex(text, i + 2, 8, code) && code <= 0x10FFFF) {
    appendCodePoint(out, code);
    return 10;
  }
  if (octal(i + 1, '1') && octal(i + 2, '7') && octal(i + 3, '7')) {
    appendCodePoint(out, static_cast<uint32_t>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
    return 4;
  }
  switch (c) {
    case '0': out += '\0'; break;
    case 'b': out += '\b'; break;
    case 'n': out += '\n'; break;
    case 'r': out += '\r'; break;
    case 't': out += '\t'; break;
    case 'Z': out += '\x1A'; break;
    case '%': out += "\\%"; break;
    case '_': out += "\\_"; break;
    default: out += c;
  }
  return i + 1 < text.size() ? 2 : 1;
}

}  // namespace

TokenType findKeyword(std::string_view word) {
  static const KeywordTable table;
  if (word.size() > kLongestKeyword) return kWord;
  char upper[kLongestKeyword];
  for (size_t i = 0; i < word.size(); ++i) upper[i] = static_cast<char>(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 32 : word[i]);
  const std::string_view key(upper, word.size());
  for (size_t slot = hashWord(upper, word.size()) % table.slots.size(); table.slots[slot] != 0; slot = (slot + 1) % table.slots.size()) {
    const size_t entry = table.slots[slot] - 1U;
    if (kKeywords[entry].word == key) return static_cast<TokenType>(static_cast<size_t>(kFirstKeyword) + entry);
  }
  return kWord;
}

KeywordKind keywordKind(TokenType keyword) {
  return kKeywords[static_cast<size_t>(keyword) - static_cast<size_t>(kFirstKeyword)].kind;
}

std::vector<Token> tokenize(std::string_view sql, bool doubleQuotedIdentifiers, bool singleCharacterPipe) {
  return Lexer(sql, doubleQuotedIdentifiers, singleCharacterPipe).run();
}

std::string unescapeString(std::string_view token, bool keepEscapes) {
  if (token.front() == 'r' || token.front() == 'R') return std::string(token.substr(2, token.size() - 3));
  const char quote = token.front();
  const std::string_view body = token.substr(1, token.size() - 2);
  std::string out;
  out.reserve(body.size());
  for (size_t i = 0; i < body.size();) {
    if (body[i] == '\\' && !keepEscapes) {
      i += appendEscape(out, body, i);
    } else {
      out += body[i];
      i += body[i] == quote ? 2 : 1;
    }
  }
  return out;
}

std::string unquoteIdentifier(std::string_view token) {
  const char quote = token.front();
  std::string out;
  for (size_t i = 1; i + 1 < token.size(); ++i) {
    out += token[i];
    if (token[i] == quote) ++i;
  }
  return out;
}

}  // namespace flint::parser
