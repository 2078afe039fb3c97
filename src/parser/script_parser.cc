#include "parser/script_parser.h"

#include <algorithm>

namespace flint::parser {
namespace {

using enum TokenType;

std::shared_ptr<const plan::ScriptStatement> kept(plan::ScriptStatement statement) { return std::make_shared<const plan::ScriptStatement>(std::move(statement)); }

bool isSqlState(const std::string& state) {
  const bool fits = state.size() == 5 && std::all_of(state.begin(), state.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  return fits && !state.starts_with("00") && !state.starts_with("01") && !state.starts_with("XX");
}

bool isConditionName(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

bool ScriptParser::atLabel() const { return atIdentifier() && peek(1).type == kColon; }

bool ScriptParser::atCursorDeclaration() const {
  if (!at(kDeclare) || !atIdentifier(1)) return false;
  return peek(2).type == kCursor || (peek(3).type == kCursor && (isWord("INSENSITIVE", 2) || isWord("ASENSITIVE", 2)));
}

bool ScriptParser::atCursorStatement() const { return (at(kFetch) || isWord("OPEN") || isWord("CLOSE")) && atIdentifier(1); }

LogicalPlanPtr ScriptParser::script() {
  const uint32_t first = position();
  const bool isBlock = at(kBegin);
  if (!isBlock && !atCursorDeclaration() && !atCursorStatement()) return statement();
  plan::ScriptStatement body;
  if (isBlock) {
    block(body);
    accept(kSemicolon);
  } else {
    body = atCursorDeclaration() ? declareCursor() : cursorStatement();
  }
  if (failed()) return nullptr;
  plan::CompoundBody node;
  node.body = kept(std::move(body));
  return plan::makePlan(std::move(node), originFrom(first));
}

bool ScriptParser::atBodyEnd() const { return failed() || atEnd() || at(kEnd) || at(kElse) || at(kElseif) || at(kUntil) || at(kWhen); }

plan::ScriptStatements ScriptParser::bodyOf(plan::ScriptStatement* scope) {
  plan::ScriptStatements out;
  std::vector<std::string> declared;
  Stage stage = Stage::kVariables;
  if (scope == nullptr && atBodyEnd()) failSyntax();
  while (!atBodyEnd()) {
    if (at(kDeclare)) {
      declaration(scope, stage, out, declared);
    } else {
      stage = Stage::kStatements;
      out.push_back(kept(one()));
    }
    expect(kSemicolon);
  }
  for (const std::string& name : declared) conditions_.erase(name);
  return out;
}

void ScriptParser::declaration(plan::ScriptStatement* scope, Stage& stage, plan::ScriptStatements& out, std::vector<std::string>& declared) {
  const uint32_t first = position();
  if ((isWord("CONTINUE", 1) || isWord("EXIT", 1)) && peek(2).type == kHandler) {
    plan::ScriptHandler made = handler();
    if (stage > Stage::kHandlers) failWith(condition::kInvalidHandlerDeclarationWrongPlaceOfDeclaration, {}, first);
    stage = Stage::kHandlers;
    if (scope != nullptr) addHandler(*scope, std::move(made), first);
  } else if (atIdentifier(1) && peek(2).type == kCondition) {
    declareCondition(scope, stage, declared);
  } else if (atCursorDeclaration()) {
    if (stage > Stage::kCursors) failWith(condition::kInvalidCursorDeclaration, {}, first);
    stage = Stage::kCursors;
    out.push_back(kept(declareCursor()));
  } else {
    plan::ScriptStatement made;
    made.plan = declareVariable(first);
    if (failed()) return;
    const auto& name = made.plan->as<plan::CreateVariable>()->names[0];
    std::string shown;
    for (const std::string& part : name.parts) shown += (shown.empty() ? "" : ".") + quoteIdentifier(part);
    if (scope == nullptr) failWith(condition::kInvalidVariableDeclarationNotAllowedInScope, {{"varName", shown}}, first);
    if (stage > Stage::kVariables) failWith(condition::kInvalidVariableDeclarationOnlyAtBeginning, {{"varName", shown}}, first);
    out.push_back(kept(std::move(made)));
  }
}

std::string ScriptParser::sqlState() {
  const uint32_t first = position();
  expect(kSqlstate);
  accept(kValue);
  const std::string written = stringLiteral();
  std::string state = upperCase(written);
  if (!failed() && !isSqlState(state)) failWith(condition::kInvalidSqlstate, {{"sqlState", written}}, first);
  return state;
}

void ScriptParser::declareCondition(const plan::ScriptStatement* scope, Stage stage, std::vector<std::string>& declared) {
  const uint32_t first = position();
  expect(kDeclare);
  const std::string name = identifier();
  expect(kCondition);
  if (accept(kFor)) sqlState();
  if (failed()) return;
  std::string key = upperCase(name);
  if (!isConditionName(name)) {
    failWith(condition::kInvalidErrorConditionDeclarationSpecialCharacterFound, {{"conditionName", quoteIdentifier(name)}}, first);
  } else if (scope == nullptr || stage > Stage::kVariables) {
    failWith(condition::kInvalidErrorConditionDeclarationNotAtStartOfCompoundStatement, {{"conditionName", quoteIdentifier(key)}}, first);
  } else if (!conditions_.insert(key).second) {
    failWith(condition::kDuplicateConditionInScope, {{"condition", quoteIdentifier(key)}}, first);
  } else {
    declared.push_back(std::move(key));
  }
}

plan::ScriptStatement ScriptParser::declareCursor() {
  plan::ScriptStatement out;
  out.kind = Kind::kDeclareCursor;
  expect(kDeclare);
  out.cursor = {identifier()};
  if (!at(kCursor)) advance();
  expect(kCursor);
  expect(kFor);
  out.plan = query();
  if (accept(kFor)) {
    expectWord("READ");
    expectWord("ONLY");
  }
  return out;
}

plan::ScriptHandler ScriptParser::handler() {
  const uint32_t first = position();
  plan::ScriptHandler out;
  expect(kDeclare);
  out.exits = !isWord("CONTINUE");
  advance();
  expect(kHandler);
  expect(kFor);
  handledConditions(out, first);
  const bool isBlock = at(kBegin) || (atLabel() && !failed());
  out.body = kept(isBlock ? labelled() : single());
  if (isBlock && !failed() && out.body->kind != Kind::kBlock) failSyntax();
  return out;
}

void ScriptParser::handledConditions(plan::ScriptHandler& out, uint32_t first) {
  const auto known = [](const std::string& name) { return findCondition(name) != nullptr; };
  do {
    if (accept(kSqlexception)) {
      out.anyException = true;
    } else if (accept(kNot)) {
      expect(kFound);
      out.notFound = true;
    } else if (at(kSqlstate)) {
      std::string state = sqlState();
      if (std::find(out.sqlStates.begin(), out.sqlStates.end(), state) != out.sqlStates.end()) {
        failWith(condition::kInvalidHandlerDeclarationDuplicateSqlstateInHandlerDeclaration, {{"sqlState", state}}, first);
      }
      out.sqlStates.push_back(std::move(state));
    } else {
      std::string name;
      for (const std::string& part : multipartIdentifier()) name += (name.empty() ? "" : ".") + upperCase(part);
      if (failed()) return;
      if (!known(name) && !conditions_.contains(name)) {
        failWith(condition::kInvalidHandlerDeclarationConditionNotFound, {{"condition", name}}, first);
      } else if (std::find(out.conditions.begin(), out.conditions.end(), name) != out.conditions.end()) {
        failWith(condition::kInvalidHandlerDeclarationDuplicateConditionInHandlerDeclaration, {{"condition", name}}, first);
      }
      out.conditions.push_back(std::move(name));
    }
  } while (accept(kComma));
  const bool anyKind = out.anyException || out.notFound;
  if (anyKind && (!out.conditions.empty() || !out.sqlStates.empty())) failWith(condition::kInvalidHandlerDeclarationInvalidConditionCombination, {}, first);
}

// Two handlers of a block for one condition would be a contradiction.
void ScriptParser::addHandler(plan::ScriptStatement& scope, plan::ScriptHandler made, uint32_t first) {
  const auto meet = [](const std::vector<std::string>& left, const std::vector<std::string>& right) -> const std::string* {
    const auto found = std::find_if(left.begin(), left.end(), [&](const std::string& each) { return std::find(right.begin(), right.end(), each) != right.end(); });
    return found == left.end() ? nullptr : &*found;
  };
  for (const plan::ScriptHandler& other : scope.handlers) {
    const std::string* name = meet(made.conditions, other.conditions);
    const std::string* state = meet(made.sqlStates, other.sqlStates);
    if (name != nullptr) failWith(condition::kDuplicateExceptionHandlerCondition, {{"condition", *name}}, first);
    if (state != nullptr) failWith(condition::kDuplicateExceptionHandlerSqlstate, {{"sqlState", *state}}, first);
    if (made.anyException && other.anyException) failWith(condition::kDuplicateExceptionHandlerCondition, {{"condition", "SQLEXCEPTION"}}, first);
    if (made.notFound && other.notFound) failWith(condition::kDuplicateExceptionHandlerCondition, {{"condition", "NOT FOUND"}}, first);
  }
  scope.handlers.push_back(std::move(made));
}

plan::ScriptStatement ScriptParser::one() {
  const Nesting nesting(*this);
  if (failed()) return {};
  if (atLabel()) return labelled();
  plan::ScriptStatement out;
  switch (peek().type) {
    case kBegin:
    case kFor:
    case kWhile:
    case kRepeat:
    case kLoop: return labelled();
    case kIf: ifStatement(out); return out;
    case kCase: caseStatement(out); return out;
    case kLeave:
    case kIterate: jump(out); return out;
    default: return atCursorStatement() ? cursorStatement() : single();
  }
}

plan::ScriptStatement ScriptParser::single() {
  plan::ScriptStatement out;
  const uint32_t first = position();
  if (at(kSet)) {
    advance();
    if ((at(kVariable) || at(kVar)) && atIdentifier(1)) failSyntax(peek(1));
    out.plan = setVariable(first);
  } else {
    out.plan = statement();
  }
  return out;
}

plan::ScriptStatement ScriptParser::cursorStatement() {
  const uint32_t first = position();
  const Kind kind = at(kFetch) ? Kind::kFetch : isWord("OPEN") ? Kind::kOpen : Kind::kClose;
  plan::ScriptStatement out;
  out.kind = kind;
  advance();
  if (kind == Kind::kFetch) {
    if (isWord("NEXT") && peek(1).type == kFrom) advance();
    accept(kFrom);
  }
  out.cursor = multipartIdentifier();
  if (out.cursor.size() > 2) failWith(condition::kCursorReferenceInvalidQualifier, {{"cursorName", sourceText(first + 1)}}, first);
  if (kind == Kind::kFetch) {
    expect(kInto);
    do {
      out.targets.push_back(objectName());
    } while (accept(kComma));
  }
  if (kind == Kind::kOpen && accept(kUsing)) {
    const bool listed = accept(kLeftParen);
    out.arguments = namedExpressionList();
    if (listed) expect(kRightParen);
  }
  return out;
}

// A label or the name of a row: unique among those around, and no word of Spark's own namespaces.
void ScriptParser::checkName(const std::string& name, uint32_t first) {
  if (failed()) return;
  if (seenLabels_.contains(name)) {
    failWith(condition::kLabelOrForVariableAlreadyExists, {{"label", quoteIdentifier(name)}}, first);
  } else if (name == "builtin" || name == "session" || name.starts_with("sys")) {
    failWith(condition::kLabelOrForVariableNameForbidden, {{"label", quoteIdentifier(name)}}, first);
  }
}

void ScriptParser::endLabel(const std::string& label, uint32_t first) {
  if (failed() || !atIdentifier()) return;
  const uint32_t at = position();
  const std::string end = identifier();
  if (failed()) return;
  if (label.empty()) {
    failWith(condition::kEndLabelWithoutBeginLabel, {{"endLabel", quoteIdentifier(end)}}, at);
  } else if (lowerCase(end) != label) {
    failWith(condition::kLabelsMismatch, {{"beginLabel", quoteIdentifier(label)}, {"endLabel", quoteIdentifier(end)}}, first);
  }
}

// A block or loop, with its label before it.
plan::ScriptStatement ScriptParser::labelled() {
  const uint32_t first = position();
  plan::ScriptStatement out;
  std::string label;
  if (atLabel()) {
    label = lowerCase(identifier());
    advance();
    checkName(label, first);
    seenLabels_.insert(label);
  }
  labels_.push_back({label, at(kBegin)});
  switch (peek().type) {
    case kBegin: block(out); break;
    case kFor: forStatement(out); break;
    case kWhile:
      advance();
      out.kind = Kind::kWhile;
      out.condition = expression();
      expect(kDo);
      out.body = bodyOf(nullptr);
      expect(kEnd, kWhile);
      break;
    case kRepeat:
      advance();
      out.kind = Kind::kRepeat;
      out.body = bodyOf(nullptr);
      expect(kUntil);
      out.condition = expression();
      expect(kEnd, kRepeat);
      break;
    case kLoop:
      advance();
      out.kind = Kind::kLoop;
      out.body = bodyOf(nullptr);
      expect(kEnd, kLoop);
      break;
    default: failSyntax(); break;
  }
  endLabel(label, first);
  labels_.pop_back();
  if (!label.empty()) seenLabels_.erase(label);
  out.label = std::move(label);
  return out;
}

void ScriptParser::block(plan::ScriptStatement& out) {
  out.kind = Kind::kBlock;
  expect(kBegin);
  if (accept(kNot)) expect(kAtomic);
  out.body = bodyOf(&out);
  expect(kEnd);
}

void ScriptParser::ifStatement(plan::ScriptStatement& out) {
  out.kind = Kind::kIf;
  do {
    advance();
    plan::ScriptStatement::Branch branch;
    branch.condition = expression();
    expect(kThen);
    branch.body = bodyOf(nullptr);
    out.branches.push_back(std::move(branch));
  } while (at(kElseif) && !failed());
  if (accept(kElse)) out.body = bodyOf(nullptr);
  expect(kEnd, kIf);
}

void ScriptParser::caseStatement(plan::ScriptStatement& out) {
  expect(kCase);
  out.kind = at(kWhen) ? Kind::kIf : Kind::kCase;
  if (!at(kWhen)) out.condition = expression();
  if (!at(kWhen)) failSyntax();
  while (accept(kWhen)) {
    plan::ScriptStatement::Branch branch;
    branch.condition = expression();
    expect(kThen);
    branch.body = bodyOf(nullptr);
    out.branches.push_back(std::move(branch));
  }
  if (accept(kElse)) out.body = bodyOf(nullptr);
  expect(kEnd, kCase);
}

void ScriptParser::forStatement(plan::ScriptStatement& out) {
  out.kind = Kind::kFor;
  expect(kFor);
  if (atIdentifier() && peek(1).type == kAs) {
    const uint32_t first = position();
    out.variable = lowerCase(identifier());
    advance();
    checkName(out.variable, first);
    seenLabels_.insert(out.variable);
  }
  const bool outer = std::exchange(doEnds_, true);
  out.plan = query();
  doEnds_ = outer;
  expect(kDo);
  out.body = bodyOf(nullptr);
  expect(kEnd, kFor);
  if (!out.variable.empty()) seenLabels_.erase(out.variable);
}

void ScriptParser::jump(plan::ScriptStatement& out) {
  const uint32_t first = position();
  const bool leaves = at(kLeave);
  out.kind = leaves ? Kind::kLeave : Kind::kIterate;
  advance();
  out.label = lowerCase(identifier());
  if (failed()) return;
  const auto found = std::find_if(labels_.rbegin(), labels_.rend(), [&](const Label& each) { return each.name == out.label; });
  if (found == labels_.rend()) {
    failWith(condition::kInvalidLabelUsageDoesNotExist, {{"labelName", upperCase(out.label)}, {"statementType", leaves ? "LEAVE" : "ITERATE"}}, first);
  } else if (!leaves && found->isBlock) {
    failWith(condition::kInvalidLabelUsageIterateInCompound, {{"labelName", upperCase(out.label)}}, first);
  }
}

}  // namespace flint::parser
