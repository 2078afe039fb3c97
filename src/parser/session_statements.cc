#include <fmt/core.h>

#include "parser/statement_parser.h"
#include "types/calendar.h"

namespace flint::parser {
namespace {

using enum TokenType;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) <= ' ' || text.back() == ';')) text.remove_suffix(1);
  return text;
}

bool isSettingKey(std::string_view key) {
  for (const char c : key) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' || c == '-';
    if (!fits) return false;
  }
  return !key.empty();
}

std::string withoutBackQuotes(std::string_view text) {
  if (text.size() < 2 || text.front() != '`' || text.back() != '`') return std::string(text);
  return std::string(text.substr(1, text.size() - 2));
}

}  // namespace

LogicalPlanPtr StatementParser::explain(uint32_t first) {
  expect(kExplain);
  std::string mode = "simple";
  if (at(kExtended) || at(kCodegen) || at(kCost) || at(kFormatted)) {
    mode = lowerCase(textOf(peek()));
    advance();
  } else if (isWord("LOGICAL")) {
    failWith(condition::kInvalidStatementOrClause, {{"operation", "EXPLAIN LOGICAL"}}, first);
    return nullptr;
  }
  LogicalPlanPtr plan = statement();
  plan::ExplainCommand node;
  node.plan = std::move(plan);
  node.mode = std::move(mode);
  return failed() ? nullptr : plan::makePlan(std::move(node), originFrom(first));
}

LogicalPlanPtr StatementParser::set(uint32_t first) {
  expect(kSet);
  if (at(kVariable) || (at(kVar) && peek(1).type != kEqual)) {
    advance();
    return setVariable(first);
  }
  if (at(kTime, kZone)) return setTimeZone(first);
  if (at(kCatalog) && (peek(1).type >= kQuotedIdentifier || peek(1).type == kStringText)) {
    advance();
    std::string name = atString() ? stringLiteral() : identifier();
    return planNode<plan::SetCatalog>(first, std::move(name));
  }
  const std::string rest = restOfText();
  const std::string_view text = trimmed(rest);
  if (text.empty()) return planNode<plan::SetCommand>(first);
  if (text == "-v") return planNode<plan::SetCommand>(first, std::string(), std::nullopt, true);
  const size_t equals = text.find('=');
  const std::string_view key = trimmed(text.substr(0, equals));
  const bool quoted = key.size() > 1 && key.front() == '`' && key.back() == '`';
  if (!quoted && !isSettingKey(key)) {
    failWith(condition::kInvalidSetSyntax, {}, first);
    return nullptr;
  }
  std::optional<std::string> value;
  if (equals != std::string_view::npos) {
    const std::string_view written = trimmed(text.substr(equals + 1));
    value = withoutBackQuotes(written);
    if (written.size() == value->size() && written.find(';') != std::string_view::npos) {
      failWith(condition::kInvalidSetSyntax, {}, first);
      return nullptr;
    }
  }
  return planNode<plan::SetCommand>(first, withoutBackQuotes(key), std::move(value));
}

LogicalPlanPtr StatementParser::setTimeZone(uint32_t first) {
  expect(kTime, kZone);
  if (accept(kLocal)) return planNode<plan::SetTimeZone>(first, std::string("LOCAL"));
  if (atString()) {
    std::string zone = stringLiteral();
    return planNode<plan::SetTimeZone>(first, std::move(zone));
  }
  if (!at(kInterval)) {
    failWith(condition::kLegacyErrorTemp0045, {}, first);
    return nullptr;
  }
  ExprPtr value = primary();
  if (failed()) return nullptr;
  const auto* literal = value->as<expr::Literal>();
  if (literal == nullptr || !(atEnd() || at(kSemicolon)) || !literal->type.is(TypeKind::kDayTimeInterval)) {
    failWith(condition::kLegacyErrorTemp0045, {}, first);
    return nullptr;
  }
  const int64_t micros = literal->value.asInteger();
  if (micros % kMicrosPerSecond != 0 || micros > 18 * kMicrosPerHour || micros < -18 * kMicrosPerHour) {
    failWith(condition::kInvalidIntervalFormatTimezoneIntervalOutOfRange, {{"input", sourceText(first)}}, first);
    return nullptr;
  }
  const int64_t seconds = (micros < 0 ? -micros : micros) / kMicrosPerSecond;
  std::string zone = fmt::format("{}{:02d}:{:02d}", micros < 0 ? '-' : '+', seconds / 3'600, seconds / 60 % 60);
  if (seconds % 60 != 0) zone += fmt::format(":{:02d}", seconds % 60);
  return planNode<plan::SetTimeZone>(first, std::move(zone));
}

LogicalPlanPtr StatementParser::setVariable(uint32_t first) {
  std::vector<plan::ObjectName> targets;
  std::vector<std::pair<std::string, ExprPtr>> values;
  if (at(kLeftParen)) {
    advance();
    if (at(kRightParen)) {
      failWith(condition::kInvalidSetSyntax, {}, first);
      return nullptr;
    }
    do {
      targets.push_back(objectName());
    } while (accept(kComma));
    expect(kRightParen);
    expect(kEqual);
    expect(kLeftParen);
    LogicalPlanPtr plan = query();
    expect(kRightParen);
    return planNode<plan::SetVariable>(first, std::move(targets), std::move(values), std::move(plan));
  }
  do {
    targets.push_back(objectName());
    expect(kEqual);
    const uint32_t valueFirst = position();
    const TokenType behind = peek(1).type;
    ExprPtr value;
    if (at(kDefault) && (behind == kComma || behind == kEndOfInput || behind == kSemicolon)) {
      advance();
    } else {
      value = expression();
    }
    values.emplace_back(sourceText(valueFirst), std::move(value));
  } while (accept(kComma));
  return planNode<plan::SetVariable>(first, std::move(targets), std::move(values));
}

LogicalPlanPtr StatementParser::showFunctions(uint32_t first) {
  std::string scope = "ALL";
  if (!at(kFunctions)) {
    const uint32_t scopeFirst = position();
    scope = upperCase(identifier());
    if (!failed() && scope != "ALL" && scope != "USER" && scope != "SYSTEM") {
      failWith(condition::kInvalidSqlSyntaxShowFunctionsInvalidScope, {{"scope", quoteIdentifier(scope)}}, scopeFirst);
    }
  }
  expect(kFunctions);
  std::optional<plan::ObjectName> from = fromNamespace();
  std::optional<std::string> pattern;
  if (at(kLike) || atString()) {
    accept(kLike);
    if (atString()) {
      pattern = stringLiteral();
    } else {
      const std::vector<std::string> name = multipartIdentifier();
      pattern = name.back();
    }
  } else if (atIdentifier()) {
    const std::vector<std::string> name = multipartIdentifier();
    pattern = name.back();
  }
  return planNode<plan::ShowCommand>(first, plan::ShowWhat::kFunctions, from.value_or(plan::ObjectName()), std::move(pattern), std::move(scope));
}

LogicalPlanPtr StatementParser::show(uint32_t first) {
  expect(kShow);
  const auto listing = [&](plan::ShowWhat what) -> LogicalPlanPtr {
    advance();
    std::optional<plan::ObjectName> from = fromNamespace();
    std::optional<std::string> pattern = likePattern();
    return planNode<plan::ShowCommand>(first, what, from.value_or(plan::ObjectName()), std::move(pattern));
  };
  switch (peek().type) {
    case kDatabases:
    case kSchemas:
    case kNamespaces: return listing(plan::ShowWhat::kNamespaces);
    case kTables: return listing(plan::ShowWhat::kTables);
    case kViews: return listing(plan::ShowWhat::kViews);
    case kCatalogs: return listing(plan::ShowWhat::kCatalogs);
    case kProcedures: return listing(plan::ShowWhat::kProcedures);
    case kCurrent:
      advance();
      if (!atNamespaceWord()) failSyntax();
      advance();
      return planNode<plan::ShowCommand>(first, plan::ShowWhat::kCurrentNamespace);
    case kTable: {
      advance();
      expect(kExtended);
      std::optional<plan::ObjectName> from = fromNamespace();
      expect(kLike);
      std::string pattern = stringLiteral();
      plan::Options partition;
      if (at(kPartition)) partition = partitionSpec(nullptr);
      return planNode<plan::ShowTableExtended>(first, from.value_or(plan::ObjectName()), std::move(pattern), std::move(partition));
    }
    case kTblproperties: {
      advance();
      plan::ObjectName table = objectName();
      std::string key;
      if (accept(kLeftParen)) {
        key = propertyKey();
        expect(kRightParen);
      }
      return planNode<plan::ShowTableProperties>(first, std::move(table), std::move(key));
    }
    case kColumns: {
      advance();
      if (!accept(kFrom)) expect(kIn);
      plan::ObjectName table = objectName();
      std::optional<plan::ObjectName> from = fromNamespace();
      return planNode<plan::ShowColumns>(first, std::move(table), from.value_or(plan::ObjectName()));
    }
    case kPartitions: {
      advance();
      plan::ObjectName table = objectName();
      plan::Options partition;
      if (at(kPartition)) partition = partitionSpec(nullptr);
      return planNode<plan::ShowPartitions>(first, std::move(table), std::move(partition));
    }
    case kCreate: {
      advance();
      expect(kTable);
      plan::ObjectName table = objectName();
      const bool serde = accept(kAs, kSerde);
      return planNode<plan::ShowCreateTable>(first, std::move(table), serde);
    }
    default:
      if (isWord("COLLATIONS")) return listing(plan::ShowWhat::kCollations);
      if (at(kFunctions) || (atIdentifier() && peek(1).type == kFunctions)) return showFunctions(first);
      failSyntax();
      return nullptr;
  }
}

LogicalPlanPtr StatementParser::describe(uint32_t first) {
  advance();
  const TokenType next = peek(1).type;
  if (at(kFunction) && (next == kStringText || next >= kQuotedIdentifier || next < kQuotedIdentifier) && next != kEndOfInput && next != kDot &&
      next != kSemicolon) {
    advance();
    const bool extended = at(kExtended) && peek(1).type != kEndOfInput && peek(1).type != kSemicolon;
    if (extended) advance();
    plan::ObjectName name;
    if (atString()) {
      name.parts = {stringLiteral()};
    } else if (atIdentifier()) {
      name = objectName();
    } else {
      // An operator: DESCRIBE FUNCTION <>
      name.parts = {restOfText()};
    }
    return planNode<plan::DescribeFunction>(first, std::move(name), extended);
  }
  if (at(kProcedure) && next >= kQuotedIdentifier) {
    advance();
    plan::ObjectName name = objectName();
    return planNode<plan::CallProcedure>(first, std::move(name));
  }
  if (atNamespaceWord() && (next >= kQuotedIdentifier)) {
    advance();
    const bool extended = at(kExtended) && peek(1).type >= kQuotedIdentifier;
    if (extended) advance();
    plan::ObjectName name = objectName();
    return planNode<plan::DescribeNamespace>(first, std::move(name), extended);
  }
  const bool queryWord = at(kQuery) && (next == kSelect || next == kWith || next == kFrom || next == kValues || next == kTable || next == kLeftParen);
  if (queryWord || atQuery() || at(kLeftParen)) {
    if (!at(kTable) || queryWord) {
      if (queryWord) advance();
      const uint32_t queryFirst = position();
      LogicalPlanPtr plan = query();
      return planNode<plan::DescribeQuery>(first, sourceText(queryFirst), std::move(plan));
    }
  }
  if (at(kTable) && next >= kQuotedIdentifier) advance();
  bool extended = false;
  if ((at(kExtended) || at(kFormatted)) && (peek(1).type >= kQuotedIdentifier)) {
    extended = true;
    advance();
  }
  plan::ObjectName name = objectName();
  plan::Options partition;
  if (at(kPartition)) partition = partitionSpec(nullptr);
  std::vector<std::string> column;
  if (atIdentifier() && !at(kAs, kJson)) column = multipartIdentifier();
  const bool json = accept(kAs, kJson);
  if (!failed() && !column.empty() && !partition.empty()) failWith(condition::kUnsupportedFeatureDescTableColumnPartition, {}, first);
  return planNode<plan::DescribeRelation>(first, std::move(name), extended, std::move(partition), std::move(column), json);
}

LogicalPlanPtr StatementParser::cache(uint32_t first) {
  expect(kCache);
  const bool lazy = accept(kLazy);
  expect(kTable);
  plan::ObjectName name = objectName();
  plan::Options options;
  if (accept(kOptions)) options = optionList();
  LogicalPlanPtr plan;
  if (accept(kAs) || atQuery() || at(kLeftParen)) plan = query();
  return planNode<plan::CacheTable>(first, std::move(name), lazy, std::move(options), std::move(plan));
}

LogicalPlanPtr StatementParser::refresh(uint32_t first) {
  expect(kRefresh);
  if ((at(kTable) || at(kFunction)) && peek(1).type >= kQuotedIdentifier) {
    const bool function = at(kFunction);
    advance();
    plan::ObjectName name = objectName();
    return planNode<plan::RefreshTable>(first, std::move(name), std::string(), function);
  }
  std::string path = atString() ? stringLiteral() : restOfText();
  if (path.empty() && !failed()) failSyntax();
  return planNode<plan::RefreshTable>(first, plan::ObjectName(), std::move(path));
}

LogicalPlanPtr StatementParser::declareVariable(uint32_t first) {
  expect(kDeclare);
  const bool replace = accept(kOr, kReplace);
  if (at(kVariable) || at(kVar)) {
    if (peek(1).type >= kQuotedIdentifier) advance();
  }
  if (at(kIf, kNot, kExists)) failSyntax();
  std::vector<plan::ObjectName> names;
  do {
    names.push_back(objectName());
  } while (accept(kComma));
  std::optional<DataType> type;
  if (!at(kDefault) && !at(kEqual) && atIdentifier()) type = dataType();
  ExprPtr value;
  std::string text;
  if (accept(kDefault) || accept(kEqual)) {
    const uint32_t valueFirst = position();
    value = expression();
    text = sourceText(valueFirst);
  } else if (!type.has_value() && !failed()) {
    failWith(condition::kInvalidSqlSyntaxVariableTypeOrDefaultRequired, {}, first);
  }
  return planNode<plan::CreateVariable>(first, std::move(names), std::move(type), std::move(value), std::move(text), replace);
}

LogicalPlanPtr StatementParser::executeImmediate(uint32_t first) {
  expect(kExecute, kImmediate);
  ExprPtr text = expression();
  std::vector<plan::ObjectName> into;
  std::vector<ExprPtr> arguments;
  for (int i = 0; i < 2 && !failed(); ++i) {
    if (accept(kInto)) {
      do {
        into.push_back(objectName());
      } while (accept(kComma));
    } else if (accept(kUsing)) {
      const Mark start = mark();
      const bool listed = accept(kLeftParen);
      arguments = namedExpressionList();
      if (listed && !at(kRightParen)) {
        rewind(start);
        arguments = namedExpressionList();
      } else if (listed) {
        advance();
      }
    }
  }
  return planNode<plan::ExecuteImmediate>(first, std::move(text), std::move(into), std::move(arguments));
}

LogicalPlanPtr StatementParser::resources(uint32_t first) {
  const bool list = at(kList);
  advance();
  std::string kind = upperCase(identifier());
  std::vector<std::string> paths;
  while (!failed() && !atEnd() && !at(kSemicolon)) {
    if (atString()) {
      paths.push_back(stringLiteral());
    } else {
      // A path without quotes goes to the next blank.
      const uint32_t pathFirst = position();
      advance();
      while (!atEnd() && !at(kSemicolon) && !peek().spaceBefore) advance();
      paths.push_back(sourceText(pathFirst));
    }
  }
  return planNode<plan::ResourceCommand>(first, std::move(kind), std::move(paths), list);
}

}  // namespace flint::parser
