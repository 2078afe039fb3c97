// Steps of a pipe whose meaning needs the columns of their input.
#include <algorithm>

#include "analysis/plan_resolver.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "plan/logical/pipe_plan.h"

namespace flint::analysis {
namespace {

using expr::UnresolvedFunction;

Error unsupportedCase(const char* what, const OriginPtr& origin) {
  return Error(condition::kUnsupportedFeaturePipeOperatorAggregateUnsupportedCase).with("case", what).at(origin).as(ErrorFamily::kAnalysis);
}

bool isColumnNamed(const ExprPtr& expression, const char* word) {
  const auto* column = expression->as<expr::UnresolvedAttribute>();
  return column != nullptr && column->nameParts.size() == 1 && lowerCase(column->nameParts[0]) == word;
}

bool callsAggregate(const ExprPtr& root, const catalog::SessionCatalog& catalog) {
  if (root->as<expr::UnresolvedWindow>() != nullptr) return false;
  if (const auto* call = root->as<UnresolvedFunction>()) {
    const auto entry = catalog.functions().find(lowerCase(call->nameParts.back()));
    if (std::get_if<const expr::AggregateFunction*>(&entry) != nullptr) return true;
  }
  const std::vector<ExprPtr> children = root->children();
  return std::any_of(children.begin(), children.end(), [&](const ExprPtr& child) { return callsAggregate(child, catalog); });
}

}  // namespace

Result<ResolvedPlan> PlanResolver::resolvePipe(const plan::UnresolvedPipe& node) {
  ASSIGN_OR_RETURN(ResolvedPlan input, resolve(node.child));
  input.block = nullptr;
  input.sealed = true;
  if (node.op == plan::PipeOperator::kInput) return input;
  // What the step stands for is resolved over the input as it is.
  resolved_[input.plan.get()] = input;
  kept_.push_back(input.plan);
  const std::vector<AttributePtr> columns = input.plan->output();
  if (node.op == plan::PipeOperator::kAggregate) {
    plan::Aggregate aggregate;
    for (const ExprPtr& key : node.grouping) {
      if (isColumnNamed(key, "all")) return unsupportedCase("GROUP BY ALL", key->origin());
      ExprPtr plain = expr::withoutAlias(key);
      ExprPtr named = key;
      const auto* literal = plain->as<expr::Literal>();
      if (literal != nullptr && literal->type.is(TypeKind::kInteger) && !literal->value.isNull() && conf_.getBoolean("spark.sql.groupByOrdinal", true)) {
        const int64_t position = literal->value.asInteger();
        if (position < 1 || position > static_cast<int64_t>(columns.size())) {
          return Error(condition::kGroupByPosOutOfRange).with("index", std::to_string(position)).with("size", std::to_string(columns.size())).at(key->origin()).as(ErrorFamily::kAnalysis);
        }
        plain = columns[static_cast<size_t>(position - 1)];
        named = plain;
      }
      aggregate.grouping.push_back(std::move(plain));
      aggregate.aggregates.push_back(std::move(named));
    }
    for (const ExprPtr& item : node.items) {
      const bool windows = tree::anyNode(item, [](const ExprPtr& each) { return each->as<expr::UnresolvedWindow>() != nullptr; });
      if (windows) return unsupportedCase("window functions", item->origin());
      const bool groupingFunctions = tree::anyNode(item, [](const ExprPtr& each) {
        const auto* call = each->as<UnresolvedFunction>();
        return call != nullptr && call->nameParts.size() == 1 && (lowerCase(call->nameParts[0]) == "grouping" || lowerCase(call->nameParts[0]) == "grouping_id");
      });
      if (groupingFunctions) return unsupportedCase("GROUPING", item->origin());
      if (!callsAggregate(item, catalog_)) {
        return Error(condition::kPipeOperatorAggregateExpressionContainsNoAggregateFunction).with("expr", item->sql()).at(item->origin()).as(ErrorFamily::kAnalysis);
      }
      aggregate.aggregates.push_back(item);
    }
    aggregate.child = input.plan;
    return resolve(plan::makePlan(std::move(aggregate), node.origin()));
  }
  plan::Project project;
  const bool extends = node.op == plan::PipeOperator::kExtend;
  for (const ExprPtr& item : node.items) {
    if (extends && item->as<expr::UnresolvedStar>() != nullptr) {
      return Error(condition::kInvalidUsageOfStarOrRegex).with("elem", "'*'").with("prettyName", "expression").at(item->origin()).as(ErrorFamily::kAnalysis);
    }
    if (callsAggregate(item, catalog_)) {
      return Error(condition::kPipeOperatorContainsAggregateFunction).with("expr", expr::withoutAlias(item)->sql()).with("clause", extends ? "EXTEND" : "SET").at(item->origin()).as(ErrorFamily::kAnalysis);
    }
  }
  if (extends) {
    project.projectList.push_back(expr::makeExpr(expr::UnresolvedStar()));
    project.projectList.insert(project.projectList.end(), node.items.begin(), node.items.end());
  } else {
    for (const ExprPtr& item : node.items) {
      const auto* alias = item->as<expr::Alias>();
      const bool known = alias != nullptr && std::any_of(columns.begin(), columns.end(), [&](const AttributePtr& each) { return sameName(each->name, alias->name); });
      if (known) continue;
      const std::string name = alias == nullptr ? item->sql() : alias->name;
      return Error(condition::kUnresolvedColumnWithSuggestion)
          .with("objectName", quoteIdentifier(name))
          .with("proposal", expr::joinTexts(scopeOf(input)->similarNames({name})))
          .at(item->origin())
          .as(ErrorFamily::kAnalysis);
    }
    expr::UnresolvedStar star;
    star.replacements = node.items;
    project.projectList.push_back(expr::makeExpr(std::move(star), node.origin()));
  }
  project.child = input.plan;
  return resolve(plan::makePlan(std::move(project), node.origin()));
}

}  // namespace flint::analysis
