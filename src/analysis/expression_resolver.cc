#include "analysis/expression_resolver.h"

#include <algorithm>

#include "analysis/extract_value.h"
#include "analysis/plan_resolver.h"
#include "analysis/time_type.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "expr/python_udf.h"
#include "plan/logical/subquery_expressions.h"
#include "types/collation.h"

namespace flint::analysis {

using expr::ExprKind;

ExprPtr withoutReplaced(const ExprPtr& expression) {
  return tree::transformUp(expression, [](const ExprPtr& node) -> ExprPtr {
    const auto* replaced = node->as<expr::RuntimeReplaceable>();
    return replaced == nullptr ? node : replaced->replacement;
  });
}

const expr::EvaluationOptions& ExpressionResolver::options() const { return plans_.options(); }

Result<ExprPtr> ExpressionResolver::resolveForPlan(const ExprPtr& expression) {
  ASSIGN_OR_RETURN(const ExprPtr resolved, resolve(expression));
  return withoutReplaced(resolved);
}

Result<std::vector<ExprPtr>> ExpressionResolver::resolveAllForPlan(const std::vector<ExprPtr>& expressions) {
  std::vector<ExprPtr> out;
  out.reserve(expressions.size());
  for (const ExprPtr& expression : expressions) {
    ASSIGN_OR_RETURN(ExprPtr resolved, resolveForPlan(expression));
    out.push_back(std::move(resolved));
  }
  return out;
}

Result<ExprPtr> ExpressionResolver::resolveCondition(const ExprPtr& expression, const char* clause) {
  ASSIGN_OR_RETURN(ExprPtr condition, resolve(expression));
  // HAVING casts what it is given.
  if (std::string_view(clause) == "HAVING" && !condition->dataType().is(TypeKind::kBoolean)) {
    expr::Cast cast;
    cast.child = condition;
    cast.target = DataType::boolean();
    cast.mode = expr::CastMode::kAnsi;
    ASSIGN_OR_RETURN(condition, coerced(expr::makeExpr(std::move(cast), expression->origin())));
  }
  if (!condition->dataType().is(TypeKind::kBoolean)) {
    const bool join = std::string_view(clause) == "JOIN";
    if (join) {
      return Error(condition::kJoinConditionIsNotBooleanType)
          .with("joinCondition", expr::quotedExpression(condition))
          .with("conditionType", "\"" + condition->dataType().sql() + "\"")
          .at(expression->origin())
          .as(ErrorFamily::kAnalysis);
    }
    if (std::string_view(clause) == "FILTER") {
      return Error(condition::kInvalidAggregateFilterNotBoolean).with("filterExpr", expr::quotedExpression(condition)).at(expression->origin()).as(ErrorFamily::kAnalysis);
    }
    return Error(condition::kDatatypeMismatchFilterNotBoolean)
        .with("sqlExpr", expr::quotedExpression(condition))
        .with("filter", expr::quotedExpression(condition))
        .with("type", "\"" + condition->dataType().sql() + "\"")
        .at(expression->origin())
        .as(ErrorFamily::kAnalysis);
  }
  return withoutReplaced(condition);
}

Result<ExprPtr> ExpressionResolver::coerced(const ExprPtr& node) {
  switch (node->kind()) {
    case ExprKind::kComparison: return coerceComparison(*node->as<expr::Comparison>(), options());
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kNot: return coerceLogic(node, options());
    case ExprKind::kCaseWhen: return coerceCaseWhen(*node->as<expr::CaseWhen>(), options());
    case ExprKind::kCoalesce: return coerceCoalesce(*node->as<expr::Coalesce>(), options());
    case ExprKind::kSortOrder: {
      expr::SortOrder order = *node->as<expr::SortOrder>();
      if (!hasCollations(order.child->dataType())) return node;
      ASSIGN_OR_RETURN(order.child, comparedByCollation(order.child, options()));
      return ExprPtr(expr::makeExpr(std::move(order), node->origin()));
    }
    case ExprKind::kIn: return coerceIn(*node->as<expr::In>(), options());
    case ExprKind::kCast: {
      const auto* cast = node->as<expr::Cast>();
      RETURN_IF_ERROR(checkCast(*cast, options()));
      if (cast->mode != expr::CastMode::kAnsi || options().ansi) return node;
      expr::Cast legacy = *cast;
      legacy.mode = expr::CastMode::kLegacy;
      return ExprPtr(expr::makeExpr(std::move(legacy), node->origin()));
    }
    default: return node;
  }
}

Status ExpressionResolver::checkTimeType(const DataType& type, const OriginPtr& origin) const {
  if (!type.is(TypeKind::kTime) || isTimeTypeEnabled(plans_.conf())) return Status::ok();
  return Error(condition::kUnsupportedTimeType).at(origin).as(ErrorFamily::kAnalysis);
}

Result<ExprPtr> ExpressionResolver::resolveExtraction(const expr::UnresolvedExtractValue& node) {
  ASSIGN_OR_RETURN(const ExprPtr child, resolve(node.child));
  ASSIGN_OR_RETURN(const ExprPtr extraction, resolve(node.extraction));
  return extractValue(child, extraction, options(), node.origin());
}

Result<ExprPtr> ExpressionResolver::resolve(const ExprPtr& expression) {
  switch (expression->kind()) {
    case ExprKind::kLiteral:
    case ExprKind::kAttributeReference:
    case ExprKind::kBoundReference:
    case ExprKind::kOuterReference:
    case ExprKind::kLambdaVariable: return expression;
    case ExprKind::kUnresolvedAttribute: return resolveColumn(*expression->as<expr::UnresolvedAttribute>());
    case ExprKind::kUnresolvedFunction: return resolveFunction(*expression->as<expr::UnresolvedFunction>(), false);
    case ExprKind::kPythonUdf: return resolvePythonUdf(*expression->as<expr::PythonUdf>());
    case ExprKind::kUnresolvedWindow: return resolveWindow(*expression->as<expr::UnresolvedWindow>());
    case ExprKind::kScalarSubquery:
    case ExprKind::kExists:
    case ExprKind::kInSubquery: return resolveSubquery(expression);
    case ExprKind::kUnresolvedExtractValue: {
      auto found = resolveExtraction(*expression->as<expr::UnresolvedExtractValue>());
      if (found.isOk() || !names_.findOther || usesOther_) return found;
      // The column that the name means first has no such part: another one of the name may have it.
      usesOther_ = true;
      auto other = resolveExtraction(*expression->as<expr::UnresolvedExtractValue>());
      usesOther_ = false;
      return other.isOk() ? other : found;
    }
    case ExprKind::kUpdateFields: return resolveUpdateFields(*expression->as<expr::UpdateFields>());
    case ExprKind::kIdentifierClause: return resolveIdentifierClause(*expression->as<expr::IdentifierClause>());
    case ExprKind::kParameter: {
      const auto* parameter = expression->as<expr::Parameter>();
      return Error(condition::kUnboundSqlParameter).with("name", parameter->positional ? "_" + parameter->name : parameter->name).at(expression->origin()).as(ErrorFamily::kAnalysis);
    }
    case ExprKind::kUnresolvedStar:
    case ExprKind::kUnresolvedRegex:
      return Error(condition::kInvalidUsageOfStarOrRegex).with("elem", "'*'").with("prettyName", "expression").at(expression->origin()).as(ErrorFamily::kAnalysis);
    case ExprKind::kLambdaFunction:  // higher-order functions bind theirs before they resolve arguments
      return Error(condition::kInvalidLambdaFunctionCallNonHigherOrderFunction).with("class", "the expression around it").at(expression->origin()).as(ErrorFamily::kAnalysis);
    case ExprKind::kNamedArgument: {
      expr::NamedArgument argument = *expression->as<expr::NamedArgument>();
      ASSIGN_OR_RETURN(argument.value, resolve(argument.value));
      return ExprPtr(expr::makeExpr(std::move(argument), expression->origin()));
    }
    case ExprKind::kUnresolvedLambdaVariable: {
      const auto* variable = expression->as<expr::UnresolvedLambdaVariable>();
      expr::UnresolvedAttribute column;
      column.nameParts = variable->nameParts;
      return resolve(expr::makeExpr(std::move(column), expression->origin()));
    }
    case ExprKind::kAlias: {
      expr::Alias alias = *expression->as<expr::Alias>();
      ASSIGN_OR_RETURN(alias.child, resolve(alias.child));
      if (alias.id == 0) alias.id = expr::newExprId();
      return ExprPtr(expr::makeExpr(std::move(alias), expression->origin()));
    }
    default: break;
  }
  // What is resolved already (the arguments of a rewriting function) stays as it is.
  if (expression->resolved() && !expression->traits().hasSubquery && expression->kind() != ExprKind::kCast &&
      expression->as<expr::FunctionCall>() != nullptr) {
    return expression;
  }
  if (const auto* in = expression->as<expr::In>(); in != nullptr && std::any_of(in->list.begin(), in->list.end(), [](const ExprPtr& each) { return each->as<expr::UnresolvedStar>() != nullptr; })) {
    expr::In spread = *in;
    spread.list.clear();
    for (const ExprPtr& each : in->list) {
      const auto* star = each->as<expr::UnresolvedStar>();
      if (star == nullptr) {
        spread.list.push_back(each);
        continue;
      }
      ASSIGN_OR_RETURN(const std::vector<ExprPtr> columns, expandStar(*star, each->origin()));
      spread.list.insert(spread.list.end(), columns.begin(), columns.end());
    }
    return resolve(expr::makeExpr(std::move(spread), expression->origin()));
  }
  if (const auto* cast = expression->as<expr::Cast>()) RETURN_IF_ERROR(checkTimeType(cast->target, expression->origin()));
  ASSIGN_OR_RETURN(const ExprPtr node, tree::mapChildren(expression, [this](const ExprPtr& child) { return resolve(child); }));
  return coerced(node);
}

}  // namespace flint::analysis
