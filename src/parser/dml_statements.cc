#include "parser/statement_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

}  // namespace

// Everything that may have WITH before it.
LogicalPlanPtr StatementParser::queryOrChange(uint32_t first) {
  WithClause with = withClause();
  switch (peek().type) {
    case kInsert: {
      InsertHead head = insertHead();
      LogicalPlanPtr plan = query();
      return finishInsert(std::move(head), under(std::move(with), std::move(plan)), first);
    }
    case kMerge: {
      LogicalPlanPtr plan = merge(first);
      return under(std::move(with), std::move(plan));
    }
    case kUpdate: {
      LogicalPlanPtr plan = update(first);
      return under(std::move(with), std::move(plan));
    }
    case kDelete: {
      LogicalPlanPtr plan = deleteFrom(first);
      return under(std::move(with), std::move(plan));
    }
    case kFrom: {
      const Mark start = mark();
      fromClause();
      const bool inserts = !failed() && at(kInsert);
      rewind(start);
      if (inserts) return multiInsert(std::move(with), first);
      break;
    }
    default: break;
  }
  LogicalPlanPtr plan = queryBody();
  return under(std::move(with), std::move(plan));
}

LogicalPlanPtr StatementParser::multiInsert(WithClause with, uint32_t first) {
  LogicalPlanPtr from = fromClause();
  std::vector<LogicalPlanPtr> inserts;
  while (at(kInsert) && !failed()) {
    const uint32_t insertFirst = position();
    InsertHead head = insertHead();
    const uint32_t queryFirst = position();
    LogicalPlanPtr plan = selectSpecification(from, queryFirst);
    plan = queryOrganization(std::move(plan), queryFirst);
    inserts.push_back(finishInsert(std::move(head), under(with, std::move(plan)), insertFirst));
  }
  if (failed()) return nullptr;
  if (inserts.size() == 1) return inserts[0];
  return planNode<plan::MultiInsert>(first, std::move(inserts));
}

StatementParser::InsertHead StatementParser::insertHead() {
  InsertHead head;
  plan::InsertInto& into = head.into;
  expect(kInsert);
  const bool overwrite = accept(kOverwrite);
  if (!overwrite) expect(kInto);
  if (overwrite && (at(kDirectory) || at(kLocal, kDirectory))) {
    head.isDirectory = true;
    plan::InsertIntoDirectory& directory = head.directory;
    directory.local = accept(kLocal);
    expect(kDirectory);
    if (atString()) directory.path = stringLiteral();
    std::vector<plan::ColumnDefinition> none;
    plan::TableSpec spec;
    tableClauses(spec, none);
    directory.provider = std::move(spec.provider);
    directory.options = std::move(spec.options);
    for (const auto& [key, value] : directory.options) {
      if (lowerCase(key) == "path" && directory.path.empty()) directory.path = value;
    }
    return head;
  }
  if (at(kTable) && peek(1).type >= kQuotedIdentifier) advance();
  into.table = objectName();
  into.mode = overwrite ? plan::InsertInto::Mode::kOverwrite : plan::InsertInto::Mode::kAppend;
  if (at(kWith, kLeftParen)) {
    advance();
    into.options = optionList();
  }
  if (!overwrite && at(kReplace) && (peek(1).type == kOn || peek(1).type == kUsing)) {
    into.mode = plan::InsertInto::Mode::kReplaceOn;
    advance();
    if (accept(kOn)) {
      into.replaceWhere = expression();
    } else {
      expect(kUsing);
      into.columns = identifierList();
    }
    return head;
  }
  if (!overwrite && accept(kReplace, kWhere)) {
    into.mode = plan::InsertInto::Mode::kReplaceWhere;
    into.replaceWhere = expression();
    return head;
  }
  if (at(kPartition)) into.partition = partitionSpec(&into.dynamicPartition);
  if (ifNotExists()) {
    into.ifPartitionNotExists = true;
    if (!failed() && !into.dynamicPartition.empty()) {
      failNotAllowed("IF NOT EXISTS with dynamic partitions: " + into.dynamicPartition[0], position());
      return head;
    }
    if (!failed() && !overwrite) {
      failNotAllowed("INSERT INTO ... IF NOT EXISTS", position());
      return head;
    }
  }
  if (at(kBy) && isWord("NAME", 1)) {
    advance();
    advance();
    into.byName = true;
  } else if (at(kLeftParen)) {
    const uint32_t ahead = behindParens(1);
    if (!atQuery(ahead)) into.columns = identifierList();
  }
  return head;
}

LogicalPlanPtr StatementParser::finishInsert(InsertHead head, LogicalPlanPtr query, uint32_t first) {
  if (failed()) return nullptr;
  if (head.isDirectory) {
    head.directory.query = std::move(query);
    return plan::makePlan(std::move(head.directory), originFrom(first));
  }
  head.into.query = std::move(query);
  return plan::makePlan(std::move(head.into), originFrom(first));
}

std::vector<plan::Assignment> StatementParser::assignments() {
  std::vector<plan::Assignment> out;
  do {
    const uint32_t first = position();
    plan::Assignment assignment;
    std::vector<std::string> name = multipartIdentifier();
    assignment.column = node<expr::UnresolvedAttribute>(first, std::move(name));
    expect(kEqual);
    const TokenType behind = peek(1).type;
    if (at(kDefault) && (behind == kComma || behind == kEndOfInput || behind == kWhere || behind == kWhen || behind == kSemicolon)) {
      advance();
    } else {
      assignment.value = expression();
    }
    out.push_back(std::move(assignment));
  } while (accept(kComma));
  return out;
}

LogicalPlanPtr StatementParser::update(uint32_t first) {
  expect(kUpdate);
  const uint32_t tableFirst = position();
  LogicalPlanPtr table = tableReference();
  table = tableAlias(std::move(table), tableFirst);
  expect(kSet);
  std::vector<plan::Assignment> changes = assignments();
  ExprPtr condition;
  if (accept(kWhere)) condition = expression();
  return planNode<plan::UpdateTable>(first, std::move(table), std::move(changes), std::move(condition));
}

LogicalPlanPtr StatementParser::deleteFrom(uint32_t first) {
  expect(kDelete, kFrom);
  const uint32_t tableFirst = position();
  LogicalPlanPtr table = tableReference();
  table = tableAlias(std::move(table), tableFirst);
  ExprPtr condition;
  if (accept(kWhere)) condition = expression();
  return planNode<plan::DeleteFrom>(first, std::move(table), std::move(condition));
}

plan::MergeAction StatementParser::mergeAction(bool insertAllowed) {
  plan::MergeAction action;
  if (accept(kAnd)) action.condition = expression();
  expect(kThen);
  using Kind = plan::MergeAction::Kind;
  if (insertAllowed) {
    expect(kInsert);
    if (accept(kStar)) {
      action.kind = Kind::kInsertStar;
      return action;
    }
    action.kind = Kind::kInsert;
    expect(kLeftParen);
    do {
      const uint32_t first = position();
      std::vector<std::string> name = multipartIdentifier();
      action.assignments.push_back({node<expr::UnresolvedAttribute>(first, std::move(name)), nullptr});
    } while (accept(kComma));
    expect(kRightParen);
    expect(kValues, kLeftParen);
    const uint32_t valuesFirst = position();
    size_t numValues = 0;
    do {
      const TokenType behind = peek(1).type;
      ExprPtr value;
      if (at(kDefault) && (behind == kComma || behind == kRightParen)) {
        advance();
      } else {
        value = expression();
      }
      if (numValues < action.assignments.size()) action.assignments[numValues].value = std::move(value);
      ++numValues;
    } while (accept(kComma));
    expect(kRightParen);
    if (!failed() && numValues != action.assignments.size()) {
      failWith(condition::kMergeInsertValueCountMismatch,
               {{"actualCount", std::to_string(numValues)}, {"expectedCount", std::to_string(action.assignments.size())}}, valuesFirst);
    }
    return action;
  }
  if (accept(kDelete)) return action;
  expect(kUpdate, kSet);
  if (accept(kStar)) {
    action.kind = Kind::kUpdateStar;
    return action;
  }
  action.kind = Kind::kUpdate;
  action.assignments = assignments();
  return action;
}

LogicalPlanPtr StatementParser::merge(uint32_t first) {
  expect(kMerge);
  bool evolution = false;
  if (accept(kWith, kSchema)) {
    expect(kEvolution);
    evolution = true;
  }
  expect(kInto);
  const uint32_t targetFirst = position();
  LogicalPlanPtr target = tableReference();
  target = tableAlias(std::move(target), targetFirst);
  expect(kUsing);
  const uint32_t sourceFirst = position();
  LogicalPlanPtr source;
  if (accept(kLeftParen)) {
    source = query();
    expect(kRightParen);
  } else {
    source = tableReference();
  }
  source = tableAlias(std::move(source), sourceFirst);
  expect(kOn);
  ExprPtr condition = expression();
  std::vector<plan::MergeAction> matched;
  std::vector<plan::MergeAction> notMatched;
  std::vector<plan::MergeAction> notMatchedBySource;
  while (accept(kWhen)) {
    if (accept(kMatched)) {
      matched.push_back(mergeAction(false));
      continue;
    }
    expect(kNot, kMatched);
    if (accept(kBy, kSource)) {
      notMatchedBySource.push_back(mergeAction(false));
    } else {
      if (accept(kBy)) expect(kTarget);
      notMatched.push_back(mergeAction(true));
    }
  }
  if (!failed() && matched.empty() && notMatched.empty() && notMatchedBySource.empty()) {
    failWith(condition::kMergeWithoutWhen, {}, first);
  }
  return planNode<plan::MergeInto>(first, std::move(target), std::move(source), std::move(condition), std::move(matched), std::move(notMatched),
                                   std::move(notMatchedBySource), evolution);
}

LogicalPlanPtr StatementParser::loadData(uint32_t first) {
  expect(kLoad, kData);
  const bool local = accept(kLocal);
  expect(kInpath);
  std::string path = stringLiteral();
  const bool overwrite = accept(kOverwrite);
  expect(kInto, kTable);
  plan::ObjectName name = objectName();
  plan::Options partition;
  if (at(kPartition)) partition = partitionSpec(nullptr);
  return planNode<plan::LoadData>(first, std::move(path), local, overwrite, std::move(name), std::move(partition));
}

}  // namespace flint::parser
