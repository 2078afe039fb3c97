#include "parser/query_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

}  // namespace

QueryParser::WithClause QueryParser::withClause() {
  WithClause with;
  with.first = position();
  if (!at(kWith)) return with;
  advance();
  with.present = true;
  with.recursive = accept(kRecursive);
  std::vector<std::string> names;
  do {
    const uint32_t first = position();
    std::string name = identifier();
    std::vector<std::string> columns;
    if (at(kLeftParen)) columns = identifierList();
    int64_t maxRecursion = 0;
    if (accept(kMax)) {
      expect(kRecursion, kLevel);
      maxRecursion = integerNumber(2'147'483'647);
    }
    accept(kAs);
    expect(kLeftParen);
    LogicalPlanPtr plan = query();
    expect(kRightParen);
    if (failed()) return with;
    if (!columns.empty()) plan = planNode<plan::UnresolvedColumnAliases>(first, std::move(columns), std::move(plan));
    for (const std::string& other : names) {
      if (lowerCase(other) == lowerCase(name)) {
        failWith(condition::kDuplicatedCteNames, {{"duplicateNames", quoteIdentifier(name)}}, with.first);
      }
    }
    names.push_back(name);
    with.definitions.push_back(planNode<plan::SubqueryAlias>(first, std::vector<std::string>{std::move(name)}, std::move(plan)));
    with.maxRecursions.push_back(maxRecursion);
  } while (accept(kComma));
  return with;
}

LogicalPlanPtr QueryParser::under(WithClause with, LogicalPlanPtr plan) {
  if (!with.present) return plan;
  return planNode<plan::UnresolvedWith>(with.first, std::move(with.definitions), with.recursive, std::move(plan), std::move(with.maxRecursions));
}

LogicalPlanPtr QueryParser::query() {
  const Nesting nesting(*this);
  const Mark start = mark();
  if (failed()) return nullptr;
  const auto known = readings_.find(start.position);
  if (known != readings_.end() && known->second.numPositional == start.numPositional) {
    if (known->second.plan == nullptr) {
      failAgain();
    } else {
      skipTo(known->second.end);
    }
    return known->second.plan;
  }
  WithClause with = withClause();
  LogicalPlanPtr body = queryBody();
  LogicalPlanPtr plan = under(std::move(with), std::move(body));
  readings_[start.position] = {start.numPositional, failed() ? nullptr : plan, mark()};
  return plan;
}

LogicalPlanPtr QueryParser::queryBody() {
  const uint32_t first = position();
  LogicalPlanPtr plan = setOperations(1);
  if (at(kPipe)) {
    plan = queryOrganization(std::move(plan), first);
    plan = pipeOperators(std::move(plan), first);
  }
  plan = queryOrganization(std::move(plan), first);
  if (at(kPipe)) plan = pipeOperators(std::move(plan), first);
  return plan;
}

int QueryParser::setOperatorPrecedence() const {
  switch (peek().type) {
    case kUnion:
    case kExcept:
    case kMinus: return 1;
    case kIntersect: return options_.legacySetOperatorPrecedence ? 1 : 2;
    default: return 0;
  }
}

LogicalPlanPtr QueryParser::setOperations(int minPrecedence) {
  const uint32_t first = position();
  LogicalPlanPtr left = queryPrimary();
  while (!failed()) {
    const int precedence = setOperatorPrecedence();
    if (precedence == 0 || precedence < minPrecedence) break;
    const TokenType op = peek().type;
    advance();
    const bool all = accept(kAll);
    if (!all) accept(kDistinct);
    std::vector<LogicalPlanPtr> inputs{std::move(left)};
    inputs.push_back(setOperations(precedence + 1));
    // A run of equal unions is one node, so that thousands of them do not nest.
    while (op == kUnion && at(kUnion) && !failed()) {
      const bool nextAll = peek(1).type == kAll;
      if (nextAll != all) break;
      advance();
      if (!accept(kAll)) accept(kDistinct);
      inputs.push_back(setOperations(precedence + 1));
    }
    left = setOperation(op, all, std::move(inputs), first);
  }
  return left;
}

LogicalPlanPtr QueryParser::setOperation(TokenType op, bool all, std::vector<LogicalPlanPtr> inputs, uint32_t first) {
  switch (op) {
    case kUnion: {
      LogicalPlanPtr plan = planNode<plan::Union>(first, std::move(inputs));
      return all ? plan : planNode<plan::Distinct>(first, std::move(plan));
    }
    case kIntersect: return planNode<plan::Intersect>(first, std::move(inputs[0]), std::move(inputs[1]), all);
    default: return planNode<plan::Except>(first, std::move(inputs[0]), std::move(inputs[1]), all);
  }
}

LogicalPlanPtr QueryParser::queryPrimary() {
  const Nesting nesting(*this);
  const uint32_t first = position();
  switch (peek().type) {
    case kMap:
    case kReduce:
      if (!atTransform()) failSyntax();
      return failed() ? nullptr : transform(nullptr, first);
    case kSelect: return atTransform() ? transform(nullptr, first) : selectSpecification(nullptr, first);
    case kFrom: {
      LogicalPlanPtr from = fromClause();
      if (atTransform()) return transform(std::move(from), first);
      if (at(kSelect)) {
        // Each SELECT behind one FROM gives rows.
        std::vector<LogicalPlanPtr> selects;
        while (at(kSelect) && !failed()) selects.push_back(selectSpecification(from, first));
        if (failed()) return nullptr;
        return selects.size() == 1 ? selects[0] : planNode<plan::Union>(first, std::move(selects));
      }
      // FROM t alone is SELECT * FROM t.
      return from;
    }
    case kTable: {
      advance();
      return tableReference();
    }
    case kValues: {
      advance();
      return inlineTable(first);
    }
    case kLeftParen: {
      advance();
      LogicalPlanPtr plan = query();
      expect(kRightParen);
      return plan;
    }
    default: failSyntax(); return nullptr;
  }
}

std::vector<std::pair<std::string, std::vector<ExprPtr>>> QueryParser::hintComments() {
  std::vector<std::pair<std::string, std::vector<ExprPtr>>> out;
  while (accept(kHintStart)) {
    std::vector<std::pair<std::string, std::vector<ExprPtr>>> statements;
    while (!at(kHintEnd) && !failed()) {
      std::string name = identifier();
      std::vector<ExprPtr> parameters;
      if (accept(kLeftParen)) {
        if (!at(kRightParen)) {
          do {
            parameters.push_back(primary());
          } while (accept(kComma));
        }
        expect(kRightParen);
      }
      statements.emplace_back(std::move(name), std::move(parameters));
      accept(kComma);
    }
    expect(kHintEnd);
    // The last comment is the innermost; within one, the first hint is.
    out.insert(out.begin(), std::make_move_iterator(statements.begin()), std::make_move_iterator(statements.end()));
  }
  return out;
}

LogicalPlanPtr QueryParser::hints(std::vector<std::pair<std::string, std::vector<ExprPtr>>> all, LogicalPlanPtr child, uint32_t first) {
  for (auto& [name, parameters] : all) child = planNode<plan::UnresolvedHint>(first, std::move(name), std::move(parameters), std::move(child));
  return child;
}

LogicalPlanPtr QueryParser::whereClause(LogicalPlanPtr child, uint32_t first) {
  if (!accept(kWhere)) return child;
  ExprPtr condition = expression();
  return planNode<plan::Filter>(first, std::move(condition), std::move(child));
}

// What SELECT computes: from FROM to HAVING.
LogicalPlanPtr QueryParser::selectClauses(std::vector<ExprPtr> output, LogicalPlanPtr from, uint32_t first) {
  LogicalPlanPtr plan = std::move(from);
  if (plan == nullptr) {
    plan = at(kFrom) ? fromClause() : planNode<plan::OneRowRelation>(first);
  }
  plan = lateralViews(std::move(plan), first);
  plan = whereClause(std::move(plan), first);
  if (at(kGroup, kBy)) {
    plan = aggregation(std::move(output), std::move(plan), first);
    if (accept(kHaving)) {
      ExprPtr condition = expression();
      plan = planNode<plan::UnresolvedHaving>(first, std::move(condition), std::move(plan));
    }
  } else if (accept(kHaving)) {
    ExprPtr condition = expression();
    plan = planNode<plan::Aggregate>(first, std::vector<ExprPtr>(), std::move(output), std::move(plan));
    plan = planNode<plan::UnresolvedHaving>(first, std::move(condition), std::move(plan));
  } else {
    plan = planNode<plan::Project>(first, std::move(output), std::move(plan));
  }
  return plan;
}

LogicalPlanPtr QueryParser::selectSpecification(LogicalPlanPtr from, uint32_t first) {
  expect(kSelect);
  auto hintList = hintComments();
  bool distinct = false;
  if (accept(kDistinct)) {
    distinct = true;
  } else if (at(kAll) && peek(1).type != kComma && peek(1).type != kFrom && peek(1).type != kEndOfInput && peek(1).type != kDot) {
    advance();
  }
  std::vector<ExprPtr> output = namedExpressionList();
  LogicalPlanPtr plan = selectClauses(std::move(output), std::move(from), first);
  if (accept(kQualify)) {
    ExprPtr condition = expression();
    plan = planNode<plan::UnresolvedQualify>(first, std::move(condition), std::move(plan));
  }
  if (distinct) plan = planNode<plan::Distinct>(first, std::move(plan));
  plan = windowClause(std::move(plan), first);
  return hints(std::move(hintList), std::move(plan), first);
}

LogicalPlanPtr QueryParser::aggregation(std::vector<ExprPtr> output, LogicalPlanPtr child, uint32_t first) {
  expect(kGroup, kBy);
  std::vector<ExprPtr> grouping = groupingList(false);
  return planNode<plan::Aggregate>(first, std::move(grouping), std::move(output), std::move(child));
}

// What follows GROUP BY; with `named`, elements may have aliases.
std::vector<ExprPtr> QueryParser::groupingList(bool named) {
  const uint32_t first = position();
  std::vector<ExprPtr> grouping;
  do {
    grouping.push_back(groupingElement(named));
  } while (accept(kComma));
  using Form = expr::GroupingAnalytics::Form;
  if (at(kWith, kRollup) || at(kWith, kCube)) {
    const Form form = peek(1).type == kRollup ? Form::kRollup : Form::kCube;
    advance();
    advance();
    std::vector<std::vector<ExprPtr>> sets;
    for (ExprPtr& element : grouping) sets.push_back({std::move(element)});
    return {node<expr::GroupingAnalytics>(first, form, std::move(sets))};
  }
  if (at(kGrouping, kSets)) {
    advance();
    advance();
    std::vector<std::vector<ExprPtr>> sets;
    expect(kLeftParen);
    do {
      sets.push_back(groupingSet());
    } while (accept(kComma));
    expect(kRightParen);
    return {node<expr::GroupingAnalytics>(first, Form::kGroupingSets, std::move(sets), std::move(grouping))};
  }
  return grouping;
}

ExprPtr QueryParser::groupingElement(bool named) {
  using Form = expr::GroupingAnalytics::Form;
  const uint32_t first = position();
  if (at(kRollup, kLeftParen) || at(kCube, kLeftParen)) {
    const bool rollup = at(kRollup);
    advance();
    advance();
    std::vector<std::vector<ExprPtr>> sets;
    do {
      sets.push_back(groupingSet());
      if (!failed() && sets.back().empty()) {
        failWith(condition::kLegacyErrorTemp0051, {{"element", rollup ? "ROLLUP" : "CUBE"}}, first);
      }
    } while (accept(kComma));
    expect(kRightParen);
    return node<expr::GroupingAnalytics>(first, rollup ? Form::kRollup : Form::kCube, std::move(sets));
  }
  if (at(kGrouping, kSets, kLeftParen)) {
    accept(kGrouping, kSets, kLeftParen);
    std::vector<std::vector<ExprPtr>> sets;
    do {
      if (at(kRollup, kLeftParen) || at(kCube, kLeftParen) || at(kGrouping, kSets, kLeftParen)) {
        sets.push_back({groupingElement(false)});
      } else {
        sets.push_back(groupingSet());
      }
    } while (accept(kComma));
    expect(kRightParen);
    return node<expr::GroupingAnalytics>(first, Form::kGroupingSets, std::move(sets));
  }
  return named ? namedExpression() : expression();
}

// (a, b), () or a
std::vector<ExprPtr> QueryParser::groupingSet() {
  if (!at(kLeftParen)) return {expression()};
  const Mark start = mark();
  advance();
  if (accept(kRightParen)) return {};
  std::vector<ExprPtr> out = expressionList();
  expect(kRightParen);
  if (!failed() && (at(kComma) || at(kRightParen))) return out;
  // (a) + 1
  rewind(start);
  return {expression()};
}

LogicalPlanPtr QueryParser::windowClause(LogicalPlanPtr child, uint32_t first) {
  const bool byText = peek(1).type == kIdentifier && peek(2).type == kLeftParen && peek(5).type == kAs;
  if (!at(kWindow) || peek(1).type < kQuotedIdentifier || (peek(2).type != kAs && !byText)) return child;
  advance();
  std::vector<std::pair<std::string, expr::WindowSpec>> windows;
  std::vector<std::string> references;  // the window each one stands for; empty when it says all itself
  do {
    std::string name = identifier();
    for (const auto& [other, spec] : windows) {
      if (other == name) failWith(condition::kInvalidSqlSyntaxRepetitiveWindowDefinition, {{"windowName", quoteIdentifier(name)}}, first);
    }
    expect(kAs);
    std::string reference;
    expr::WindowSpec spec = windowSpec(reference);
    windows.emplace_back(std::move(name), std::move(spec));
    references.push_back(std::move(reference));
  } while (accept(kComma));
  for (size_t i = 0; i < windows.size() && !failed(); ++i) {
    if (references[i].empty()) continue;
    size_t target = 0;
    while (target < windows.size() && windows[target].first != references[i]) ++target;
    if (target == windows.size()) {
      failWith(condition::kInvalidSqlSyntaxUnresolvedWindowReference, {{"windowName", quoteIdentifier(references[i])}}, first);
    } else if (!references[target].empty()) {
      failWith(condition::kInvalidSqlSyntaxInvalidWindowReference, {{"windowName", quoteIdentifier(references[i])}}, first);
    } else {
      windows[i].second = windows[target].second;
    }
  }
  return planNode<plan::UnresolvedWindowDefinitions>(first, std::move(windows), std::move(child));
}

LogicalPlanPtr QueryParser::queryOrganization(LogicalPlanPtr child, uint32_t first) {
  std::vector<ExprPtr> order;
  std::vector<ExprPtr> sort;
  std::vector<ExprPtr> distribute;
  std::vector<ExprPtr> cluster;
  const uint32_t clausesFirst = position();
  if (accept(kOrder, kBy)) order = sortItems();
  if (accept(kCluster, kBy)) cluster = expressionList();
  if (accept(kDistribute, kBy)) distribute = expressionList();
  if (accept(kSort, kBy)) sort = sortItems();
  const int numKinds = (order.empty() ? 0 : 1) + (cluster.empty() ? 0 : 1) + (sort.empty() && distribute.empty() ? 0 : 1);
  if (numKinds > 1) failWith(condition::kUnsupportedFeatureCombinationQueryResultClauses, {}, clausesFirst);
  if (!order.empty()) child = planNode<plan::Sort>(first, std::move(order), true, std::move(child));
  if (!distribute.empty()) child = planNode<plan::RepartitionByExpression>(first, std::move(distribute), 0, false, std::move(child));
  if (!sort.empty()) child = planNode<plan::Sort>(first, std::move(sort), false, std::move(child));
  if (!cluster.empty()) {
    for (const ExprPtr& key : cluster) sort.push_back(node<expr::SortOrder>(clausesFirst, key, true, true));
    child = planNode<plan::RepartitionByExpression>(first, std::move(cluster), 0, false, std::move(child));
    child = planNode<plan::Sort>(first, std::move(sort), false, std::move(child));
  }
  child = windowClause(std::move(child), first);
  ExprPtr limit;
  bool hasLimit = false;
  if (at(kLimit)) {
    advance();
    if (at(kAll) && peek(1).type != kLeftParen && peek(1).type != kDot) {
      advance();
    } else {
      hasLimit = true;
      limit = expression();
    }
  }
  if (accept(kOffset)) {
    ExprPtr offset = expression();
    child = planNode<plan::Offset>(first, std::move(offset), std::move(child));
  }
  if (hasLimit) child = planNode<plan::Limit>(first, std::move(limit), std::move(child));
  return child;
}

}  // namespace flint::parser
