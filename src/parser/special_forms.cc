#include <array>
#include <limits>

#include "parser/expression_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;
using expr::CastMode;

constexpr std::array<std::string_view, 11> kDatetimeUnits = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND",
                                                             "MILLISECOND", "MICROSECOND"};

// CHAR and VARCHAR become STRING: casts do not pad or cut.
DataType withoutLengths(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar: return DataType::string();
    case TypeKind::kArray: return DataType::array(withoutLengths(type.elementType()), type.containsNull());
    case TypeKind::kMap: return DataType::map(withoutLengths(type.keyType()), withoutLengths(type.valueType()), type.valueContainsNull());
    case TypeKind::kStruct: {
      StructFields fields = type.fields();
      for (StructField& field : fields) field.type = withoutLengths(field.type);
      return DataType::structType(std::move(fields));
    }
    default: return type;
  }
}

}  // namespace

// Whether the cursor stood on a function with key words among its arguments; `out` is the call.
bool ExpressionParser::specialForm(ExprPtr& out) {
  const uint32_t first = position();
  const TokenType type = peek().type;
  const bool call = peek(1).type == kLeftParen;
  switch (type) {
    case kCase:
      if (peek(1).type == kDot || peek(1).type == kComma || peek(1).type == kRightParen) return false;
      out = caseExpression(first);
      return true;
    case kCast:
    case kTryCast: {
      if (!call) return false;
      const CastMode mode = type == kTryCast ? CastMode::kTry : options_.ansi ? CastMode::kAnsi : CastMode::kLegacy;
      out = castExpression(first, mode);
      return true;
    }
    case kInterval:
      if (!atIntervalLiteral()) return false;
      out = intervalLiteral(first);
      return true;
    case kStruct:
      if (!call) return false;
      advance();
      advance();
      {
        std::vector<ExprPtr> fields;
        if (!at(kRightParen)) fields = namedExpressionList();
        expect(kRightParen);
        out = callNode(first, "struct", std::move(fields));
      }
      return true;
    case kIdentifier:
      if (!call || !atIdentifierClause()) return false;
      {
        ExprPtr name = identifierClauseArgument();
        if (!at(kLeftParen)) {
          out = node<expr::IdentifierClause>(first, std::move(name));
          return true;
        }
        advance();
        std::vector<ExprPtr> arguments;
        if (!at(kRightParen)) {
          do {
            arguments.push_back(functionArgument());
          } while (accept(kComma));
        }
        expect(kRightParen);
        out = node<expr::IdentifierClause>(first, std::move(name), std::move(arguments), true);
      }
      return true;
    case kExtract: return call && extractForm(out, first);
    default: break;
  }
  if (!call || plainCalls_.contains(first)) return false;
  if (triedForm(out, first)) return true;
  // Remembered, so that calls in calls are not tried again and again.
  plainCalls_.insert(first);
  return false;
}

// The forms that show only behind the first argument, read on trial.
bool ExpressionParser::triedForm(ExprPtr& out, uint32_t first) {
  switch (peek().type) {
    case kTrim: return trimForm(out, first);
    case kPosition:
    case kSubstr:
    case kSubstring:
    case kOverlay: return keywordArguments(out, first);
    case kTimestampadd:
    case kDateadd:
    case kDateAdd: return datetimeUnitForm(out, first, "timestampadd");
    case kTimestampdiff:
    case kDatediff:
    case kDateDiff:
    case kTimediff: return datetimeUnitForm(out, first, "timestampdiff");
    case kFirst:
    case kLast: return nullsInsideForm(out, first);
    default: return isWord("ANY_VALUE") && nullsInsideForm(out, first);
  }
}

ExprPtr ExpressionParser::caseExpression(uint32_t first) {
  expect(kCase);
  ExprPtr value;
  if (!at(kWhen)) value = expression();
  std::vector<std::pair<ExprPtr, ExprPtr>> branches;
  do {
    expect(kWhen);
    const uint32_t whenFirst = position();
    ExprPtr when = expression();
    if (value != nullptr) when = node<expr::Comparison>(whenFirst, expr::ComparisonOp::kEqual, value, std::move(when));
    expect(kThen);
    ExprPtr then = expression();
    branches.emplace_back(std::move(when), std::move(then));
  } while (at(kWhen));
  ExprPtr otherwise;
  if (accept(kElse)) otherwise = expression();
  expect(kEnd);
  return node<expr::CaseWhen>(first, std::move(branches), std::move(otherwise));
}

ExprPtr ExpressionParser::castExpression(uint32_t first, CastMode mode) {
  advance();
  expect(kLeftParen);
  ExprPtr child = expression();
  if (at(kRightParen)) {
    // Without a type it is a call of a function with this name: there is none for try_cast.
    advance();
    if (mode == CastMode::kTry) return callNode(first, "try_cast", {std::move(child)});
    failWith(condition::kWrongNumArgsWithoutSuggestion, {{"functionName", "`cast`"}, {"expectedNum", "0"}, {"actualNum", "1"}, {"docroot", "https://spark.apache.org/docs/latest"}}, first);
    return nullptr;
  }
  expect(kAs);
  DataType type = dataType();
  expect(kRightParen);
  return castTo(std::move(child), std::move(type), mode, first);
}

ExprPtr ExpressionParser::castTo(ExprPtr child, DataType type, CastMode mode, uint32_t first) {
  return node<expr::Cast>(first, std::move(child), withoutLengths(type), mode);
}

bool ExpressionParser::extractForm(ExprPtr& out, uint32_t first) {
  if (!atIdentifier(2) || peek(3).type != kFrom) return false;
  advance();
  advance();
  const uint32_t fieldFirst = position();
  ExprPtr field = node<expr::Literal>(fieldFirst, Value::string(identifier()), DataType::string());
  expect(kFrom);
  ExprPtr source = valueExpression();
  expect(kRightParen);
  out = callNode(first, "extract", {std::move(field), std::move(source)});
  return true;
}

bool ExpressionParser::trimForm(ExprPtr& out, uint32_t first) {
  const Mark start = mark();
  advance();
  advance();
  const char* name = "trim";
  bool certain = false;
  if ((at(kBoth) || at(kLeading) || at(kTrailing)) && peek(1).type != kRightParen && peek(1).type != kComma) {
    name = at(kLeading) ? "ltrim" : at(kTrailing) ? "rtrim" : "btrim";
    advance();
    certain = true;
  }
  ExprPtr characters;
  if (!at(kFrom)) characters = valueExpression();
  if (!certain && !at(kFrom)) {
    rewind(start);
    return false;
  }
  expect(kFrom);
  ExprPtr source = valueExpression();
  expect(kRightParen);
  // The function names take the source first only for btrim; trim, ltrim and rtrim take the characters first.
  if (std::string_view(name) == "btrim") name = "trim";
  if (characters == nullptr) {
    out = callNode(first, name, {std::move(source)});
  } else {
    out = callNode(first, name, {std::move(characters), std::move(source)});
  }
  return true;
}

bool ExpressionParser::keywordArguments(ExprPtr& out, uint32_t first) {
  const Mark start = mark();
  const TokenType function = peek().type;
  const TokenType separator = function == kPosition ? kIn : function == kOverlay ? kPlacing : kFrom;
  advance();
  advance();
  std::vector<ExprPtr> arguments{valueExpression()};
  if (!at(separator)) {
    rewind(start);
    return false;
  }
  advance();
  arguments.push_back(valueExpression());
  if (function == kPosition) {
    expect(kRightParen);
    arguments.push_back(node<expr::Literal>(first, Value::integer(1), DataType::integer()));
    out = callNode(first, "locate", std::move(arguments));
    return true;
  }
  if (function == kOverlay) {
    expect(kFrom);
    arguments.push_back(valueExpression());
  }
  if (accept(kFor)) {
    arguments.push_back(valueExpression());
  } else {
    const int64_t length = function == kOverlay ? -1 : std::numeric_limits<int32_t>::max();
    arguments.push_back(node<expr::Literal>(first, Value::integer(length), DataType::integer()));
  }
  expect(kRightParen);
  out = callNode(first, function == kOverlay ? "overlay" : "substring", std::move(arguments));
  return true;
}

bool ExpressionParser::datetimeUnitForm(ExprPtr& out, uint32_t first, const char* name) {
  if (peek(3).type != kComma) return false;
  const Mark start = mark();
  advance();
  advance();
  const uint32_t unitFirst = position();
  if (atString()) {
    std::string unit = stringLiteral();
    expect(kComma);
    valueExpression();
    const bool three = !failed() && at(kComma);
    rewind(start);
    if (three) {
      failWith(condition::kInvalidParameterValueDatetimeUnit,
               {{"parameter", "`unit`"}, {"functionName", '`' + lowerCase(textOf(peek())) + '`'}, {"invalidValue", '\'' + unit + '\''}}, first);
      return true;
    }
    return false;
  }
  bool isUnit = false;
  for (const std::string_view unit : kDatetimeUnits) isUnit = isUnit || isWord(unit);
  if (!isUnit) {
    rewind(start);
    return false;
  }
  std::string unit = upperCase(textOf(peek()));
  advance();
  ExprPtr field = node<expr::Literal>(unitFirst, Value::string(std::move(unit)), DataType::string());
  expect(kComma);
  ExprPtr second = valueExpression();
  if (!failed() && !at(kComma)) {
    rewind(start);  // date_add(day, 1): `day` is a column
    return false;
  }
  expect(kComma);
  ExprPtr third = valueExpression();
  expect(kRightParen);
  out = callNode(first, name, {std::move(field), std::move(second), std::move(third)});
  return true;
}

// first(x IGNORE NULLS)
bool ExpressionParser::nullsInsideForm(ExprPtr& out, uint32_t first) {
  const Mark start = mark();
  std::string name = lowerCase(textOf(peek()));
  advance();
  advance();
  ExprPtr value;
  if (!at(kRightParen) && !at(kDistinct)) value = expression();
  if (failed() || !at(kIgnore)) {
    rewind(start);
    return false;
  }
  expect(kIgnore, kNulls);
  expect(kRightParen);
  std::vector<ExprPtr> arguments{std::move(value)};
  auto call = node<expr::UnresolvedFunction>(first, std::vector<std::string>{std::move(name)}, std::move(arguments), false, true);
  out = functionTail(std::move(call), first);
  return true;
}

}  // namespace flint::parser
