#include "parser/statement_splitter.h"

#include "parser/lexer.h"

namespace flint::parser {
namespace {

using enum TokenType;

bool isWord(std::string_view sql, const Token& token, std::string_view upperWord) {
  if (token.type < kWord || token.end - token.start != upperWord.size()) return false;
  for (size_t i = 0; i < upperWord.size(); ++i) {
    const char c = sql[token.start + i];
    if ((c >= 'a' && c <= 'z' ? c - 32 : c) != upperWord[i]) return false;
  }
  return true;
}

// Follows the blocks of a compound statement: BEGIN, CASE, and the IF, LOOP, WHILE, REPEAT and FOR that start statements, each with its END.
// In a CASE that is an expression no statement starts.
class CompoundDepth {
 public:
  explicit CompoundDepth(std::string_view sql) : sql_(sql) {}

  void startStatement() {
    blocks_.clear();
    atStatementStart_ = true;
    closing_ = false;
    numTokens_ = 0;
  }

  void add(const Token& token) {
    const bool starts = atStatementStart_;
    atStatementStart_ = false;
    ++numTokens_;
    if (closing_) {  // END IF, END LOOP ...
      closing_ = false;
      for (const char* word : {"IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"}) {
        if (isWord(sql_, token, word)) return;
      }
    }
    if (blocks_.empty()) {
      // Only BEGIN, with or without a label before it, makes a statement compound.
      if (starts && isWord(sql_, token, "BEGIN")) {
        blocks_.push_back(Block::kStatements);
        atStatementStart_ = true;
      } else if (token.type == kColon && numTokens_ == 2) {
        atStatementStart_ = true;
      }
      return;
    }
    if (isWord(sql_, token, "END")) {
      closing_ = blocks_.back() == Block::kStatements;
      blocks_.pop_back();
      return;
    }
    if (isWord(sql_, token, "CASE")) blocks_.push_back(starts ? Block::kStatements : Block::kExpression);
    for (const char* word : {"BEGIN", "IF", "LOOP", "WHILE", "REPEAT", "FOR"}) {
      if (starts && isWord(sql_, token, word)) blocks_.push_back(Block::kStatements);
    }
    if (blocks_.back() == Block::kExpression) return;
    for (const char* word : {"BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT"}) {
      if (isWord(sql_, token, word)) atStatementStart_ = true;
    }
    if (token.type == kSemicolon || token.type == kColon) atStatementStart_ = true;
  }

  bool inside() const { return !blocks_.empty(); }

 private:
  enum class Block : uint8_t { kStatements, kExpression };
  const std::string_view sql_;
  std::vector<Block> blocks_;
  int numTokens_ = 0;
  bool atStatementStart_ = true;
  bool closing_ = false;
};

// A quote that starts no token is one without an end: what follows belongs to it.
bool opensText(std::string_view sql, const Token& token) {
  if (token.type == kOpenComment) return true;
  if (token.type != kUnrecognized) return false;
  const std::string_view text = sql.substr(token.start, token.end - token.start);
  return !text.empty() && (text.back() == '\'' || text.back() == '"' || text.back() == '`');
}

std::string trimmedFrom(std::string_view sql, size_t start, size_t end) {
  const size_t first = sql.find_first_not_of(" \t\r\n", start);
  if (first == std::string_view::npos || first >= end) return {};
  return std::string(sql.substr(first, end - first));
}

}  // namespace

SplitStatements splitAtSemicolons(std::string_view sql) {
  SplitStatements split;
  CompoundDepth compound(sql);
  size_t start = 0;
  bool hasTokens = false;
  for (const Token& token : tokenize(sql, false)) {
    if (token.type == kEndOfInput) break;
    if (opensText(sql, token)) {
      hasTokens = true;
      break;
    }
    if (token.type == kSemicolon && !compound.inside()) {
      if (hasTokens) split.complete.push_back(trimmedFrom(sql, start, token.start));
      start = token.end;
      hasTokens = false;
      compound.startStatement();
      continue;
    }
    hasTokens = true;
    compound.add(token);
  }
  split.rest = trimmedFrom(sql, start, sql.size());
  split.hasRest = hasTokens;
  return split;
}

}  // namespace flint::parser
