#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "parser/sql_parser.h"
#include "parser/token.h"
#include "plan/logical/logical_plan.h"

namespace flint::parser {

using expr::ExprPtr;
using plan::LogicalPlanPtr;

/// A cursor over the tokens of a text: looks at them, takes them, keeps the first error, names origins and makes nodes.
///
/// Invariant: after a failure the cursor stands on the end of input and no more nodes are made (`node` and `planNode` give null pointers), so a
/// caller that ends its loops at the end of input, and looks into no pointer before asking `failed()`, needs no other care.
/// Threads: confined to one.
class TokenReader {
 public:
  TokenReader(std::string_view sql, const ParserOptions& options);

  bool failed() const { return failed_; }
  Error takeError() const { return *error_; }
  bool atEnd() const { return peek().type == TokenType::kEndOfInput; }
  /// Fails unless everything but semicolons has been read.
  void expectEnd();

 protected:
  static constexpr int32_t kMaxDepth = 10'000;

  /// Counts nesting while it lives; too deep nesting fails the reader.
  class Nesting {
   public:
    explicit Nesting(TokenReader& reader) : reader_(reader) {
      if (++reader_.depth_ > kMaxDepth || reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < reader_.stackFloor_) reader_.failTooComplex();
    }
    ~Nesting() { --reader_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    TokenReader& reader_;
  };

  /// A place to come back to when an attempt to read something fails.
  struct Mark {
    uint32_t position;
    int32_t numPositional;
  };
  Mark mark() const { return {position_, numPositional_}; }
  /// Undoes what was read, and the failure, since `mark`.
  void rewind(Mark mark);
  /// Moves forward to `mark`, over what has been read from here before.
  void skipTo(Mark mark);
  /// Fails once more at a place that has failed before; the error is kept already.
  void failAgain();

  const Token& peek(uint32_t ahead = 0) const {
    const size_t at = position_ + ahead;
    return at < tokens_.size() ? tokens_[at] : tokens_.back();
  }
  const Token& tokenAt(uint32_t position) const { return tokens_[position]; }
  bool at(TokenType type) const { return peek().type == type; }
  bool at(TokenType first, TokenType second) const { return at(first) && peek(1).type == second; }
  bool at(TokenType first, TokenType second, TokenType third) const { return at(first, second) && peek(2).type == third; }
  /// How far ahead the first token is that is no "(", from `ahead` on.
  uint32_t behindParens(uint32_t ahead);
  bool atAny(std::initializer_list<TokenType> types) const;
  bool accept(TokenType type) {
    if (!at(type)) return false;
    advance();
    return true;
  }
  bool accept(TokenType first, TokenType second) {
    if (!at(first, second)) return false;
    advance();
    advance();
    return true;
  }
  bool accept(TokenType first, TokenType second, TokenType third) {
    if (!at(first, second, third)) return false;
    for (int i = 0; i < 3; ++i) advance();
    return true;
  }
  void expect(TokenType type) {
    if (!accept(type)) failSyntax();
  }
  void expect(TokenType first, TokenType second) {
    expect(first);
    expect(second);
  }
  void advance() {
    if (position_ + 1 < tokens_.size()) ++position_;
  }
  std::string_view textOf(const Token& token) const { return std::string_view(*sql_).substr(token.start, token.end - token.start); }
  /// Whether the token at `ahead` is this word, in any case.
  bool isWord(std::string_view upperWord, uint32_t ahead = 0) const;
  bool acceptWord(std::string_view upperWord);
  void expectWord(std::string_view upperWord);
  /// The text as written from token number `first` to the last one read.
  std::string sourceText(uint32_t first) const;
  uint32_t position() const { return position_; }
  /// Takes everything to the end of the text, as written, without semicolons behind it.
  std::string restOfText();

  void failSyntax();
  void failSyntax(const Token& token);
  void fail(Error error);
  void fail(Error error, uint32_t firstToken);
  /// INVALID_SQL_SYNTAX-like conditions that Spark has no parameters for, or parameters by name.
  void failWith(const Condition& condition, std::vector<std::pair<std::string, std::string>> parameters, uint32_t firstToken);
  /// As `failWith`, without a place in the text: what is no token has none.
  void failWithoutContext(const Condition& condition, std::vector<std::pair<std::string, std::string>> parameters);
  void failTooComplex();

  /// Whether the next token can be a name.
  bool atIdentifier(uint32_t ahead = 0) const;
  /// Whether it can name a relation without AS before it.
  bool atStrictIdentifier(uint32_t ahead = 0) const;
  std::string identifier();
  /// The parts of IDENTIFIER('a.b'), in front of which the reader is.
  std::vector<std::string> namePartsOfText();
  /// A name that a hyphen must not go on behind: a-b is an error of its own.
  std::string relationName();
  std::vector<std::string> multipartIdentifier();
  std::vector<std::string> identifierList();  // (a, b)
  /// The value of a string literal; adjacent literals are joined.
  std::string stringLiteral();
  bool atString() const { return at(TokenType::kStringText); }

  OriginPtr originFrom(uint32_t firstToken);

  /// Makes an expression node: the values go to its fields in order.
  template <class Node, class... Values>
  std::shared_ptr<const Node> node(uint32_t firstToken, Values&&... values) {
    if (failed_) return nullptr;
    Node made;
    assign(made, std::index_sequence_for<Values...>(), std::forward<Values>(values)...);
    return checkDepth(expr::makeExpr(std::move(made), originFrom(firstToken)));
  }
  template <class Node, class... Values>
  std::shared_ptr<const Node> planNode(uint32_t firstToken, Values&&... values) {
    if (failed_) return nullptr;
    Node made;
    assign(made, std::index_sequence_for<Values...>(), std::forward<Values>(values)...);
    return checkDepth(plan::makePlan(std::move(made), originFrom(firstToken)));
  }
  /// A call of a function or operator by name.
  ExprPtr callNode(uint32_t firstToken, const char* name, std::vector<ExprPtr> arguments);

  int32_t numPositional_ = 0;  // of the parameters written "?"
  bool doEnds_ = false;        // DO ends the query of a FOR loop: it names nothing
  const ParserOptions& options_;
  std::shared_ptr<const std::string> sql_;

 private:
  template <class Node, size_t... I, class... Values>
  static void assign(Node& made, std::index_sequence<I...>, Values&&... values) {
    [[maybe_unused]] constexpr auto fields = Node::fields();
    ((made.*(std::get<I>(fields).member) = std::forward<Values>(values)), ...);
  }
  template <class Pointer>
  Pointer checkDepth(Pointer made) {
    if (made->depth() <= kMaxDepth) return made;
    failTooComplex();
    return nullptr;
  }

  std::vector<Token> tokens_;
  uint32_t position_ = 0;
  uint32_t failedAt_ = 0;
  const uintptr_t stackFloor_;  // no deeper than this: what is left is for error handling
  int32_t depth_ = 0;
  bool failed_ = false;
  std::shared_ptr<const Error> error_;
  uint32_t parensFrom_ = 0;  // a run of "(" found before: tokens [parensFrom_, parensTo_)
  uint32_t parensTo_ = 0;
  OriginPtr lastOrigin_;  // neighbours often have the same
};

/// `word` in upper case, letters of ASCII only.
std::string upperCase(std::string_view word);
std::string lowerCase(std::string_view word);

}  // namespace flint::parser
