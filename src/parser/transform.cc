// SELECT TRANSFORM (...) USING 'script', MAP and REDUCE.
#include "parser/query_parser.h"
#include "plan/logical/script_transformation.h"

namespace flint::parser {
namespace {

using enum TokenType;

}  // namespace

bool QueryParser::atTransform() const {
  uint32_t ahead = 0;
  if (at(kSelect)) {
    if (peek(1).type != kTransform || peek(2).type != kLeftParen) return false;
    int depth = 0;
    for (ahead = 2;; ++ahead) {
      const TokenType type = peek(ahead).type;
      if (type == kEndOfInput) return false;
      depth += type == kLeftParen ? 1 : type == kRightParen ? -1 : 0;
      if (depth == 0) break;
    }
    const TokenType next = peek(ahead + 1).type;
    return next == kUsing || next == kRecordwriter || (next == kRow && peek(ahead + 2).type == kFormat);
  }
  if (!at(kMap) && !at(kReduce)) return false;
  // A script follows its values: nothing else has a text behind USING.
  int depth = 0;
  for (ahead = 1;; ++ahead) {
    const TokenType type = peek(ahead).type;
    if (type == kEndOfInput || type == kSemicolon || type == kSelect) return false;
    depth += type == kLeftParen ? 1 : type == kRightParen ? -1 : 0;
    if (depth < 0) return false;
    if (depth == 0 && type == kUsing) return ahead > 1 && peek(ahead + 1).type == kStringText;
  }
}

void QueryParser::scriptRowFormat(plan::ScriptRowFormat& format, uint32_t first) {
  if (!accept(kRow, kFormat)) return;
  if (accept(kSerde)) {
    stringLiteral();
    if (accept(kWith, kSerdeproperties)) optionList();
    failWith(condition::kUnsupportedFeatureTransformNonHive, {}, first);
    return;
  }
  expect(kDelimited);
  while (!failed()) {
    if (accept(kFields, kTerminated)) {
      expect(kBy);
      format.fieldDelimiter = stringLiteral();
      if (accept(kEscaped, kBy)) stringLiteral();
    } else if (accept(kMap, kKeys, kTerminated) || (acceptWord("COLLECTION") && accept(kItems, kTerminated))) {
      expect(kBy);
      stringLiteral();
    } else if (accept(kLines, kTerminated)) {
      expect(kBy);
      const std::string end = stringLiteral();
      if (!failed() && end != "\n") failWith(condition::kLegacyErrorTemp0064, {{"msg", "LINES TERMINATED BY only supports newline '\\n' right now: " + end}}, first);
    } else if (accept(kNull, kDefined)) {
      expect(kAs);
      format.nullText = stringLiteral();
    } else {
      return;
    }
  }
}

std::vector<expr::AttributePtr> QueryParser::scriptColumns() {
  std::vector<expr::AttributePtr> out;
  const bool enclosed = accept(kLeftParen);
  do {
    std::string name = identifier();
    const bool typed = atIdentifier() && (enclosed || (!at(kFrom) && !at(kRow) && !at(kRecordreader)));
    DataType type = typed ? dataType() : DataType::string();
    if (typed && accept(kComment)) stringLiteral();
    if (!failed()) out.push_back(expr::attribute(std::move(name), std::move(type), true));
  } while (accept(kComma));
  if (enclosed) expect(kRightParen);
  return out;
}

LogicalPlanPtr QueryParser::transform(LogicalPlanPtr from, uint32_t first) {
  plan::ScriptTransformation script;
  const bool enclosed = accept(kSelect);
  advance();
  if (enclosed) expect(kLeftParen);
  const bool quantified = at(kDistinct) || (at(kAll) && peek(1).type != kComma && peek(1).type != kRightParen);
  if (quantified) advance();
  std::vector<ExprPtr> values = expressionList();
  if (enclosed) expect(kRightParen);
  scriptRowFormat(script.inputFormat, first);
  bool ownClasses = false;
  if (accept(kRecordwriter)) {
    stringLiteral();
    ownClasses = true;
  }
  expect(kUsing);
  script.script = stringLiteral();
  script.schemaLess = !accept(kAs);
  if (script.schemaLess) {
    script.results = {expr::attribute("key", DataType::string(), true), expr::attribute("value", DataType::string(), true)};
  } else {
    script.results = scriptColumns();
  }
  scriptRowFormat(script.outputFormat, first);
  if (accept(kRecordreader)) {
    stringLiteral();
    ownClasses = true;
  }
  script.child = selectClauses(std::move(values), std::move(from), first);
  script.child = windowClause(std::move(script.child), first);
  if (failed()) return nullptr;
  if (quantified) failWith(condition::kUnsupportedFeatureTransformDistinctAll, {}, first);
  if (ownClasses) failWith(condition::kLegacyErrorTemp0048, {}, first);
  return failed() ? nullptr : plan::makePlan(std::move(script), originFrom(first));
}

}  // namespace flint::parser
