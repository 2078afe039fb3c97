#include <utility>

#include "parser/expression_parser.h"
#include "parser/lexer.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::parser {
namespace {

using enum TokenType;

bool isCount(const std::vector<std::string>& name) { return name.size() == 1 && lowerCase(name[0]) == "count"; }

}  // namespace

ExprPtr ExpressionParser::primary() {
  const Nesting nesting(*this);
  const uint32_t first = position();
  ExprPtr out = primaryBase();
  while (!failed()) {
    switch (peek().type) {
      case kLeftBracket: out = subscript(std::move(out), first); break;
      case kDot: out = dereference(std::move(out), first); break;
      case kDoubleColon: {
        advance();
        DataType type = dataType();
        out = castTo(std::move(out), std::move(type), options_.ansi ? expr::CastMode::kAnsi : expr::CastMode::kLegacy, first);
        break;
      }
      case kCollate: {
        advance();
        const uint32_t nameFirst = position();
        std::string name = multipartIdentifier().back();
        ExprPtr collation = node<expr::Literal>(nameFirst, Value::string(std::move(name)), DataType::string());
        out = callNode(first, "collate", {std::move(out), std::move(collation)});
        break;
      }
      case kColon:
        if (peek(1).type < kQuotedIdentifier && peek(1).type != kLeftBracket) return out;
        out = variantPath(std::move(out), first);
        break;
      default: return out;
    }
  }
  return out;
}

ExprPtr ExpressionParser::subscript(ExprPtr child, uint32_t first) {
  expect(kLeftBracket);
  ExprPtr index = valueExpression();
  expect(kRightBracket);
  return node<expr::UnresolvedExtractValue>(first, std::move(child), std::move(index));
}

ExprPtr ExpressionParser::dereference(ExprPtr child, uint32_t first) {
  expect(kDot);
  const uint32_t nameFirst = position();
  std::string name = identifier();
  ExprPtr field = node<expr::Literal>(nameFirst, Value::string(std::move(name)), DataType::string());
  return node<expr::UnresolvedExtractValue>(first, std::move(child), std::move(field));
}

// v:a.b[0]['c']: variant_get with a JSON path, as text.
ExprPtr ExpressionParser::variantPath(ExprPtr child, uint32_t first) {
  expect(kColon);
  const uint32_t pathFirst = position();
  std::string path = "$";
  bool start = true;
  while (!failed()) {
    if (accept(kLeftBracket)) {
      if (atString()) {
        path += "['" + stringLiteral() + "']";
      } else if (accept(kStar)) {
        path += "[*]";
      } else {
        path += '[' + std::to_string(integerNumber(2'147'483'647)) + ']';
      }
      expect(kRightBracket);
    } else if (start || accept(kDot)) {
      const bool quoted = at(kQuotedIdentifier);
      std::string name = identifier();
      path += quoted ? "['" + name + "']" : "." + name;
    } else {
      break;
    }
    start = false;
  }
  ExprPtr text = node<expr::Literal>(pathFirst, Value::string(std::move(path)), DataType::string());
  return callNode(first, "semi_structured_extract", {std::move(child), std::move(text)});
}

ExprPtr ExpressionParser::primaryBase() {
  const uint32_t first = position();
  switch (peek().type) {
    case kStringText: {
      std::string text = stringLiteral();
      return node<expr::Literal>(first, Value::string(std::move(text)), DataType::string());
    }
    case kDash:
      advance();
      return number(true, first);
    case kIntegerNumber: case kDecimalNumber: case kExponentNumber: case kBigintNumber: case kSmallintNumber: case kTinyintNumber:
    case kFloatNumber: case kDoubleNumber: case kBigDecimalNumber: return number(false, first);
    case kStar: return star({}, first);
    case kLeftParen: return parenthesized();
    case kQuestion:
      advance();
      return node<expr::Parameter>(first, std::to_string(numPositional_++), true);
    case kColon: {
      advance();
      std::string name = identifier();
      return node<expr::Parameter>(first, std::move(name), false);
    }
    case kNull:
      if (peek(1).type == kDot || peek(1).type == kLeftParen) return nameOrCall();
      advance();
      return node<expr::Literal>(first, Value::null(), DataType::null());
    case kTrue:
    case kFalse: {
      if (peek(1).type == kDot || peek(1).type == kLeftParen) return nameOrCall();
      const bool value = at(kTrue);
      advance();
      return node<expr::Literal>(first, Value::boolean(value), DataType::boolean());
    }
    // These only ever start a clause or continue an operator.
    case kFrom: case kWhere: case kGroup: case kHaving: case kUnion: case kExcept: case kIntersect: case kOn: case kThen: case kElse: case kWhen:
    case kAnd: case kOr: case kAs: case kSelect: case kWith: case kIn: case kIs: case kBy: case kInto: case kDistinct:
      failSyntax();
      return nullptr;
    case kBetween:
      if (peek(1).type == kLeftParen) return nameOrCall();
      failSyntax();
      return nullptr;
    default: break;
  }
  if (!atIdentifier()) {
    failSyntax();
    return nullptr;
  }
  ExprPtr out;
  if (specialForm(out)) return out;
  return nameOrCall();
}

// ( query ), ( expression ), ( a, b ) as a row, and (x, y) -> body.
ExprPtr ExpressionParser::parenthesized() {
  const uint32_t first = position();
  if (atLambdaParameters()) return lambda(first);
  const uint32_t ahead = behindParens(1);
  if (atQuery(ahead)) {
    const Mark start = mark();
    advance();
    const int32_t depth = std::exchange(lambdaDepth_, 0);
    LogicalPlanPtr plan = query();
    lambdaDepth_ = depth;
    expect(kRightParen);
    if (!failed()) return node<plan::ScalarSubquery>(first, std::move(plan), std::vector<ExprPtr>(), expr::ExprId(0));
    if (ahead == 1) return nullptr;
    rewind(start);  // ((SELECT 1) + 1)
  }
  expect(kLeftParen);
  ExprPtr value = namedExpression();
  if (!at(kComma)) {
    if (!failed() && value->kind() == expr::ExprKind::kAlias) failSyntax();
    expect(kRightParen);
    return value;
  }
  std::vector<ExprPtr> values{std::move(value)};
  while (accept(kComma)) values.push_back(namedExpression());
  expect(kRightParen);
  return rowConstructor(std::move(values), first);
}

// (a, b): a struct whose fields are named as the values are, or by position.
ExprPtr ExpressionParser::rowConstructor(std::vector<ExprPtr> values, uint32_t first) {
  if (failed()) return nullptr;
  std::vector<ExprPtr> arguments;
  for (size_t i = 0; i < values.size(); ++i) {
    ExprPtr value = values[i];
    std::string name = "col" + std::to_string(i + 1);
    if (value->as<expr::UnresolvedStar>() != nullptr) return callNode(first, "struct", std::move(values));
    if (const auto* alias = value->as<expr::Alias>()) {
      name = alias->name;
      value = alias->child;
    } else if (const auto* column = value->as<expr::UnresolvedAttribute>()) {
      name = column->nameParts.back();
    } else if (const auto* variable = value->as<expr::UnresolvedLambdaVariable>()) {
      name = variable->nameParts.back();
    }
    arguments.push_back(expr::literalString(std::move(name)));
    arguments.push_back(std::move(value));
  }
  return callNode(first, "named_struct", std::move(arguments));
}

std::vector<ExprPtr> ExpressionParser::rowValues(const ExprPtr& value, uint32_t first) const {
  // A row is known by the parenthesis it starts with: named_struct(...) as the user calls it is one value.
  const auto* call = value->as<expr::UnresolvedFunction>();
  bool isRow = false;
  if (call != nullptr && value->origin() != nullptr && call->nameParts.size() == 1 && call->nameParts[0] == "named_struct") {
    // In more parentheses it is a row still.
    for (uint32_t at = first; tokenAt(at).type == kLeftParen && !isRow; ++at) isRow = value->origin()->startIndex == static_cast<int32_t>(tokenAt(at).index);
  }
  std::vector<ExprPtr> out;
  if (call != nullptr && call->nameParts.size() == 1 && lowerCase(call->nameParts[0]) == "struct") {
    // struct(a, b) is a row as well.
    for (const ExprPtr& argument : call->arguments) out.push_back(expr::withoutAlias(argument));
    return out;
  }
  if (!isRow) return {value};
  for (size_t i = 1; i < call->arguments.size(); i += 2) out.push_back(call->arguments[i]);
  return out;
}

bool ExpressionParser::atLambdaParameters() const {
  uint32_t ahead = 1;
  while (true) {
    if (peek(ahead).type < kQuotedIdentifier) return false;
    if (peek(ahead + 1).type == kRightParen) return peek(ahead + 2).type == kArrow;
    if (peek(ahead + 1).type != kComma) return false;
    ahead += 2;
  }
}

ExprPtr ExpressionParser::lambda(uint32_t first) {
  std::vector<ExprPtr> variables;
  const bool list = accept(kLeftParen);
  do {
    const uint32_t nameFirst = position();
    std::string name = identifier();
    variables.push_back(node<expr::UnresolvedLambdaVariable>(nameFirst, std::vector<std::string>{std::move(name)}));
  } while (list && accept(kComma));
  if (list) expect(kRightParen);
  expect(kArrow);
  ++lambdaDepth_;
  ExprPtr body = expression();
  --lambdaDepth_;
  return node<expr::LambdaFunction>(first, std::move(body), std::move(variables));
}

ExprPtr ExpressionParser::star(std::vector<std::string> target, uint32_t first) {
  expect(kStar);
  std::vector<std::vector<std::string>> except;
  if (at(kExcept, kLeftParen) && peek(2).type != kSelect) {
    advance();
    advance();
    do {
      except.push_back(multipartIdentifier());
    } while (accept(kComma));
    expect(kRightParen);
  }
  return node<expr::UnresolvedStar>(first, std::move(target), std::nullopt, std::move(except));
}

ExprPtr ExpressionParser::columnReference(std::vector<std::string> parts, uint32_t first) {
  if (lambdaDepth_ > 0) return node<expr::UnresolvedLambdaVariable>(first, std::move(parts));
  return node<expr::UnresolvedAttribute>(first, std::move(parts));
}

ExprPtr ExpressionParser::nameOrCall() {
  const uint32_t first = position();
  const TokenType next = peek(1).type;
  if (next == kStringText && !at(kQuotedIdentifier)) return typedLiteral(first);
  if (next == kArrow) return lambda(first);
  const bool quoted = at(kQuotedIdentifier);
  // Inside of named expressions a quoted name is a pattern.
  if (quoted && options_.quotedRegexColumnNames && namedDepth_ > 0 && next != kLeftParen && next != kDot) {
    std::string pattern = identifier();
    return node<expr::UnresolvedRegex>(first, std::move(pattern));
  }
  std::vector<std::string> parts{identifier()};
  while (at(kDot) && !failed()) {
    if (peek(1).type == kStar) {
      advance();
      return star(std::move(parts), first);
    }
    advance();
    // A pattern of the columns of one table; parts of longer names are names.
    const bool pattern = at(kQuotedIdentifier) && options_.quotedRegexColumnNames && parts.size() == 1 && peek(1).type != kLeftParen && peek(1).type != kDot;
    parts.push_back(identifier());
    if (pattern && namedDepth_ > 0) return node<expr::UnresolvedRegex>(first, std::move(parts[1]), std::move(parts[0]));
  }
  if (at(kLeftParen)) return functionCall(std::move(parts), first);
  return columnReference(std::move(parts), first);
}

void ExpressionParser::requireNamedArguments(const std::vector<std::string>& function, const std::string& argument, uint32_t first) {
  if (options_.namedArguments || failed()) return;
  std::string shown;
  for (const std::string& part : function) shown += (shown.empty() ? "" : ".") + quoteIdentifier(part);
  failWith(condition::kNamedParameterSupportDisabled, {{"functionName", shown}, {"argument", quoteIdentifier(argument)}}, first);
}

ExprPtr ExpressionParser::functionArgument() {
  const uint32_t first = position();
  if (atIdentifier() && peek(1).type == kFatArrow) {
    std::string name = identifier();
    expect(kFatArrow);
    ExprPtr value = expression();
    return node<expr::NamedArgument>(first, std::move(name), std::move(value));
  }
  return expression();
}

ExprPtr ExpressionParser::functionCall(std::vector<std::string> name, uint32_t first) {
  expect(kLeftParen);
  std::vector<ExprPtr> arguments;
  bool distinct = false;
  if (!at(kRightParen)) {
    if (at(kDistinct)) {
      advance();
      distinct = true;
    } else if (at(kAll) && peek(1).type != kComma && peek(1).type != kRightParen && peek(1).type != kDot && peek(1).type != kLeftParen) {
      advance();
    }
    do {
      const uint32_t argumentFirst = position();
      arguments.push_back(functionArgument());
      const auto* named = failed() ? nullptr : arguments.back()->as<expr::NamedArgument>();
      if (named != nullptr) requireNamedArguments(name, named->name, argumentFirst);
    } while (accept(kComma));
  }
  expect(kRightParen);
  if (failed()) return nullptr;
  if (!distinct && isCount(name) && arguments.size() == 1) {
    // count(*) counts rows.
    const auto* all = arguments[0]->as<expr::UnresolvedStar>();
    if (all != nullptr && all->target.empty() && all->except.empty()) {
      arguments[0] = node<expr::Literal>(first, Value::integer(1), DataType::integer());
    }
  }
  return functionTail(node<expr::UnresolvedFunction>(first, std::move(name), std::move(arguments), distinct), first);
}

// WITHIN GROUP, FILTER, IGNORE NULLS and OVER behind a call.
ExprPtr ExpressionParser::functionTail(ExprPtr call, uint32_t first) {
  if (failed()) return nullptr;
  if (!at(kWithin) && !at(kFilter) && !at(kIgnore) && !at(kRespect) && !at(kOver)) return call;
  expr::UnresolvedFunction function = *call->as<expr::UnresolvedFunction>();
  bool changed = false;
  if (accept(kWithin, kGroup, kLeftParen)) {
    changed = true;
    expect(kOrder, kBy);
    function.withinGroup = sortItems();
    expect(kRightParen);
  }
  if (at(kFilter, kLeftParen)) {
    changed = true;
    advance();
    advance();
    expect(kWhere);
    function.filter = expression();
    expect(kRightParen);
  }
  if ((at(kIgnore) || at(kRespect)) && peek(1).type == kNulls) {
    changed = true;
    function.ignoreNulls = at(kIgnore);
    advance();
    advance();
  }
  if (failed()) return nullptr;
  if (changed) call = expr::makeExpr(std::move(function), originFrom(first));
  if (!accept(kOver)) return call;
  std::string windowName;
  expr::WindowSpec spec = windowSpec(windowName);
  if (failed()) return nullptr;
  call = call->withOrigin(originFrom(first));
  return node<expr::UnresolvedWindow>(first, std::move(call), std::move(windowName), std::move(spec));
}

std::vector<ExprPtr> ExpressionParser::sortItems() {
  std::vector<ExprPtr> out;
  do {
    const uint32_t first = position();
    ExprPtr child = expression();
    bool ascending = true;
    if (accept(kDesc)) {
      ascending = false;
    } else {
      accept(kAsc);
    }
    bool nullsFirst = ascending;
    if (accept(kNulls)) {
      nullsFirst = at(kFirst);
      if (!accept(kFirst)) expect(kLast);
    }
    out.push_back(node<expr::SortOrder>(first, std::move(child), ascending, nullsFirst));
  } while (!(atIdentifier(1) && peek(2).type == kFatArrow) && accept(kComma));
  return out;
}

expr::WindowSpec ExpressionParser::windowSpec(std::string& windowName) {
  expr::WindowSpec spec;
  if (!at(kLeftParen)) {
    windowName = identifier();
    return spec;
  }
  advance();
  if (atIdentifier() && peek(1).type == kRightParen) {
    windowName = identifier();
    expect(kRightParen);
    return spec;
  }
  if (accept(kCluster, kBy)) {
    spec.partitionBy = expressionList();
  } else {
    if (accept(kPartition, kBy) || accept(kDistribute, kBy)) spec.partitionBy = expressionList();
    if (accept(kOrder, kBy) || accept(kSort, kBy)) spec.orderBy = sortItems();
  }
  if (at(kRows) || at(kRange)) {
    spec.hasFrame = true;
    spec.frameKind = at(kRows) ? expr::FrameKind::kRows : expr::FrameKind::kRange;
    advance();
    const auto bound = [&](expr::FrameBound& kind, ExprPtr& offset) {
      if (accept(kCurrent)) {
        expect(kRow);
        kind = expr::FrameBound::kCurrentRow;
        return;
      }
      const bool unbounded = accept(kUnbounded);
      if (!unbounded) offset = expression();
      if (accept(kPreceding)) {
        kind = unbounded ? expr::FrameBound::kUnboundedPreceding : expr::FrameBound::kPreceding;
      } else {
        expect(kFollowing);
        kind = unbounded ? expr::FrameBound::kUnboundedFollowing : expr::FrameBound::kFollowing;
      }
    };
    if (accept(kBetween)) {
      bound(spec.lower, spec.lowerOffset);
      expect(kAnd);
      bound(spec.upper, spec.upperOffset);
    } else {
      bound(spec.lower, spec.lowerOffset);
      spec.upper = expr::FrameBound::kCurrentRow;
    }
  }
  expect(kRightParen);
  return spec;
}

ExprPtr ExpressionParser::identifierClauseArgument() {
  expect(kIdentifier, kLeftParen);
  ExprPtr name = expression();
  expect(kRightParen);
  return name;
}

}  // namespace flint::parser
