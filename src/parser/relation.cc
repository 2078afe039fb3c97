#include <cmath>
#include <random>

#include "parser/lexer.h"
#include "parser/query_parser.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::parser {
namespace {

using enum TokenType;
using plan::JoinType;

constexpr const char* kSubqueryName = "__auto_generated_subquery_name";

}  // namespace

LogicalPlanPtr QueryParser::fromClause() {
  const uint32_t first = position();
  expect(kFrom);
  LogicalPlanPtr left;
  do {
    const bool lateral = at(kLateral) && peek(1).type != kView;
    if (lateral) advance();
    const uint32_t rightFirst = position();
    LogicalPlanPtr right = relationPrimary();
    if (options_.relationPrecedence && options_.ansi && !lateral) right = relationExtensions(std::move(right), rightFirst);
    if (lateral) {
      if (left == nullptr) left = planNode<plan::OneRowRelation>(rightFirst);
      left = lateralOver(std::move(left), std::move(right), JoinType::kInner, nullptr, first + 1);
    } else {
      left = left == nullptr ? std::move(right) : planNode<plan::Join>(first + 1, std::move(left), std::move(right));
    }
    // A JOIN behind a comma takes everything before it as its left side, unless the setting says otherwise.
    left = relationExtensions(std::move(left), first + 1);
  } while (accept(kComma));
  left = lateralViews(std::move(left), first);
  return left;
}

LogicalPlanPtr QueryParser::relation() {
  const uint32_t first = position();
  const bool lateral = accept(kLateral);
  LogicalPlanPtr left = relationPrimary();
  if (lateral) left = lateralOver(planNode<plan::OneRowRelation>(first), std::move(left), JoinType::kInner, nullptr, first);
  return relationExtensions(std::move(left), first);
}

LogicalPlanPtr QueryParser::lateralOver(LogicalPlanPtr left, LogicalPlanPtr right, JoinType type, ExprPtr condition, uint32_t first) {
  if (failed()) return nullptr;
  // Behind LATERAL only queries and functions make sense: a name or a join reads nothing of the left side.
  const plan::LogicalPlan* inner = right.get();
  while (inner->kind() == plan::LogicalKind::kSubqueryAlias || inner->kind() == plan::LogicalKind::kUnresolvedColumnAliases) {
    inner = inner->children()[0].get();
  }
  const bool isName = inner->kind() == plan::LogicalKind::kUnresolvedRelation && right.get() == inner;
  if (isName) {
    failWith(condition::kInvalidSqlSyntaxLateralWithoutSubqueryOrTableValuedFunc, {}, first);
    return nullptr;
  }
  return planNode<plan::LateralJoin>(first, std::move(left), std::move(right), type, std::move(condition));
}

LogicalPlanPtr QueryParser::relationExtensions(LogicalPlanPtr left, uint32_t first) {
  while (!failed()) {
    if (atJoin()) {
      left = join(std::move(left), first);
    } else if (at(kPivot, kLeftParen)) {
      left = pivot(std::move(left), first);
    } else if (at(kUnpivot, kLeftParen) || at(kUnpivot, kInclude) || at(kUnpivot, kExclude)) {
      left = unpivot(std::move(left), first);
    } else {
      break;
    }
  }
  return left;
}

bool QueryParser::atJoin() const {
  const TokenType next = peek(1).type;
  switch (peek().type) {
    case kJoin:
    case kNatural: return true;
    case kInner:
    case kCross:
    case kSemi:
    case kAnti: return next == kJoin;
    case kLeft: return next == kJoin || next == kOuter || next == kSemi || next == kAnti;
    case kRight:
    case kFull: return next == kJoin || next == kOuter;
    default: return false;
  }
}

JoinType QueryParser::joinType() {
  if (accept(kInner)) return JoinType::kInner;
  if (accept(kCross)) return JoinType::kCross;
  if (accept(kSemi)) return JoinType::kLeftSemi;
  if (accept(kAnti)) return JoinType::kLeftAnti;
  if (accept(kLeft)) {
    if (accept(kSemi)) return JoinType::kLeftSemi;
    if (accept(kAnti)) return JoinType::kLeftAnti;
    accept(kOuter);
    return JoinType::kLeftOuter;
  }
  if (accept(kRight)) {
    accept(kOuter);
    return JoinType::kRightOuter;
  }
  if (accept(kFull)) {
    accept(kOuter);
    return JoinType::kFullOuter;
  }
  return JoinType::kInner;
}

LogicalPlanPtr QueryParser::join(LogicalPlanPtr left, uint32_t first) {
  const uint32_t joinFirst = position();
  const bool natural = accept(kNatural);
  const JoinType type = joinType();
  expect(kJoin);
  const bool lateral = accept(kLateral);
  LogicalPlanPtr right = relationPrimary();
  if (failed()) return nullptr;
  ExprPtr condition;
  if (natural) {
    if (!lateral) return planNode<plan::UnresolvedUsingJoin>(first, std::move(left), std::move(right), type, std::vector<std::string>(), true);
  } else if (at(kUsing)) {
    advance();
    std::vector<std::string> columns = identifierList();
    if (lateral) {
      failWith(condition::kUnsupportedFeatureLateralJoinUsing, {}, joinFirst);
      return nullptr;
    }
    return planNode<plan::UnresolvedUsingJoin>(first, std::move(left), std::move(right), type, std::move(columns));
  } else if (accept(kOn)) {
    condition = expression();
  }
  if (!lateral) return planNode<plan::Join>(first, std::move(left), std::move(right), type, std::move(condition));
  if (type != JoinType::kInner && type != JoinType::kCross && type != JoinType::kLeftOuter) {
    failWith(condition::kInvalidLateralJoinType, {{"joinType", upperCase(plan::joinTypeName(type))}}, joinFirst);
    return nullptr;
  }
  return lateralOver(std::move(left), std::move(right), type, std::move(condition), first);
}

bool QueryParser::atAsName() const { return at(kAs, kLeftParen) && atStrictIdentifier(); }

bool QueryParser::atTableAlias() const { return atStrictIdentifier() && atImplicitAlias() && !atTransform(); }

LogicalPlanPtr QueryParser::tableAlias(LogicalPlanPtr child, uint32_t first) {
  // In AS (a, b) the word is the table's name.
  const bool namedAs = atAsName();
  if (!namedAs && !accept(kAs) && !atTableAlias()) return child;
  std::string name = namedAs ? identifier() : relationName();
  if (at(kLeftParen)) {
    std::vector<std::string> columns = identifierList();
    child = planNode<plan::UnresolvedColumnAliases>(first, std::move(columns), std::move(child));
  }
  return planNode<plan::SubqueryAlias>(first, std::vector<std::string>{std::move(name)}, std::move(child));
}

LogicalPlanPtr QueryParser::relationPrimary() {
  const Nesting nesting(*this);
  const uint32_t first = position();
  if (at(kLeftParen)) return parenthesizedRelation(first);
  const TokenType next = peek(1).type;
  if (at(kValues) && (next == kLeftParen || next == kDash || (next >= kStringText && next <= kBigDecimalNumber) || next == kNull || next == kTrue ||
                      next == kFalse || (next >= kQuotedIdentifier && peek(2).type == kLeftParen))) {
    advance();
    return inlineTable(first);
  }
  return namedTable(first);
}

LogicalPlanPtr QueryParser::parenthesizedRelation(uint32_t first) {
  const Mark start = mark();
  const uint32_t ahead = behindParens(1);
  if (atQuery(ahead)) {
    advance();
    LogicalPlanPtr plan = query();
    expect(kRightParen);
    if (!failed()) {
      plan = sample(std::move(plan), first);
      const bool aliased = at(kAs) || atTableAlias();
      plan = tableAlias(std::move(plan), first);
      return aliased ? plan : planNode<plan::SubqueryAlias>(first, std::vector<std::string>{kSubqueryName}, std::move(plan));
    }
    if (ahead == 1) return nullptr;
    rewind(start);
  }
  expect(kLeftParen);
  LogicalPlanPtr plan = relation();
  expect(kRightParen);
  plan = sample(std::move(plan), first);
  return tableAlias(std::move(plan), first);
}

LogicalPlanPtr QueryParser::tableReference() {
  const uint32_t first = position();
  if (atIdentifierClause()) {
    ExprPtr name = identifierClauseArgument();
    return planNode<plan::UnresolvedRelation>(first, std::vector<std::string>(), plan::Options(), false, std::string(), nullptr, std::move(name));
  }
  std::vector<std::string> name = multipartIdentifier();
  return planNode<plan::UnresolvedRelation>(first, std::move(name));
}

LogicalPlanPtr QueryParser::namedTable(uint32_t first) {
  const bool streaming = at(kStream) && (peek(1).type >= kQuotedIdentifier || peek(1).type == kLeftParen) && peek(1).type != kAs && peek(1).type != kWhere;
  if (streaming) advance();
  std::vector<std::string> name;
  ExprPtr identifierExpression;
  if (streaming && accept(kLeftParen)) {
    name = multipartIdentifier();
    expect(kRightParen);
  } else if (atIdentifierClause()) {
    identifierExpression = identifierClauseArgument();
    if (at(kLeftParen) && !failed()) return functionTable({}, first, std::move(identifierExpression));
  } else {
    if (!atIdentifier() || at(kSelect) || at(kWhere)) failSyntax();
    name = multipartIdentifier();
    if (at(kLeftParen) && !failed()) return functionTable(std::move(name), first);
  }
  const bool forTravel = at(kFor) && (isWord("VERSION", 1) || isWord("SYSTEM_VERSION", 1) || isWord("TIMESTAMP", 1) || isWord("SYSTEM_TIME", 1));
  const uint32_t ahead = forTravel ? 1 : 0;
  std::string version;
  ExprPtr timestamp;
  if (peek(ahead + 1).type == kAs && peek(ahead + 2).type == kOf) {
    if (forTravel) advance();
    const bool byVersion = at(kVersion) || at(kSystemVersion);
    advance();
    expect(kAs, kOf);
    if (byVersion) {
      version = atString() ? stringLiteral() : std::to_string(integerNumber(std::numeric_limits<int64_t>::max()));
    } else {
      timestamp = valueExpression();
    }
  }
  plan::Options options;
  if (at(kWith, kLeftParen)) {
    advance();
    options = optionList();
  }
  LogicalPlanPtr plan = planNode<plan::UnresolvedRelation>(first, std::move(name), std::move(options), streaming, std::move(version), std::move(timestamp),
                                                           std::move(identifierExpression));
  plan = sample(std::move(plan), first);
  return tableAlias(std::move(plan), first);
}

LogicalPlanPtr QueryParser::functionTable(std::vector<std::string> name, uint32_t first, ExprPtr identifierExpression) {
  expect(kLeftParen);
  std::vector<ExprPtr> arguments;
  if (!at(kRightParen)) {
    do {
      const uint32_t argumentFirst = position();
      std::string argumentName;
      if (atIdentifier() && peek(1).type == kFatArrow) {
        argumentName = identifier();
        expect(kFatArrow);
      }
      ExprPtr value = at(kTable, kLeftParen) || (at(kTable) && peek(1).type >= kQuotedIdentifier) ? tableArgument() : expression();
      if (!argumentName.empty()) {
        requireNamedArguments(name, argumentName, argumentFirst);
        value = node<expr::NamedArgument>(argumentFirst, std::move(argumentName), std::move(value));
      }
      arguments.push_back(std::move(value));
    } while (accept(kComma));
  }
  expect(kRightParen);
  LogicalPlanPtr plan = planNode<plan::UnresolvedTableValuedFunction>(first, std::move(name), std::move(arguments), false, false, std::string(),
                                                                      std::vector<std::string>(), nullptr, std::move(identifierExpression));
  return tableAlias(std::move(plan), first);
}

// TABLE(t), TABLE t, TABLE(SELECT ...) [PARTITION BY ... ORDER BY ... | WITH SINGLE PARTITION]
ExprPtr QueryParser::tableArgument() {
  const uint32_t first = position();
  expect(kTable);
  const bool parenthesized = accept(kLeftParen);
  LogicalPlanPtr plan = parenthesized && (atQuery() || at(kLeftParen)) ? query() : tableReference();
  if (parenthesized) expect(kRightParen);
  std::vector<ExprPtr> partitionBy;
  std::vector<ExprPtr> orderBy;
  bool single = false;
  if (at(kWith) && isWord("SINGLE", 1)) {
    advance();
    advance();
    expect(kPartition);
    single = true;
  } else if (accept(kPartition, kBy) || accept(kDistribute, kBy)) {
    const bool listed = accept(kLeftParen);
    partitionBy = expressionList();
    if (listed) expect(kRightParen);
  }
  if (accept(kOrder, kBy) || accept(kSort, kBy)) {
    const bool listed = accept(kLeftParen);
    orderBy = sortItems();
    if (listed) expect(kRightParen);
  }
  return node<plan::TableArgument>(first, std::move(plan), std::move(partitionBy), std::move(orderBy), single);
}

LogicalPlanPtr QueryParser::inlineTable(uint32_t first) {
  std::vector<std::vector<ExprPtr>> rows;
  do {
    const uint32_t rowFirst = position();
    ExprPtr row = expression();
    if (failed()) return nullptr;
    // struct(a, b) is a row as (a, b) is.
    const auto* call = row->as<expr::UnresolvedFunction>();
    if (call != nullptr && call->nameParts.size() == 1 && lowerCase(call->nameParts[0]) == "struct") {
      rows.emplace_back();
      for (const ExprPtr& field : call->arguments) rows.back().push_back(expr::withoutAlias(field));
    } else {
      rows.push_back(rowValues(row, rowFirst));
    }
  } while (accept(kComma));
  std::string alias;
  std::vector<std::string> names;
  if (atAsName() || accept(kAs) || atTableAlias()) {
    alias = identifier();
    if (at(kLeftParen)) names = identifierList();
  }
  if (names.empty()) {
    for (size_t i = 0; i < rows[0].size(); ++i) names.push_back("col" + std::to_string(i + 1));
  }
  LogicalPlanPtr plan = planNode<plan::UnresolvedInlineTable>(first, std::move(names), std::move(rows));
  return alias.empty() ? plan : planNode<plan::SubqueryAlias>(first, std::vector<std::string>{std::move(alias)}, std::move(plan));
}

LogicalPlanPtr QueryParser::lateralViews(LogicalPlanPtr child, uint32_t first) {
  while (at(kLateral, kView)) {
    const uint32_t viewFirst = position();
    advance();
    advance();
    const bool outer = accept(kOuter);
    std::vector<std::string> name = multipartIdentifier();
    expect(kLeftParen);
    std::vector<ExprPtr> arguments;
    if (!at(kRightParen)) arguments = expressionList();
    expect(kRightParen);
    std::string alias = identifier();
    std::vector<std::string> columns;
    if (accept(kAs) || lowerCase(alias) == "as" || (atStrictIdentifier() && atImplicitAlias())) {
      do {
        columns.push_back(identifier());
      } while (accept(kComma));
    }
    child = planNode<plan::UnresolvedTableValuedFunction>(viewFirst, std::move(name), std::move(arguments), true, outer, std::move(alias), std::move(columns),
                                                          std::move(child));
  }
  return child;
}

LogicalPlanPtr QueryParser::sample(LogicalPlanPtr child, uint32_t first) {
  if (!at(kTablesample)) return child;
  advance();
  const uint32_t sizeFirst = position();
  expect(kLeftParen);
  if (at(kRightParen)) {
    failWith(condition::kLegacyErrorTemp0014, {}, sizeFirst);
    return nullptr;
  }
  double fraction = 0;
  ExprPtr rows;
  const auto fraction01 = [&](double value) {
    constexpr double kEpsilon = 1e-6;
    if (value < -kEpsilon || value > 1 + kEpsilon) {
      failWith(condition::kLegacyErrorTemp0064, {{"msg", "Sampling fraction (" + std::to_string(value) + ") must be on interval [0, 1]"}}, sizeFirst);
    }
    fraction = value;
  };
  if (accept(kBucket)) {
    const double numerator = static_cast<double>(integerNumber(1'000'000'000));
    expectWord("OUT");
    expect(kOf);
    const double denominator = static_cast<double>(integerNumber(1'000'000'000));
    if (accept(kOn)) {
      failWith(condition::kLegacyErrorTemp0015, {{"msg", "BUCKET x OUT OF y ON ..."}}, sizeFirst);
    }
    fraction01(numerator / denominator);
  } else {
    const bool negative = at(kDash);
    const std::string text = std::string(negative ? "-" : "") + std::string(textOf(peek(negative ? 1 : 0)));
    const TokenType unit = peek(negative ? 2 : 1).type;
    if (unit == kPercent) {
      advance();
      if (negative) advance();
      advance();
      fraction01(std::strtod(text.c_str(), nullptr) / 100);
    } else {
      rows = expression();
      if (!failed() && at(kRightParen)) {
        // A size in bytes: 100M
        const char last = text.empty() ? ' ' : static_cast<char>(text.back() | 0x20);
        if (last == 'b' || last == 'k' || last == 'm' || last == 'g') {
          failWith(condition::kLegacyErrorTemp0015, {{"msg", "byteLengthLiteral"}}, sizeFirst);
        } else {
          failWith(condition::kLegacyErrorTemp0016, {{"bytesStr", text}}, sizeFirst);
        }
      } else if (accept(kPercent)) {
        failSyntax();
      } else {
        expect(kRows);
      }
    }
  }
  expect(kRightParen);
  int64_t seed = 0;
  if (accept(kRepeatable)) {
    expect(kLeftParen);
    const bool negative = accept(kDash);
    seed = integerNumber(std::numeric_limits<int64_t>::max()) * (negative ? -1 : 1);
    expect(kRightParen);
  } else if (rows == nullptr) {
    seed = static_cast<int64_t>(std::random_device()() % 1'000);
  }
  if (rows != nullptr) return planNode<plan::Limit>(first, std::move(rows), std::move(child));
  return planNode<plan::Sample>(first, 0.0, fraction, false, seed, std::move(child));
}

LogicalPlanPtr QueryParser::pivot(LogicalPlanPtr child, uint32_t first) {
  expect(kPivot, kLeftParen);
  std::vector<ExprPtr> aggregates = namedExpressionList();
  expect(kFor);
  const uint32_t columnFirst = position();
  ExprPtr column;
  const auto columnNode = [&] {
    const uint32_t nameFirst = position();
    std::vector<std::string> name = multipartIdentifier();
    return node<expr::UnresolvedAttribute>(nameFirst, std::move(name));
  };
  if (accept(kLeftParen)) {
    std::vector<ExprPtr> columns;
    do {
      columns.push_back(columnNode());
    } while (accept(kComma));
    expect(kRightParen);
    column = columns.size() == 1 ? std::move(columns[0]) : callNode(columnFirst, "struct", std::move(columns));
  } else {
    column = columnNode();
  }
  expect(kIn);
  expect(kLeftParen);
  std::vector<ExprPtr> values = namedExpressionList();
  expect(kRightParen);
  expect(kRightParen);
  LogicalPlanPtr plan = planNode<plan::Pivot>(first, std::vector<ExprPtr>(), false, std::move(column), std::move(values), std::move(aggregates), std::move(child));
  return tableAlias(std::move(plan), first);
}

LogicalPlanPtr QueryParser::unpivot(LogicalPlanPtr child, uint32_t first) {
  expect(kUnpivot);
  bool includeNulls = false;
  if (at(kInclude) || at(kExclude)) {
    includeNulls = at(kInclude);
    advance();
    expect(kNulls);
  }
  expect(kLeftParen);
  std::vector<std::string> valueColumns;
  const bool several = at(kLeftParen);
  valueColumns = several ? identifierList() : std::vector<std::string>{identifier()};
  expect(kFor);
  std::string variable = identifier();
  expect(kIn);
  expect(kLeftParen);
  std::vector<std::vector<ExprPtr>> values;
  std::vector<std::string> aliases;
  bool hasAlias = false;
  const auto columnNode = [&] {
    const uint32_t nameFirst = position();
    std::vector<std::string> name = multipartIdentifier();
    return node<expr::UnresolvedAttribute>(nameFirst, std::move(name));
  };
  do {
    std::vector<ExprPtr> row;
    if (several) {
      expect(kLeftParen);
      do {
        row.push_back(columnNode());
      } while (accept(kComma));
      expect(kRightParen);
    } else {
      row.push_back(columnNode());
    }
    std::string alias;
    if (accept(kAs) || atIdentifier()) {
      alias = identifier();
      hasAlias = true;
    }
    values.push_back(std::move(row));
    aliases.push_back(std::move(alias));
  } while (accept(kComma));
  expect(kRightParen);
  expect(kRightParen);
  if (!hasAlias) aliases.clear();
  LogicalPlanPtr plan = planNode<plan::Unpivot>(first, std::vector<ExprPtr>(), false, std::move(values), true, std::move(aliases), std::move(variable),
                                                std::move(valueColumns), includeNulls, std::move(child));
  return tableAlias(std::move(plan), first);
}

std::string QueryParser::propertyKey() {
  if (atString()) {
    // A text behind it is the value, not more of the key.
    std::string key = unescapeString(textOf(peek()), options_.escapedStringLiterals);
    advance();
    return key;
  }
  std::string key = identifier();
  while (accept(kDot)) key += '.' + identifier();
  return key;
}

std::string QueryParser::propertyValue() {
  if (atString()) return stringLiteral();
  const uint32_t first = position();
  accept(kDash);
  if (at(kTrue) || at(kFalse)) {
    std::string word = lowerCase(textOf(peek()));
    advance();
    return word;
  }
  if (peek().type < kIntegerNumber || peek().type > kBigDecimalNumber) {
    failSyntax();
    return "";
  }
  advance();
  return sourceText(first);
}

plan::Options QueryParser::optionList() {
  plan::Options options;
  expect(kLeftParen);
  do {
    std::string key = propertyKey();
    std::string value;
    if (accept(kEqual) || !(at(kComma) || at(kRightParen))) value = propertyValue();
    options.emplace_back(std::move(key), std::move(value));
  } while (accept(kComma));
  expect(kRightParen);
  return options;
}

}  // namespace flint::parser
