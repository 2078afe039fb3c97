#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "expr/unresolved.h"
#include "parser/type_parser.h"

namespace flint::parser {

/// Reads expressions. Operators become Comparison, And, Or, Not, IsNull, IsNotNull, In, Cast and CaseWhen nodes where these exist, and calls of
/// functions named by the operator's symbol ("+", "||" as "concat") where not. `a <> b` is NOT (a = b), as Spark reads it.
class ExpressionParser : public TypeParser {
 public:
  using TypeParser::TypeParser;
  virtual ~ExpressionParser() = default;

  ExprPtr expression() { return disjunction(); }
  /// expression [[AS] alias | AS (a, b)]
  ExprPtr namedExpression();

 protected:
  // What expressions need of the query grammar.
  virtual LogicalPlanPtr query() = 0;
  /// Whether a query starts at the token `ahead`.
  bool atQuery(uint32_t ahead = 0) const;

  std::vector<ExprPtr> expressionList();  // a, b
  std::vector<ExprPtr> namedExpressionList();
  std::vector<ExprPtr> sortItems();
  expr::WindowSpec windowSpec(std::string& windowName);
  ExprPtr valueExpression(int minPrecedence = 1);
  ExprPtr primary();
  /// A literal alone, signed numbers included: property values, pivot values, samples.
  ExprPtr constant();
  /// Whether the next word can be an alias though no AS is before it.
  bool atImplicitAlias() const;
  /// expression, or name => expression
  ExprPtr functionArgument();
  // NAMED_PARAMETER_SUPPORT_DISABLED where the setting says so.
  void requireNamedArguments(const std::vector<std::string>& function, const std::string& argument, uint32_t first);
  /// IDENTIFIER(expression) at the cursor.
  // IDENTIFIER('a') in front of a point is a part of a name like another.
  bool atIdentifierClause() const {
    if (!at(TokenType::kIdentifier, TokenType::kLeftParen)) return false;
    return peek(2).type != TokenType::kStringText || peek(3).type != TokenType::kRightParen || peek(4).type != TokenType::kDot;
  }
  /// The values of a row that was written (a, b) from token `first` on; the expression itself for any other.
  std::vector<ExprPtr> rowValues(const ExprPtr& value, uint32_t first) const;
  /// The expression of IDENTIFIER(expression).
  ExprPtr identifierClauseArgument();

 private:
  // expression_parser.cc: operators
  ExprPtr disjunction();
  ExprPtr conjunction();
  ExprPtr negation();
  ExprPtr predicated();
  ExprPtr predicate(ExprPtr left, uint32_t first);
  ExprPtr inPredicate(ExprPtr left, uint32_t first, uint32_t predicateFirst);
  ExprPtr likePredicate(ExprPtr left, uint32_t first, TokenType op, bool negated);
  ExprPtr isPredicate(ExprPtr left, uint32_t first);
  ExprPtr unary();
  int binaryPrecedence(std::string& symbol, int& numTokens) const;
  ExprPtr binary(const std::string& symbol, ExprPtr left, ExprPtr right, uint32_t first);
  template <class Node>
  ExprPtr balanced(const std::vector<ExprPtr>& terms, const std::vector<uint32_t>& firsts, size_t low, size_t high);

  // primary_expression.cc
  ExprPtr primaryBase();
  ExprPtr parenthesized();
  ExprPtr rowConstructor(std::vector<ExprPtr> values, uint32_t first);
  ExprPtr nameOrCall();
  ExprPtr columnReference(std::vector<std::string> parts, uint32_t first);
  ExprPtr star(std::vector<std::string> target, uint32_t first);
  ExprPtr lambda(uint32_t first);
  bool atLambdaParameters() const;
  ExprPtr functionCall(std::vector<std::string> name, uint32_t first);
  ExprPtr functionTail(ExprPtr call, uint32_t first);
  ExprPtr variantPath(ExprPtr child, uint32_t first);
  ExprPtr subscript(ExprPtr child, uint32_t first);
  ExprPtr dereference(ExprPtr child, uint32_t first);

  // special_forms.cc: functions with key words among their arguments
  bool specialForm(ExprPtr& out);
  bool triedForm(ExprPtr& out, uint32_t first);
  ExprPtr caseExpression(uint32_t first);
  ExprPtr castExpression(uint32_t first, expr::CastMode mode);
  ExprPtr castTo(ExprPtr child, DataType type, expr::CastMode mode, uint32_t first);
  bool extractForm(ExprPtr& out, uint32_t first);
  bool trimForm(ExprPtr& out, uint32_t first);
  bool keywordArguments(ExprPtr& out, uint32_t first);
  bool datetimeUnitForm(ExprPtr& out, uint32_t first, const char* name);
  bool nullsInsideForm(ExprPtr& out, uint32_t first);

  // literals.cc
  ExprPtr number(bool negative, uint32_t first);
  ExprPtr numberInRange(std::string_view digits, const DataType& type, const char* least, const char* most, uint32_t first);
  ExprPtr decimalLiteral(std::string text, uint32_t first);
  ExprPtr floatingLiteral(const std::string& text, bool isDouble, uint32_t first);
  ExprPtr typedLiteral(uint32_t first);
  ExprPtr binaryLiteral(const std::string& text, uint32_t first);
  ExprPtr invalidTypedLiteral(const char* type, const std::string& value, uint32_t first);

  // interval_literal.cc
  bool atIntervalLiteral() const;
  ExprPtr intervalLiteral(uint32_t first);
  ExprPtr intervalFromText(const std::string& text, uint32_t first);
  ExprPtr unitsInterval(uint32_t first);
  ExprPtr unitToUnitInterval(const std::string& value, bool negative, IntervalField start, IntervalField end, uint32_t first);

  std::unordered_set<uint32_t> plainCalls_;  // tokens that start a call without key words, though the name may have them
  int32_t namedDepth_ = 0;   // > 0: inside of expressions that may have a name
  int32_t lambdaDepth_ = 0;  // > 0: names may be lambda variables
};

}  // namespace flint::parser
