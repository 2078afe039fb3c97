#include "optimizer/aggregate_core.h"

#include <algorithm>
#include <map>

namespace flint::optimizer {
namespace {

bool isSafe(const ExprPtr& expression) {
  return expression->deterministic() && !expression->traits().hasSubquery && !expression->traits().hasPythonUdf;
}

// The arguments of aggregate calls are computed for rows that other calls take: they must not raise errors.
bool argumentsAreSafe(const ExprPtr& expression) {
  if (const auto* call = expression->as<expr::AggregateExpression>()) {
    const auto safe = [](const ExprPtr& argument) { return isSafe(argument) && !argument->traits().canRaise; };
    return std::all_of(call->arguments.begin(), call->arguments.end(), safe) && (call->filter == nullptr || safe(call->filter)) &&
           call->withinGroup.empty() && call->binding != nullptr && !call->binding->orderSensitive;
  }
  const std::vector<ExprPtr> children = expression->children();
  return isSafe(expression) && std::all_of(children.begin(), children.end(), argumentsAreSafe);
}

ExprPtr withFilter(const ExprPtr& expression, const ExprPtr& condition) {
  if (const auto* call = expression->as<expr::AggregateExpression>()) {
    if (condition == nullptr) return expression;
    expr::AggregateExpression made(*call);
    made.filter = call->filter == nullptr ? condition : expr::makeAnd(condition, call->filter);
    return makeExpr(std::move(made), expression->origin());
  }
  if (!expression->traits().hasAggregate) return expression;
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return withFilter(child, condition); });
}

}  // namespace

std::optional<AggregateCore> matchAggregateCore(const LogicalPlanPtr& plan) {
  AggregateCore out;
  out.aggregate = plan->as<plan::Aggregate>();
  if (out.aggregate == nullptr || !out.aggregate->grouping.empty()) return std::nullopt;
  out.aggregates = out.aggregate->aggregates;
  for (LogicalPlanPtr node = out.aggregate->child;;) {
    if (const auto* filter = node->as<plan::Filter>()) {
      for (const ExprPtr& conjunct : expr::splitConjuncts(filter->condition)) out.conjuncts.push_back(conjunct);
      node = filter->child;
    } else if (const auto* project = node->as<plan::Project>()) {
      const AttributeMap aliases = aliasMap(project->projectList);
      for (ExprPtr& each : out.aggregates) each = replaceAttributes(each, aliases);
      for (ExprPtr& each : out.conjuncts) each = replaceAttributes(each, aliases);
      node = project->child;
    } else {
      out.relation = node->as<plan::Relation>();
      break;
    }
  }
  if (out.relation == nullptr || out.relation->table == nullptr) return std::nullopt;
  const auto movable = [](const ExprPtr& conjunct) { return isMovable(conjunct) && isSafe(conjunct); };
  if (!std::all_of(out.conjuncts.begin(), out.conjuncts.end(), movable)) return std::nullopt;
  if (!std::all_of(out.aggregates.begin(), out.aggregates.end(), argumentsAreSafe)) return std::nullopt;
  return out;
}

LogicalPlanPtr mergeAggregateCores(const std::vector<AggregateCore>& cores) {
  plan::Relation relation(*cores[0].relation);
  relation.attributes.clear();
  std::map<std::string, AttributePtr> columns;
  plan::Aggregate merged;
  std::vector<ExprPtr> conditions;
  for (const AggregateCore& core : cores) {
    AttributeMap map;
    for (const AttributePtr& attribute : core.relation->attributes) {
      auto [at, isNew] = columns.emplace(attribute->name, attribute);
      if (isNew) relation.attributes.push_back(attribute);
      if (at->second->id != attribute->id) map.emplace(attribute->id, at->second);
    }
    std::vector<ExprPtr> conjuncts;
    for (const ExprPtr& conjunct : core.conjuncts) conjuncts.push_back(replaceAttributes(conjunct, map));
    const ExprPtr condition = conjuncts.empty() ? nullptr : expr::conjunction(conjuncts);
    conditions.push_back(condition);
    for (const ExprPtr& named : core.aggregates) merged.aggregates.push_back(withFilter(replaceAttributes(named, map), condition));
  }
  merged.child = makePlan(std::move(relation));
  // Rows that no call takes need not be read.
  if (std::none_of(conditions.begin(), conditions.end(), [](const ExprPtr& condition) { return condition == nullptr; })) {
    ExprPtr any = conditions[0];
    for (size_t i = 1; i < conditions.size(); ++i) any = expr::makeOr(any, conditions[i]);
    merged.child = makeFilter({any}, merged.child);
  }
  return makePlan(std::move(merged));
}

}  // namespace flint::optimizer
