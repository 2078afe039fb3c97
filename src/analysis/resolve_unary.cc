// Nodes with one input: filters, limits, hints, aliases and the rest that only hold expressions over their child.
#include <algorithm>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "analysis/set_operation_types.h"
#include "analysis/sql_function_analysis.h"
#include "analysis/select_block.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "base/legacy_conditions.h"
#include "expr/expression_text.h"
#include "parser/sql_parser.h"
#include "parser/token_reader.h"

namespace flint::analysis {
namespace {

using plan::LogicalKind;

// Whether names above `plan` may still mean columns of its child.
bool looksThrough(const LogicalPlanPtr& plan) {
  switch (plan->kind()) {
    case LogicalKind::kProject:
    case LogicalKind::kFilter:
    case LogicalKind::kSort:
    case LogicalKind::kLimit:
    case LogicalKind::kOffset:
    case LogicalKind::kWindow:
    case LogicalKind::kGenerate:
    case LogicalKind::kSample:
    case LogicalKind::kRepartition:
    case LogicalKind::kRepartitionByExpression:
    case LogicalKind::kResolvedHint: return true;
    default: return false;
  }
}

std::string listOf(const ExprPtr& condition, bool (*wanted)(const ExprPtr&)) {
  std::vector<std::string> texts;
  tree::forEachNode(condition, [&](const ExprPtr& node) {
    if (wanted(node)) texts.push_back(expr::columnName(node));
  });
  return expr::joinTexts(texts);
}

}  // namespace

Result<ResolvedPlan> PlanResolver::resolveWithMissing(const ResolvedPlan& input, const std::vector<ExprPtr>& expressions,
                                                      std::vector<ExprPtr>& resolved) {
  std::vector<std::shared_ptr<const Scope>> scopes = {scopeOf(input)};
  for (LogicalPlanPtr plan = input.plan; !input.sealed && looksThrough(plan);) {
    plan = plan->children()[0];
    scopes.push_back(scopeOf(plan->output()));
  }
  NameContext names = contextOf(scopes[0], {input.plan});
  names.find = [&](const expr::UnresolvedAttribute& column, bool) -> Result<ExprPtr> {
    for (const auto& scope : scopes) {
      ASSIGN_OR_RETURN(ExprPtr found, scope->find(column.nameParts, column.origin(), options_));
      if (found != nullptr) return found;
    }
    return ExprPtr();
  };
  ExpressionResolver resolver(*this, names);
  ASSIGN_OR_RETURN(resolved, resolver.resolveAllForPlan(expressions));
  ResolvedPlan out = input;
  out.plan = exposing(input.plan, missingAttributes(resolved, input.plan));
  for (const AttributePtr& missing : missingAttributes(resolved, out.plan)) {
    return Error(condition::kUnresolvedColumnWithSuggestion)
        .with("objectName", quoteIdentifier(missing->name))
        .with("proposal", expr::joinTexts(scopes[0]->similarNames({missing->name})))
        .at(missing->origin())
        .as(ErrorFamily::kAnalysis);
  }
  return out;
}

Result<ResolvedPlan> PlanResolver::resolveFilter(const plan::Filter& node) {
  ASSIGN_OR_RETURN(ResolvedPlan child, resolve(node.child));
  // A DataFrame's filter may hold aggregates of the grouping below it, as HAVING does.
  const bool overAggregate = child.block != nullptr && child.block->aggregates;
  if (overAggregate) {
    const bool calls = tree::anyNode(node.condition, [&](const ExprPtr& each) {
      const auto* call = each->as<expr::UnresolvedFunction>();
      if (call == nullptr) return false;
      const auto entry = catalog_.functions().find(lowerCase(call->nameParts.back()));
      return std::get_if<const expr::AggregateFunction*>(&entry) != nullptr;
    });
    if (calls) {
      plan::UnresolvedHaving having;
      having.condition = node.condition;
      having.child = node.child;
      return resolveHaving(*plan::makePlan(std::move(having), node.origin()));
    }
  }
  const std::vector<AttributePtr> output = child.plan->output();
  ExprPtr condition;
  std::vector<ExprPtr> resolved;
  const auto scope = scopeOf(child);
  std::vector<std::shared_ptr<const Scope>> scopes = {scope};
  for (LogicalPlanPtr plan = child.plan; !child.sealed && looksThrough(plan);) {
    plan = plan->children()[0];
    scopes.push_back(scopeOf(plan->output()));
  }
  NameContext names = contextOf(scope, {child.plan});
  names.find = [&](const expr::UnresolvedAttribute& column, bool) -> Result<ExprPtr> {
    for (const auto& each : scopes) {
      ASSIGN_OR_RETURN(ExprPtr found, each->find(column.nameParts, column.origin(), options_));
      if (found != nullptr) return found;
    }
    return ExprPtr();
  };
  ASSIGN_OR_RETURN(condition, ExpressionResolver(*this, names).resolveCondition(node.condition, "WHERE"));
  const auto& traits = condition->traits();
  if (traits.hasWindow) return Error(condition::kWindowFunctionNotAllowedInClause).with("clauseName", "WHERE").at(node.condition->origin()).as(ErrorFamily::kAnalysis);
  if (traits.hasGenerator && !traits.hasAggregate) {
    return Error(condition::kUnsupportedGeneratorOutsideSelect).with("plan", "Filter").at(node.condition->origin()).as(ErrorFamily::kAnalysis);
  }
  if (traits.hasAggregate || traits.hasGenerator) {
    std::string list = listOf(condition, [](const ExprPtr& each) {
      return each->as<expr::AggregateExpression>() != nullptr || each->as<expr::WindowExpression>() != nullptr || each->as<expr::GeneratorCall>() != nullptr;
    });
    return Error(condition::kInvalidWhereCondition)
        .with("condition", expr::quotedExpression(condition))
        .with("expressionList", list)
        .at(node.condition->origin())
        .as(ErrorFamily::kAnalysis);
  }
  plan::Filter filter;
  filter.condition = condition;
  filter.child = exposing(child.plan, missingAttributes({condition}, child.plan));
  for (const AttributePtr& missing : missingAttributes({condition}, filter.child)) {
    return Error(condition::kUnresolvedColumnWithSuggestion)
        .with("objectName", quoteIdentifier(missing->name))
        .with("proposal", expr::joinTexts(scope->similarNames({missing->name})))
        .at(missing->origin())
        .as(ErrorFamily::kAnalysis);
  }
  const bool wider = filter.child != child.plan;
  ResolvedPlan out{plan::makePlan(std::move(filter), node.origin()), child.hidden, nullptr};
  if (wider) out.plan = projected(out.plan, output);
  return out;
}

Result<ResolvedPlan> PlanResolver::resolveLimit(const LogicalPlanPtr& node, const ExprPtr& count, const char* name) {
  RETURN_IF_ERROR(rejectSqlFunctions(count, catalog_, "GlobalLimit"));
  ASSIGN_OR_RETURN(ResolvedPlan child, resolve(node->children()[0]));
  const NameContext names = contextOf(scopeOf(child), {child.plan});
  ASSIGN_OR_RETURN(ExprPtr number, ExpressionResolver(*this, names).resolveForPlan(count));
  const auto invalid = [&](const Condition& condition, const char* detail, std::string value) {
    Error error(condition);
    error.with("name", name).with("expr", expr::quotedExpression(number));
    if (detail != nullptr) error.with(detail, std::move(value));
    return error.at(count->origin()).as(ErrorFamily::kAnalysis);
  };
  if (!number->foldable()) return invalid(condition::kInvalidLimitLikeExpressionIsUnfoldable, nullptr, "");
  const DataType type = number->dataType();
  if (!type.isIntegral() || type.is(TypeKind::kLong)) {
    if (!type.is(TypeKind::kNull)) return invalid(condition::kInvalidLimitLikeExpressionDataType, "dataType", "\"" + type.sql() + "\"");
  }
  ASSIGN_OR_RETURN(const Value value, expr::evaluateFoldable(number, options_));
  if (value.isNull()) return invalid(condition::kInvalidLimitLikeExpressionIsNull, nullptr, "");
  if (value.asInteger() < 0) return invalid(condition::kInvalidLimitLikeExpressionIsNegative, "v", std::to_string(value.asInteger()));
  const ExprPtr literal = expr::literalInt(static_cast<int32_t>(value.asInteger()))->withOrigin(count->origin());
  child.plan = node->withNewChildren({child.plan})->withNewExpressions({literal});
  child.block = nullptr;
  return child;
}

Result<ResolvedPlan> PlanResolver::resolveHint(const plan::UnresolvedHint& node) {
  ASSIGN_OR_RETURN(ResolvedPlan child, resolve(node.child));
  const std::string name = lowerCase(node.name);
  plan::JoinHint hint = plan::JoinHint::kNone;
  if (name == "broadcast" || name == "broadcastjoin" || name == "mapjoin") hint = plan::JoinHint::kBroadcast;
  if (name == "merge" || name == "shuffle_merge" || name == "mergejoin") hint = plan::JoinHint::kShuffleMerge;
  if (name == "shuffle_hash") hint = plan::JoinHint::kShuffleHash;
  if (name == "shuffle_replicate_nl") hint = plan::JoinHint::kShuffleReplicateNestedLoop;
  const auto hinted = [&](LogicalPlanPtr below) {
    plan::ResolvedHint out;
    out.hint = hint;
    out.child = std::move(below);
    return plan::makePlan(std::move(out), node.origin());
  };
  if (hint != plan::JoinHint::kNone) {
    if (node.parameters.empty()) {
      child.plan = hinted(child.plan);
      child.block = nullptr;
      return child;
    }
    // The relations named: looked for below, down to the next subquery.
    std::vector<std::string> relations;
    for (const ExprPtr& parameter : node.parameters) {
      if (const auto* column = parameter->as<expr::UnresolvedAttribute>()) relations.push_back(column->nameParts.back());
      if (const Value* text = expr::literalValue(parameter); text != nullptr && parameter->dataType().isStringLike()) relations.push_back(text->asString());
    }
    const auto applied = [&](const auto& self, const LogicalPlanPtr& plan) -> LogicalPlanPtr {
      if (const auto* alias = plan->as<plan::SubqueryAlias>()) {
        const bool named = std::any_of(relations.begin(), relations.end(), [&](const std::string& each) { return sameName(each, alias->alias.back()); });
        return named ? hinted(plan) : plan;
      }
      return tree::mapChildren(plan, [&](const LogicalPlanPtr& below) { return self(self, below); });
    };
    const std::shared_ptr<SelectBlock> block = child.block;
    if (block != nullptr) {
      // Hints stand above the SELECT they belong to: they reach the relations of its FROM.
      auto copy = std::make_shared<SelectBlock>(*block);
      copy->child = applied(applied, block->child);
      return finishBlock(std::move(copy));
    }
    child.plan = applied(applied, child.plan);
    return child;
  }
  const bool byNumber = name == "coalesce" || name == "repartition";
  const bool byRange = name == "repartition_by_range" || name == "rebalance" || name == "repartition";
  if (byNumber || byRange) {
    int32_t partitions = 0;
    std::vector<ExprPtr> keys;
    const auto isNumber = [](const ExprPtr& parameter) { return expr::literalValue(parameter) != nullptr && parameter->dataType().isIntegral(); };
    if (name == "coalesce" && (node.parameters.size() != 1 || !isNumber(node.parameters[0]))) {
      return Error(condition::kLegacyErrorTemp1048).with("hintName", parser::upperCase(name)).at(node.origin()).as(ErrorFamily::kAnalysis);
    }
    for (const ExprPtr& parameter : node.parameters) {
      const Value* number = expr::literalValue(parameter);
      if (isNumber(parameter)) {
        if (&parameter != &node.parameters[0]) {
          return Error(condition::kLegacyErrorTemp1047).with("hintName", parser::upperCase(name)).with("invalidParams", parameter->sql()).at(node.origin()).as(ErrorFamily::kAnalysis);
        }
        partitions = static_cast<int32_t>(number->asInteger());
      } else if (number != nullptr && parameter->dataType().isStringLike() && !number->isNull()) {
        // A name without dots or quotes is one as it stands.
        const std::string text = number->asString();
        NameParts column = {text};
        if (text.find_first_of(".`") != std::string::npos) {
          ASSIGN_OR_RETURN(column, parser::parseIdentifier(text));
        }
        keys.push_back(expr::column(std::move(column))->withOrigin(parameter->origin()));
      } else {
        keys.push_back(parameter);
      }
    }
    child.block = nullptr;
    if (keys.empty() && name != "repartition_by_range" && name != "rebalance" && partitions > 0) {
      plan::Repartition out;
      out.numPartitions = partitions;
      out.shuffle = name == "repartition";
      out.child = child.plan;
      child.plan = plan::makePlan(std::move(out), node.origin());
      return child;
    }
    const auto scope = scopeOf(child);
    const NameContext names = contextOf(scope, {child.plan});
    plan::RepartitionByExpression out;
    ASSIGN_OR_RETURN(out.partitionBy, ExpressionResolver(*this, names).resolveAllForPlan(keys));
    if (name == "repartition_by_range") {
      for (ExprPtr& key : out.partitionBy) {
        if (key->as<expr::SortOrder>() == nullptr) key = expr::sortOrder(key);
      }
    }
    if (name == "rebalance" && out.partitionBy.empty()) return child;
    out.numPartitions = partitions;
    out.child = child.plan;
    child.plan = plan::makePlan(std::move(out), node.origin());
    return child;
  }
  return child;  // Unknown hints are passed over, as Spark does.
}

namespace {

// What `observe` computes is made of aggregates, and of what is the same for all rows.
Status checkObservedMetric(const ExprPtr& metric, const ExprPtr& node, bool inAggregate) {
  const auto refused = [&](const Condition& condition) {
    return Error(condition).with("expr", expr::quotedExpression(expr::withoutAlias(metric))).at(metric->origin()).as(ErrorFamily::kAnalysis);
  };
  const auto* aggregate = node->as<expr::AggregateExpression>();
  if (aggregate != nullptr) {
    if (inAggregate) return refused(condition::kInvalidObservedMetricsNestedAggregatesUnsupported);
    if (aggregate->distinct) return refused(condition::kInvalidObservedMetricsAggregateExpressionWithDistinctUnsupported);
    if (aggregate->filter != nullptr) return refused(condition::kInvalidObservedMetricsAggregateExpressionWithFilterUnsupported);
  } else if (node->as<expr::WindowExpression>() != nullptr) {
    return refused(condition::kInvalidObservedMetricsWindowExpressionsUnsupported);
  } else if (!inAggregate && node->as<expr::AttributeReference>() != nullptr) {
    return refused(condition::kInvalidObservedMetricsNonAggregateFuncArgIsAttribute);
  } else if (!inAggregate && node->children().empty() && !node->deterministic()) {
    return refused(condition::kInvalidObservedMetricsNonAggregateFuncArgIsNonDeterministic);
  }
  for (const ExprPtr& child : node->children()) RETURN_IF_ERROR(checkObservedMetric(metric, child, inAggregate || aggregate != nullptr));
  return Status::ok();
}

}  // namespace

Result<ResolvedPlan> PlanResolver::resolveGeneric(const LogicalPlanPtr& node) {
  if (node->kind() >= LogicalKind::kUnresolvedRelation) {
    return internalError(std::string("no rule resolves ") + node->nodeName());
  }
  std::vector<LogicalPlanPtr> children;
  ResolvedPlan out;
  std::vector<AttributePtr> columns;
  for (const LogicalPlanPtr& child : node->children()) {
    ASSIGN_OR_RETURN(ResolvedPlan resolved, resolve(child));
    const std::vector<AttributePtr> output = resolved.plan->output();
    columns.insert(columns.end(), output.begin(), output.end());
    if (node->children().size() == 1 && node->kind() != LogicalKind::kDistinct) out.hidden = resolved.hidden;
    children.push_back(std::move(resolved.plan));
  }
  if (node->kind() == LogicalKind::kSubqueryAlias) {
    // Sides of a USING join are not reached through a subquery's name; metadata columns are, by that name.
    std::vector<AttributePtr> metadata;
    for (const AttributePtr& column : out.hidden) {
      if (column->isMetadataColumn) metadata.push_back(expr::withQualifier(column, node->as<plan::SubqueryAlias>()->alias));
    }
    out.hidden = std::move(metadata);
  }
  const auto scope = scopeOf(columns);
  const NameContext names = contextOf(scope, children);
  out.plan = node->withNewChildren(std::move(children));
  std::vector<ExprPtr> expressions = out.plan->expressions();
  if (!expressions.empty()) {
    const bool named = node->kind() == LogicalKind::kCollectMetrics;
    for (ExprPtr& expression : expressions) {
      ASSIGN_OR_RETURN(const ExprPtr resolved, ExpressionResolver(*this, names).resolve(expression));
      expression = withoutReplaced(resolved);
      if (named) RETURN_IF_ERROR(checkObservedMetric(resolved, resolved, false));
      if (named && expr::toAttribute(resolved) == nullptr) expression = expr::alias(expression, expr::columnName(resolved, options_.timeZone));
    }
    out.plan = out.plan->withNewExpressions(std::move(expressions));
  }
  if (node->kind() == LogicalKind::kDistinct) RETURN_IF_ERROR(checkSetOperationTypes(columns, node->origin()));
  if (const auto* keys = out.plan->as<plan::Deduplicate>()) RETURN_IF_ERROR(checkSetOperationTypes(keys->keys, node->origin()));
  if (const auto* byId = out.plan->as<plan::RepartitionByExpression>(); byId != nullptr && byId->direct && !byId->partitionBy.empty()) {
    const DataType& type = byId->partitionBy[0]->dataType();
    if (!type.is(TypeKind::kInteger)) {
      return Error(condition::kDatatypeMismatchUnexpectedInputType)
          .with("sqlExpr", expr::quotedExpression(byId->partitionBy[0]))
          .with("paramIndex", "first")
          .with("requiredType", "\"INT\"")
          .with("inputSql", expr::quotedExpression(byId->partitionBy[0]))
          .with("inputType", "\"" + type.sql() + "\"")
          .at(byId->partitionBy[0]->origin())
          .as(ErrorFamily::kAnalysis);
    }
  }
  return out;
}

}  // namespace flint::analysis
