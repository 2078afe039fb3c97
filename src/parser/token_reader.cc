#include "parser/token_reader.h"

#include <fmt/core.h>
#include <pthread.h>

#include "expr/unresolved.h"
#include "parser/lexer.h"

namespace flint::parser {
namespace {

bool equalsWord(std::string_view text, std::string_view upperWord) {
  if (text.size() != upperWord.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'a' && c <= 'z' ? c - 32 : c) != upperWord[i]) return false;
  }
  return true;
}

// As Java prints a token in an error: quoted, line breaks and tabs spelled out.
std::string tokenDisplay(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  return out + "'";
}

// The lowest address that a parser on this thread may use.
uintptr_t stackFloor() {
  constexpr size_t kReserve = 256 << 10;
  static thread_local uintptr_t floor = 0;
  if (floor != 0) return floor;
  pthread_attr_t attributes;
  void* lowest = nullptr;
  size_t size = 0;
  floor = 1;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    if (pthread_attr_getstack(&attributes, &lowest, &size) == 0) floor = reinterpret_cast<uintptr_t>(lowest) + kReserve;
    pthread_attr_destroy(&attributes);
  }
  return floor;
}

}  // namespace

std::string upperCase(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

std::string lowerCase(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

TokenReader::TokenReader(std::string_view sql, const ParserOptions& options)
    : options_(options), sql_(std::make_shared<const std::string>(sql)), tokens_(tokenize(*sql_, options.doubleQuotedIdentifiers, options.singleCharacterPipe)),
      stackFloor_(stackFloor()) {
  for (const Token& token : tokens_) {
    if (token.type == TokenType::kOpenComment) {
      fail(Error(condition::kUnclosedBracketedComment));
      return;
    }
  }
}

void TokenReader::rewind(Mark mark) {
  skipTo(mark);
  failed_ = false;
}

void TokenReader::skipTo(Mark mark) {
  position_ = mark.position;
  numPositional_ = mark.numPositional;
}

void TokenReader::failAgain() {
  failed_ = true;
  position_ = static_cast<uint32_t>(tokens_.size() - 1);
}

uint32_t TokenReader::behindParens(uint32_t ahead) {
  const uint32_t start = position_ + ahead;
  if (start < parensFrom_ || start >= parensTo_) {
    parensFrom_ = start;
    parensTo_ = start;
    while (parensTo_ < tokens_.size() && tokens_[parensTo_].type == TokenType::kLeftParen) ++parensTo_;
  }
  return (start < parensTo_ ? parensTo_ : start) - position_;
}

bool TokenReader::atAny(std::initializer_list<TokenType> types) const {
  for (const TokenType type : types) {
    if (at(type)) return true;
  }
  return false;
}

void TokenReader::expectEnd() {
  while (accept(TokenType::kSemicolon)) {
  }
  if (!atEnd()) failSyntax();
}

bool TokenReader::isWord(std::string_view upperWord, uint32_t ahead) const {
  const Token& token = peek(ahead);
  return token.type >= TokenType::kWord && equalsWord(textOf(token), upperWord);
}

bool TokenReader::acceptWord(std::string_view upperWord) {
  if (!isWord(upperWord)) return false;
  advance();
  return true;
}

void TokenReader::expectWord(std::string_view upperWord) {
  if (!acceptWord(upperWord)) failSyntax();
}

std::string TokenReader::sourceText(uint32_t first) const {
  if (position_ == first || failed_) return "";
  const size_t from = tokens_[first].start;
  return sql_->substr(from, tokens_[position_ - 1].end - from);
}

std::string TokenReader::restOfText() {
  if (failed_ || atEnd()) return "";
  const size_t from = peek().start;
  uint32_t last = static_cast<uint32_t>(tokens_.size() - 1);
  position_ = last;
  while (last > 0 && tokens_[last - 1].start >= from && tokens_[last - 1].type == TokenType::kSemicolon) --last;
  if (last == 0 || tokens_[last - 1].start < from) return "";
  return sql_->substr(from, tokens_[last - 1].end - from);
}

void TokenReader::failSyntax() { failSyntax(peek()); }

void TokenReader::failSyntax(const Token& token) {
  if (failed_) return;
  const bool end = token.type == TokenType::kEndOfInput;
  Error error(condition::kParseSyntaxError);
  error.with("error", end ? "end of input" : tokenDisplay(textOf(token))).with("hint", "");
  fail(std::move(error));
}

void TokenReader::fail(Error error) { fail(std::move(error), position_); }

void TokenReader::fail(Error error, uint32_t firstToken) {
  if (failed_) return;
  failed_ = true;
  // Of several attempts at one text, the one that got furthest tells most.
  if (error_ == nullptr || position_ >= failedAt_) {
    failedAt_ = position_;
    if (error.family() == ErrorFamily::kAutomatic) error.as(ErrorFamily::kParse);
    error.at(originFrom(firstToken));
    error_ = std::make_shared<const Error>(std::move(error));
  }
  position_ = static_cast<uint32_t>(tokens_.size() - 1);
}

void TokenReader::failWith(const Condition& condition, std::vector<std::pair<std::string, std::string>> parameters, uint32_t firstToken) {
  Error error(condition);
  for (auto& [name, value] : parameters) error.with(name, std::move(value));
  fail(std::move(error), firstToken);
}

void TokenReader::failWithoutContext(const Condition& condition, std::vector<std::pair<std::string, std::string>> parameters) {
  if (failed_) return;
  failed_ = true;
  if (error_ == nullptr || position_ >= failedAt_) {
    failedAt_ = position_;
    Error error(condition);
    for (auto& [name, value] : parameters) error.with(name, std::move(value));
    error.as(ErrorFamily::kParse);
    error_ = std::make_shared<const Error>(std::move(error));
  }
  position_ = static_cast<uint32_t>(tokens_.size() - 1);
}

void TokenReader::failTooComplex() { fail(Error(condition::kFailedToParseTooComplex)); }

bool TokenReader::atIdentifier(uint32_t ahead) const {
  const TokenType type = peek(ahead).type;
  if (type == TokenType::kQuotedIdentifier || type == TokenType::kWord) return true;
  if (!isKeyword(type) || (doEnds_ && type == TokenType::kDo)) return false;
  return !options_.enforceReservedKeywords || keywordKind(type) == KeywordKind::kFree || type == TokenType::kAnti || type == TokenType::kSemi ||
         type == TokenType::kMinus;
}

bool TokenReader::atStrictIdentifier(uint32_t ahead) const {
  const TokenType type = peek(ahead).type;
  return atIdentifier(ahead) && (!isKeyword(type) || keywordKind(type) != KeywordKind::kStrict);
}

// IDENTIFIER('a.b'), a name written as a text.
std::vector<std::string> TokenReader::namePartsOfText() {
  advance();
  advance();
  const std::string text = stringLiteral();
  advance();
  TokenReader inner(text, options_);
  if (inner.atEnd()) {
    failWithoutContext(condition::kParseEmptyStatement, {});
    return {};
  }
  std::vector<std::string> parts = inner.multipartIdentifier();
  if (!inner.failed() && !inner.atEnd()) inner.failSyntax();
  if (inner.failed()) {
    fail(inner.takeError());
    return {};
  }
  return parts;
}

std::string TokenReader::identifier() {
  if (!atIdentifier()) {
    failSyntax();
    return "";
  }
  if (at(TokenType::kIdentifier) && peek(1).type == TokenType::kLeftParen && peek(2).type == TokenType::kStringText && peek(3).type == TokenType::kRightParen) {
    const uint32_t first = position_;
    std::vector<std::string> parts = namePartsOfText();
    if (parts.size() > 1) {
      std::string shown;
      for (const std::string& part : parts) shown += (shown.empty() ? "" : ".") + quoteIdentifier(part);
      failWith(condition::kIdentifierTooManyNameParts, {{"identifier", shown}, {"limit", "1"}}, first);
    }
    return parts.empty() ? std::string() : parts[0];
  }
  const Token& token = peek();
  const std::string_view text = textOf(token);
  if (token.type == TokenType::kQuotedIdentifier) {
    advance();
    return unquoteIdentifier(text);
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) continue;
    failWithoutContext(condition::kInvalidIdentifier, {{"ident", std::string(text)}});
    return "";
  }
  advance();
  return std::string(text);
}

std::string TokenReader::relationName() {
  const uint32_t first = position_;
  std::string name = identifier();
  const auto joined = [&](uint32_t ahead) { return !peek(ahead).spaceBefore; };
  if (at(TokenType::kDash) && joined(0) && joined(1) && peek(1).type >= TokenType::kWord && !failed_) {
    while (at(TokenType::kDash) && joined(0)) {
      advance();
      advance();
    }
    failWithoutContext(condition::kInvalidIdentifier, {{"ident", sourceText(first)}});
  }
  return name;
}

std::vector<std::string> TokenReader::multipartIdentifier() {
  std::vector<std::string> parts;
  do {
    parts.push_back(relationName());
  } while (accept(TokenType::kDot));
  return parts;
}

std::vector<std::string> TokenReader::identifierList() {
  std::vector<std::string> names;
  expect(TokenType::kLeftParen);
  do {
    names.push_back(identifier());
  } while (accept(TokenType::kComma));
  expect(TokenType::kRightParen);
  return names;
}

std::string TokenReader::stringLiteral() {
  if (!atString()) {
    failSyntax();
    return "";
  }
  std::string value;
  while (atString()) {
    value += unescapeString(textOf(peek()), options_.escapedStringLiterals);
    advance();
  }
  return value;
}

OriginPtr TokenReader::originFrom(uint32_t firstToken) {
  const Token& first = tokens_[firstToken];
  const uint32_t end = failed_ ? firstToken + 1 : position_;
  const Token& last = tokens_[end > firstToken ? end - 1 : firstToken];
  const auto start = static_cast<int32_t>(first.index);
  const auto stop = static_cast<int32_t>(last.stopIndex);
  if (lastOrigin_ != nullptr && lastOrigin_->startIndex == start && lastOrigin_->stopIndex == stop) return lastOrigin_;
  auto origin = std::make_shared<Origin>();
  origin->sqlText = sql_;
  origin->line = static_cast<int32_t>(first.line);
  origin->startPosition = static_cast<int32_t>(first.column);
  origin->startIndex = start;
  origin->stopIndex = stop;
  lastOrigin_ = origin;
  return lastOrigin_;
}

ExprPtr TokenReader::callNode(uint32_t firstToken, const char* name, std::vector<ExprPtr> arguments) {
  return node<expr::UnresolvedFunction>(firstToken, std::vector<std::string>{name}, std::move(arguments));
}

}  // namespace flint::parser
