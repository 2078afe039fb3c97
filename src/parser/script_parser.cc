#include "parser/script_parser.h"

#include "expr/unresolved.h"

namespace flint::parser {
namespace {

using enum TokenType;

std::string lowered(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

std::shared_ptr<const plan::ScriptStatement> kept(plan::ScriptStatement statement) { return std::make_shared<const plan::ScriptStatement>(std::move(statement)); }

}  // namespace

bool ScriptParser::atScript() const {
  return (at(kBegin) && peek(1).type != kEndOfInput) || (atIdentifier() && peek(1).type == kColon && peek(2).type == kBegin);
}

LogicalPlanPtr ScriptParser::script() {
  const uint32_t first = position();
  if (!atScript()) return statement();
  plan::ScriptStatement body = one();
  accept(kSemicolon);
  if (failed()) return nullptr;
  plan::CompoundBody node;
  node.body = kept(std::move(body));
  return plan::makePlan(std::move(node), originFrom(first));
}

bool ScriptParser::atBodyEnd() const { return failed() || atEnd() || at(kEnd) || at(kElse) || at(kElseif) || at(kUntil) || at(kWhen); }

plan::ScriptStatements ScriptParser::statementsUntilEnd() {
  plan::ScriptStatements out;
  while (!atBodyEnd()) {
    if (accept(kSemicolon)) continue;
    out.push_back(kept(one()));
    if (!atBodyEnd()) expect(kSemicolon);
  }
  return out;
}

void ScriptParser::closing(TokenType word, const std::string& label) {
  expect(kEnd, word);
  if (!label.empty() && atIdentifier() && lowered(std::string(textOf(peek()))) == label) advance();
}

plan::ScriptStatement ScriptParser::block() {
  plan::ScriptStatement out;
  out.kind = Kind::kBlock;
  expect(kBegin);
  while (at(kDeclare) && !failed()) {
    if (atIdentifier(1) && peek(2).type == kCondition) {
      advance();
      std::string name = upperCase(identifier());
      advance();
      std::string state = "45000";
      if (accept(kFor)) {
        expect(kSqlstate);
        accept(kValue);
        state = stringLiteral();
      }
      out.conditions[std::move(name)] = std::move(state);
    } else if (peek(2).type == kHandler) {
      out.handlers.push_back(handler());
    } else {
      plan::ScriptStatement declaration;
      declaration.plan = declareVariable(position());
      out.body.push_back(kept(std::move(declaration)));
    }
    expect(kSemicolon);
  }
  for (auto& statement : statementsUntilEnd()) out.body.push_back(std::move(statement));
  expect(kEnd);
  return out;
}

plan::ScriptHandler ScriptParser::handler() {
  plan::ScriptHandler out;
  expect(kDeclare);
  out.exits = !isWord("CONTINUE");
  if (out.exits && !isWord("EXIT")) failSyntax();
  advance();
  expect(kHandler);
  expect(kFor);
  do {
    if (accept(kSqlexception)) {
      out.anyException = true;
    } else if (accept(kNot)) {
      expect(kFound);
      out.notFound = true;
    } else if (at(kSqlstate)) {
      advance();
      accept(kValue);
      out.sqlStates.push_back(stringLiteral());
    } else {
      std::string name;
      for (const std::string& part : multipartIdentifier()) name += (name.empty() ? "" : ".") + upperCase(part);
      out.conditions.push_back(std::move(name));
    }
  } while (accept(kComma));
  out.body = kept(one());
  return out;
}

plan::ScriptStatement ScriptParser::one() {
  const Nesting nesting(*this);
  plan::ScriptStatement out;
  if (failed()) return out;
  std::string label;
  if (atIdentifier() && peek(1).type == kColon) {
    label = lowered(identifier());
    advance();
  }
  if (at(kBegin)) {
    out = block();
    if (!label.empty() && atIdentifier()) advance();
  } else if (at(kIf) && peek(1).type != kNot) {
    out = ifStatement();
  } else if (at(kCase)) {
    out = caseStatement();
  } else if (at(kFor)) {
    out = forStatement();
    closing(kFor, label);
  } else if (at(kWhile)) {
    advance();
    out.kind = Kind::kWhile;
    out.condition = expression();
    expect(kDo);
    out.body = statementsUntilEnd();
    closing(kWhile, label);
  } else if (at(kRepeat) && peek(1).type != kLeftParen) {
    advance();
    out.kind = Kind::kRepeat;
    out.body = statementsUntilEnd();
    expect(kUntil);
    out.condition = expression();
    closing(kRepeat, label);
  } else if (at(kLoop)) {
    advance();
    out.kind = Kind::kLoop;
    out.body = statementsUntilEnd();
    closing(kLoop, label);
  } else if (at(kLeave) || at(kIterate)) {
    out.kind = at(kLeave) ? Kind::kLeave : Kind::kIterate;
    advance();
    label = lowered(identifier());
  } else if (at(kSet) && atIdentifier(1) && (peek(2).type == kEqual || peek(2).type == kDot)) {
    const uint32_t first = position();
    advance();
    out.plan = setVariable(first);
  } else {
    out.plan = statement();
  }
  out.label = std::move(label);
  return out;
}

plan::ScriptStatement ScriptParser::ifStatement() {
  plan::ScriptStatement out;
  out.kind = Kind::kIf;
  do {
    advance();
    plan::ScriptStatement::Branch branch;
    branch.condition = expression();
    expect(kThen);
    branch.body = statementsUntilEnd();
    out.branches.push_back(std::move(branch));
  } while (at(kElseif) && !failed());
  if (accept(kElse)) out.body = statementsUntilEnd();
  expect(kEnd, kIf);
  return out;
}

plan::ScriptStatement ScriptParser::caseStatement() {
  plan::ScriptStatement out;
  out.kind = Kind::kIf;
  expect(kCase);
  ExprPtr subject;
  if (!at(kWhen)) subject = expression();
  while (accept(kWhen) && !failed()) {
    plan::ScriptStatement::Branch branch;
    branch.condition = expression();
    if (subject != nullptr && !failed()) branch.condition = expr::call("=", {subject, branch.condition});
    expect(kThen);
    branch.body = statementsUntilEnd();
    out.branches.push_back(std::move(branch));
  }
  if (accept(kElse)) out.body = statementsUntilEnd();
  expect(kEnd, kCase);
  return out;
}

plan::ScriptStatement ScriptParser::forStatement() {
  plan::ScriptStatement out;
  out.kind = Kind::kFor;
  expect(kFor);
  if (atIdentifier() && peek(1).type == kAs) {
    out.variable = lowered(identifier());
    advance();
  }
  out.plan = query();
  expect(kDo);
  out.body = statementsUntilEnd();
  return out;
}

}  // namespace flint::parser
