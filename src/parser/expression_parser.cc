#include "parser/expression_parser.h"

#include "plan/logical/subquery_expressions.h"

namespace flint::parser {
namespace {

using enum TokenType;
using expr::ComparisonOp;

enum Precedence { kComparisons = 1, kBitOr, kBitXor, kBitAnd, kShifts, kAdditive, kMultiplicative };

}  // namespace

bool ExpressionParser::atQuery(uint32_t ahead) const {
  switch (peek(ahead).type) {
    case kSelect: return true;
    case kWith: {
      const TokenType behind = peek(ahead + 2).type;
      return peek(ahead + 1).type == kRecursive || (peek(ahead + 1).type >= kQuotedIdentifier && (behind == kAs || behind == kLeftParen || behind == kMax));
    }
    case kValues: return peek(ahead + 1).type != kRightParen && peek(ahead + 1).type != kComma && peek(ahead + 1).type != kDot;
    case kFrom: return true;
    case kTable: return peek(ahead + 1).type >= kQuotedIdentifier;
    case kMap:
    case kReduce: return false;
    default: return false;
  }
}

bool ExpressionParser::atImplicitAlias() const {
  if (!atIdentifier()) return false;
  const TokenType next = peek(1).type;
  switch (peek().type) {
    case kFrom: case kWhere: case kHaving: case kUnion: case kExcept: case kIntersect: case kOn: case kThen: case kElse: case kEnd: case kWhen:
    case kAnd: case kOr: case kAs: case kSelect: case kInto: case kWith: case kUsing: case kJoin: case kInner: case kCross: case kNatural: case kFor:
    case kSet: case kIn: case kIs: case kBetween: case kLike: case kIlike: case kRlike: case kRegexp: case kNot: case kCase: case kDiv:
    case kLimit: case kOffset: case kAsc: case kDesc: case kNulls: return false;
    case kLateral: return next != kView && next != kJoin && next != kLeftParen && next < kQuotedIdentifier;
    case kLeft: case kRight: case kFull: return next != kJoin && next != kOuter && next != kSemi && next != kAnti;
    case kSemi: case kAnti: return next != kJoin;
    case kMinus: return next != kSelect && next != kLeftParen && next != kAll && next != kDistinct && next != kTable && next != kValues;
    case kOrder: case kGroup: case kSort: case kCluster: case kDistribute: case kPartition: return next != kBy;
    case kWindow: return next < kQuotedIdentifier || peek(2).type != kAs;
    case kQualify: return next == kComma || next == kEndOfInput || next == kRightParen || next == kFrom;
    case kTablesample: case kPivot: case kUnpivot: return next != kLeftParen && next != kInclude && next != kExclude;
    case kInsert: return next != kInto && next != kOverwrite;
    case kAggregate: return true;
    default: return true;
  }
}

std::vector<ExprPtr> ExpressionParser::expressionList() {
  std::vector<ExprPtr> out;
  do {
    out.push_back(expression());
    // `, name => value` is the next argument of the call that the list stands in.
  } while (!(atIdentifier(1) && peek(2).type == kFatArrow) && accept(kComma));
  return out;
}

std::vector<ExprPtr> ExpressionParser::namedExpressionList() {
  std::vector<ExprPtr> out;
  do {
    out.push_back(namedExpression());
  } while (accept(kComma));
  return out;
}

ExprPtr ExpressionParser::namedExpression() {
  const uint32_t first = position();
  ++namedDepth_;
  ExprPtr value = expression();
  --namedDepth_;
  if (at(kFrom, kFrom) && !options_.enforceReservedKeywords) {
    // The first of two is a name.
    std::string name = identifier();
    return node<expr::Alias>(first, std::move(value), std::move(name), failed() ? 0 : expr::newExprId());
  }
  if (accept(kAs)) {
    if (at(kLeftParen)) return node<expr::MultiAlias>(first, std::move(value), identifierList());
    std::string name = identifier();
    return node<expr::Alias>(first, std::move(value), std::move(name), failed() ? 0 : expr::newExprId());
  }
  if (at(kLeftParen) && peek(1).type >= kQuotedIdentifier && !failed()) {
    const Mark start = mark();
    std::vector<std::string> names = identifierList();
    if (!failed()) return node<expr::MultiAlias>(first, std::move(value), std::move(names));
    rewind(start);
    return value;
  }
  if (!atImplicitAlias()) return value;
  std::string name = identifier();
  return node<expr::Alias>(first, std::move(value), std::move(name), failed() ? 0 : expr::newExprId());
}

template <class Node>
ExprPtr ExpressionParser::balanced(const std::vector<ExprPtr>& terms, const std::vector<uint32_t>& firsts, size_t low, size_t high) {
  if (low == high) return terms[low];
  // As Spark cuts long chains: two terms side by side, else halves.
  const size_t middle = low + (high - low) / 2;
  ExprPtr left = high - low == 1 ? terms[low] : balanced<Node>(terms, firsts, low, middle);
  ExprPtr right = high - low == 1 ? terms[high] : balanced<Node>(terms, firsts, middle + 1, high);
  return node<Node>(firsts[low], std::move(left), std::move(right));
}

ExprPtr ExpressionParser::disjunction() {
  const uint32_t first = position();
  ExprPtr left = conjunction();
  if (!at(kOr)) return left;
  std::vector<ExprPtr> terms{std::move(left)};
  std::vector<uint32_t> firsts{first};
  while (accept(kOr)) {
    firsts.push_back(position());
    terms.push_back(conjunction());
  }
  return failed() ? nullptr : balanced<expr::Or>(terms, firsts, 0, terms.size() - 1);
}

ExprPtr ExpressionParser::conjunction() {
  const uint32_t first = position();
  ExprPtr left = negation();
  if (!at(kAnd)) return left;
  std::vector<ExprPtr> terms{std::move(left)};
  std::vector<uint32_t> firsts{first};
  while (accept(kAnd)) {
    firsts.push_back(position());
    terms.push_back(negation());
  }
  return failed() ? nullptr : balanced<expr::And>(terms, firsts, 0, terms.size() - 1);
}

ExprPtr ExpressionParser::negation() {
  const uint32_t first = position();
  if (at(kNot) || at(kBang)) {
    const Nesting nesting(*this);
    advance();
    ExprPtr child = negation();
    return node<expr::Not>(first, std::move(child));
  }
  return predicated();
}

ExprPtr ExpressionParser::predicated() {
  const uint32_t first = position();
  if (at(kExists, kLeftParen)) {
    const uint32_t ahead = behindParens(2);
    if (atQuery(ahead)) {
      advance();
      advance();
      const int32_t depth = std::exchange(lambdaDepth_, 0);
      LogicalPlanPtr plan = query();
      lambdaDepth_ = depth;
      expect(kRightParen);
      return node<plan::Exists>(first, std::move(plan), std::vector<ExprPtr>(), expr::ExprId(0));
    }
  }
  ExprPtr left = valueExpression();
  switch (peek().type) {
    case kNot: case kBang: case kBetween: case kIn: case kLike: case kIlike: case kRlike: case kRegexp: case kIs:
      return predicate(std::move(left), first);
    default: return left;
  }
}

ExprPtr ExpressionParser::predicate(ExprPtr left, uint32_t first) {
  const uint32_t predicateFirst = position();
  if (at(kIs)) return isPredicate(std::move(left), first);
  const bool negated = accept(kNot) || accept(kBang);
  const TokenType op = peek().type;
  ExprPtr out;
  switch (op) {
    case kBetween: {
      advance();
      const bool symmetric = acceptWord("SYMMETRIC");
      ExprPtr lower = valueExpression();
      expect(kAnd);
      ExprPtr upper = valueExpression();
      if (symmetric) failSyntax();
      out = callNode(first, "between", {std::move(left), std::move(lower), std::move(upper)});
      break;
    }
    case kIn: out = inPredicate(std::move(left), first, predicateFirst); break;
    case kLike: case kIlike: case kRlike: case kRegexp:
      advance();
      return likePredicate(std::move(left), first, op, negated);
    default: failSyntax(); return nullptr;
  }
  return negated ? node<expr::Not>(first, std::move(out)) : out;
}

ExprPtr ExpressionParser::inPredicate(ExprPtr left, uint32_t first, uint32_t predicateFirst) {
  expect(kIn);
  if (!at(kLeftParen)) {
    failSyntax();
    return nullptr;
  }
  const uint32_t ahead = behindParens(1);
  if (atQuery(ahead)) {
    // ((SELECT 1), 2) is a list; ((SELECT 1)) and ((SELECT 1) UNION (SELECT 2)) are queries.
    const Mark start = mark();
    advance();
    const int32_t depth = std::exchange(lambdaDepth_, 0);
    LogicalPlanPtr plan = query();
    lambdaDepth_ = depth;
    expect(kRightParen);
    if (!failed()) {
      std::vector<ExprPtr> values = rowValues(left, first);
      return node<plan::InSubquery>(first, std::move(values), std::move(plan), std::vector<ExprPtr>(), expr::ExprId(0));
    }
    if (ahead == 1) return nullptr;
    rewind(start);
  }
  expect(kLeftParen);
  if (at(kRightParen)) {
    failWith(condition::kInvalidSqlSyntaxEmptyInPredicate, {}, predicateFirst);
    return nullptr;
  }
  std::vector<ExprPtr> list = expressionList();
  expect(kRightParen);
  return node<expr::In>(first, std::move(left), std::move(list));
}

ExprPtr ExpressionParser::likePredicate(ExprPtr left, uint32_t first, TokenType op, bool negated) {
  const char* name = op == kLike ? "like" : op == kIlike ? "ilike" : "rlike";
  const bool regexp = op == kRlike || op == kRegexp;
  if (!regexp && (at(kAny, kLeftParen) || at(kSome, kLeftParen) || at(kAll, kLeftParen))) {
    const bool all = at(kAll);
    const uint32_t listFirst = position();
    advance();
    advance();
    if (at(kRightParen)) {
      failWith(condition::kLegacyErrorTemp0064, {{"msg", "Expected something between '(' and ')'."}}, listFirst);
      return nullptr;
    }
    std::vector<ExprPtr> patterns = expressionList();
    expect(kRightParen);
    std::vector<ExprPtr> terms;
    for (ExprPtr& pattern : patterns) {
      ExprPtr term = callNode(first, name, {left, std::move(pattern)});
      terms.push_back(negated ? node<expr::Not>(first, std::move(term)) : std::move(term));
    }
    if (failed()) return nullptr;
    const std::vector<uint32_t> firsts(terms.size(), first);
    return all ? balanced<expr::And>(terms, firsts, 0, terms.size() - 1) : balanced<expr::Or>(terms, firsts, 0, terms.size() - 1);
  }
  ExprPtr pattern = valueExpression();
  std::vector<ExprPtr> arguments{std::move(left), std::move(pattern)};
  if (!regexp && accept(kEscape)) {
    const uint32_t escapeFirst = position();
    std::string escape = stringLiteral();
    if (!failed() && escape.size() != 1) {
      failWith(condition::kInvalidEsc, {{"invalidEscape", '\'' + escape + '\''}}, escapeFirst);
    }
    arguments.push_back(node<expr::Literal>(escapeFirst, Value::string(std::move(escape)), DataType::string()));
  }
  ExprPtr out = callNode(first, name, std::move(arguments));
  return negated ? node<expr::Not>(first, std::move(out)) : out;
}

ExprPtr ExpressionParser::isPredicate(ExprPtr left, uint32_t first) {
  expect(kIs);
  const bool negated = accept(kNot) || accept(kBang);
  ExprPtr out;
  if (accept(kNull)) {
    if (negated) return node<expr::IsNotNull>(first, std::move(left));
    return node<expr::IsNull>(first, std::move(left));
  }
  if (at(kTrue) || at(kFalse)) {
    const bool value = at(kTrue);
    const uint32_t literalFirst = position();
    advance();
    ExprPtr right = node<expr::Literal>(literalFirst, Value::boolean(value), DataType::boolean());
    out = node<expr::Comparison>(first, ComparisonOp::kEqualNullSafe, std::move(left), std::move(right));
    return negated ? node<expr::Not>(first, std::move(out)) : out;
  }
  if (accept(kUnknown)) {
    if (negated) return node<expr::IsNotNull>(first, std::move(left));
    return node<expr::IsNull>(first, std::move(left));
  }
  expect(kDistinct, kFrom);
  ExprPtr right = valueExpression();
  out = node<expr::Comparison>(first, ComparisonOp::kEqualNullSafe, std::move(left), std::move(right));
  return negated ? out : node<expr::Not>(first, std::move(out));
}

// The precedence of the binary operator at the cursor, 0 for none; its symbol and how many tokens it takes.
int ExpressionParser::binaryPrecedence(std::string& symbol, int& numTokens) const {
  numTokens = 1;
  const auto adjacent = [&](uint32_t ahead, TokenType type) { return peek(ahead).type == type && !peek(ahead).spaceBefore; };
  switch (peek().type) {
    case kEqual: symbol = "="; return kComparisons;
    case kNullSafeEqual: symbol = "<=>"; return kComparisons;
    case kNotEqual: symbol = "!="; return kComparisons;
    case kLessOrEqual: symbol = "<="; return kComparisons;
    case kGreaterOrEqual: symbol = ">="; return kComparisons;
    case kLess:
      if (adjacent(1, kLess)) {
        numTokens = 2;
        symbol = "<<";
        return kShifts;
      }
      symbol = "<";
      return kComparisons;
    case kGreater:
      if (adjacent(1, kGreater)) {
        numTokens = adjacent(2, kGreater) ? 3 : 2;
        symbol = numTokens == 3 ? ">>>" : ">>";
        return kShifts;
      }
      symbol = ">";
      return kComparisons;
    case kBar: symbol = "|"; return kBitOr;
    case kCaret: symbol = "^"; return kBitXor;
    case kAmpersand: symbol = "&"; return kBitAnd;
    case kPlus: symbol = "+"; return kAdditive;
    case kDash: symbol = "-"; return kAdditive;
    case kConcatPipes: symbol = "concat"; return kAdditive;
    case kStar: symbol = "*"; return kMultiplicative;
    case kSlash: symbol = "/"; return kMultiplicative;
    case kPercentSign: symbol = "%"; return kMultiplicative;
    case kDiv: symbol = "div"; return kMultiplicative;
    default: return 0;
  }
}

ExprPtr ExpressionParser::binary(const std::string& symbol, ExprPtr left, ExprPtr right, uint32_t first) {
  const auto compare = [&](ComparisonOp op) { return node<expr::Comparison>(first, op, std::move(left), std::move(right)); };
  if (symbol == "=") return compare(ComparisonOp::kEqual);
  if (symbol == "<=>") return compare(ComparisonOp::kEqualNullSafe);
  if (symbol == "<") return compare(ComparisonOp::kLess);
  if (symbol == "<=") return compare(ComparisonOp::kLessOrEqual);
  if (symbol == ">") return compare(ComparisonOp::kGreater);
  if (symbol == ">=") return compare(ComparisonOp::kGreaterOrEqual);
  if (symbol == "!=") {
    ExprPtr equal = compare(ComparisonOp::kEqual);
    return node<expr::Not>(first, std::move(equal));
  }
  return callNode(first, symbol.c_str(), {std::move(left), std::move(right)});
}

ExprPtr ExpressionParser::valueExpression(int minPrecedence) {
  const uint32_t first = position();
  ExprPtr left = unary();
  std::string symbol;
  int numTokens = 0;
  while (!failed()) {
    const int precedence = binaryPrecedence(symbol, numTokens);
    if (precedence == 0 || precedence < minPrecedence) break;
    for (int i = 0; i < numTokens; ++i) advance();
    ExprPtr right = valueExpression(precedence + 1);
    left = binary(symbol, std::move(left), std::move(right), first);
  }
  return left;
}

ExprPtr ExpressionParser::unary() {
  const uint32_t first = position();
  if (at(kPlus) || at(kTilde) || (at(kDash) && (peek(1).type < kIntegerNumber || peek(1).type > kBigDecimalNumber))) {
    const Nesting nesting(*this);
    const char* symbol = at(kPlus) ? "+" : at(kTilde) ? "~" : "-";
    advance();
    ExprPtr child = unary();
    return callNode(first, symbol, {std::move(child)});
  }
  return primary();
}

}  // namespace flint::parser
