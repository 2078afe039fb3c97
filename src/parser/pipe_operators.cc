#include "parser/query_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

bool isJoinWord(TokenType type) {
  return type == kJoin || type == kInner || type == kCross || type == kLeft || type == kRight || type == kFull || type == kSemi || type == kAnti ||
         type == kNatural;
}

}  // namespace

LogicalPlanPtr QueryParser::failNotAllowed(std::string message, uint32_t first) {
  if (!failed()) failWith(condition::kLegacyErrorTemp0035, {{"message", std::move(message)}}, first);
  return nullptr;
}

LogicalPlanPtr QueryParser::pipeOperators(LogicalPlanPtr child, uint32_t first) {
  while (accept(kPipe)) {
    child = pipeOperator(std::move(child), first);
    if (failed()) return nullptr;
  }
  return child;
}

LogicalPlanPtr QueryParser::pipeOperator(LogicalPlanPtr child, uint32_t first) {
  const uint32_t operatorFirst = position();
  switch (peek().type) {
    case kSelect: {
      if (child == nullptr) return nullptr;
      // The clauses of a SELECT have operators of their own.
      LogicalPlanPtr plan = selectSpecification(std::move(child), operatorFirst);
      return plan;
    }
    case kExtend: {
      advance();
      std::vector<ExprPtr> output{node<expr::UnresolvedStar>(operatorFirst)};
      for (ExprPtr& column : namedExpressionList()) output.push_back(std::move(column));
      return planNode<plan::Project>(operatorFirst, std::move(output), std::move(child));
    }
    case kSet: return pipeSet(std::move(child), operatorFirst);
    case kDrop: {
      advance();
      std::vector<std::vector<std::string>> except;
      do {
        except.push_back(multipartIdentifier());
      } while (accept(kComma));
      std::vector<ExprPtr> output{node<expr::UnresolvedStar>(operatorFirst, std::vector<std::string>(), std::nullopt, std::move(except))};
      return planNode<plan::Project>(operatorFirst, std::move(output), std::move(child));
    }
    case kAs: {
      advance();
      std::string alias = relationName();
      return planNode<plan::SubqueryAlias>(operatorFirst, std::vector<std::string>{std::move(alias)}, std::move(child));
    }
    case kWhere: return whereClause(std::move(child), operatorFirst);
    case kPivot:
    case kUnpivot: {
      LogicalPlanPtr plan = at(kPivot) ? pivot(std::move(child), operatorFirst) : unpivot(std::move(child), operatorFirst);
      const bool mixed = peek(1).type == kLeftParen && at(plan != nullptr && plan->kind() == plan::LogicalKind::kPivot ? kUnpivot : kPivot);
      if (mixed && !failed()) failWith(condition::kNotAllowedInFromUnpivotWithPivot, {}, operatorFirst);
      return plan;
    }
    case kTablesample: return sample(std::move(child), operatorFirst);
    case kAggregate: return pipeAggregate(std::move(child), operatorFirst);
    case kWindow: return windowClause(std::move(child), operatorFirst);
    case kUnion:
    case kExcept:
    case kMinus:
    case kIntersect: {
      const TokenType op = peek().type;
      advance();
      const bool all = accept(kAll);
      if (!all) accept(kDistinct);
      std::vector<LogicalPlanPtr> inputs{std::move(child)};
      inputs.push_back(queryPrimary());
      return setOperation(op, all, std::move(inputs), first);
    }
    case kOrder:
    case kCluster:
    case kDistribute:
    case kSort:
    case kLimit:
    case kOffset: return queryOrganization(std::move(child), operatorFirst);
    default:
      if (isJoinWord(peek().type)) return join(std::move(child), operatorFirst);
      failSyntax();
      return nullptr;
  }
}

// |> SET a = expression, ...: later ones see what earlier ones set.
LogicalPlanPtr QueryParser::pipeSet(LogicalPlanPtr child, uint32_t first) {
  expect(kSet);
  do {
    const uint32_t columnFirst = position();
    std::string name = identifier();
    if (at(kDot)) return failNotAllowed("SET of a nested field by a pipe operator", first);
    expect(kEqual);
    ExprPtr value = expression();
    std::vector<ExprPtr> replacements{node<expr::Alias>(columnFirst, std::move(value), std::move(name), failed() ? 0 : expr::newExprId())};
    std::vector<ExprPtr> output{node<expr::UnresolvedStar>(first, std::vector<std::string>(), std::nullopt, std::vector<std::vector<std::string>>(),
                                                           std::move(replacements))};
    child = planNode<plan::Project>(first, std::move(output), std::move(child));
  } while (accept(kComma));
  return child;
}

// |> AGGREGATE a, b GROUP BY c, d: gives c, d, a, b.
LogicalPlanPtr QueryParser::pipeAggregate(LogicalPlanPtr child, uint32_t first) {
  expect(kAggregate);
  std::vector<ExprPtr> aggregates;
  if (!at(kGroup, kBy) && !atEnd() && !at(kSemicolon) && !at(kPipe) && !at(kRightParen)) aggregates = namedExpressionList();
  std::vector<ExprPtr> named;
  if (at(kGroup, kBy)) {
    advance();
    advance();
    named = groupingList(true);
  } else if (aggregates.empty() && !failed()) {
    return failNotAllowed("AGGREGATE without expressions and without GROUP BY", first);
  }
  if (failed()) return nullptr;
  std::vector<ExprPtr> grouping;
  std::vector<ExprPtr> output;
  for (const ExprPtr& element : named) {
    if (const auto* analytics = element->as<expr::GroupingAnalytics>()) {
      using Form = expr::GroupingAnalytics::Form;
      const char* form = analytics->form == Form::kRollup ? "ROLLUP" : analytics->form == Form::kCube ? "CUBE" : "GROUPING SETS";
      failWith(condition::kUnsupportedFeaturePipeOperatorAggregateUnsupportedCase, {{"case", form}}, first);
      return nullptr;
    }
    output.push_back(element);
    const auto* alias = element->as<expr::Alias>();
    grouping.push_back(alias == nullptr ? element : alias->child);
  }
  for (ExprPtr& aggregate : aggregates) output.push_back(std::move(aggregate));
  return planNode<plan::Aggregate>(first, std::move(grouping), std::move(output), std::move(child));
}

}  // namespace flint::parser
