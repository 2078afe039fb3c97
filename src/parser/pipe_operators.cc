#include "parser/query_parser.h"
#include "plan/logical/pipe_plan.h"

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
  if (!options_.pipeSyntax) return failNotAllowed("Operator pipe SQL syntax using |>", first);
  while (accept(kPipe)) {
    // A step sees the columns of the one before, and nothing below them.
    const bool named = child != nullptr && (child->kind() == plan::LogicalKind::kUnresolvedRelation || child->kind() == plan::LogicalKind::kSubqueryAlias);
    if (!named) child = planNode<plan::UnresolvedPipe>(first, plan::PipeOperator::kInput, std::vector<ExprPtr>(), std::vector<ExprPtr>(), std::move(child));
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
      std::vector<ExprPtr> items = namedExpressionList();
      return planNode<plan::UnresolvedPipe>(operatorFirst, plan::PipeOperator::kExtend, std::move(items), std::vector<ExprPtr>(), std::move(child));
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
    case kOffset: {
      const LogicalPlanPtr input = child;
      LogicalPlanPtr plan = queryOrganization(std::move(child), operatorFirst);
      LogicalPlanPtr below = plan;
      bool limited = false;
      while (below != nullptr && below != input && (below->kind() == plan::LogicalKind::kLimit || below->kind() == plan::LogicalKind::kOffset)) {
        limited = true;
        below = below->children()[0];
      }
      if (limited && below != input && below->kind() == plan::LogicalKind::kSort && !failed()) {
        failWith(condition::kMultipleQueryResultClausesWithPipeOperators, {{"clause1", "ORDER BY"}, {"clause2", "LIMIT"}}, operatorFirst);
        return nullptr;
      }
      return plan;
    }
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
    std::vector<ExprPtr> items{node<expr::Alias>(columnFirst, std::move(value), std::move(name), failed() ? 0 : expr::newExprId())};
    child = planNode<plan::UnresolvedPipe>(first, plan::PipeOperator::kSet, std::move(items), std::vector<ExprPtr>(), std::move(child));
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
  for (const ExprPtr& element : named) {
    const auto* analytics = element->as<expr::GroupingAnalytics>();
    if (analytics == nullptr) continue;
    using Form = expr::GroupingAnalytics::Form;
    const char* form = analytics->form == Form::kRollup ? "ROLLUP" : analytics->form == Form::kCube ? "CUBE" : "GROUPING SETS";
    failWith(condition::kUnsupportedFeaturePipeOperatorAggregateUnsupportedCase, {{"case", form}}, first);
    return nullptr;
  }
  return planNode<plan::UnresolvedPipe>(first, plan::PipeOperator::kAggregate, std::move(aggregates), std::move(named), std::move(child));
}

}  // namespace flint::parser
