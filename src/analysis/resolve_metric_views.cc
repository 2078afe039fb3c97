// Reading metric views: their dimensions are columns of a Project over the source; a measure is a column without values there, for which
// MEASURE(name) puts the aggregate that the view says.
#include <algorithm>

#include "analysis/char_lengths.h"
#include "analysis/metric_view.h"
#include "analysis/plan_resolver.h"
#include "analysis/select_block.h"
#include "analysis/sql_function_analysis.h"
#include "base/condition.h"
#include "expr/expression_text.h"

namespace flint::analysis {

Result<ResolvedPlan> PlanResolver::resolveMetricView(const catalog::CatalogTable& view, const NameParts& name) {
  const expr::EvaluationOptions options = optionsUnder(view.viewSettings, options_);
  const parser::ParserOptions parsing = parsingUnder(options);
  ASSIGN_OR_RETURN(const MetricView definition, parseMetricView(view.viewText, parsing));
  ASSIGN_OR_RETURN(const LogicalPlanPtr rows, metricViewSource(definition, parsing));
  PlanResolver body = viewBody(view, options);
  ASSIGN_OR_RETURN(const ResolvedPlan source, body.resolve(rows));
  definitions_.insert(definitions_.end(), body.definitions_.begin(), body.definitions_.end());
  const std::shared_ptr<const Scope> scope = body.scopeOf(source);
  const NameContext names = body.contextOf(scope, {source.plan});
  plan::Project project;
  for (size_t i = 0; i < definition.columns.size() && i < view.schema.size(); ++i) {
    const MetricView::Column& column = definition.columns[i];
    const StructField& field = view.schema[i];
    ASSIGN_OR_RETURN(const ExprPtr written, parser::parseExpression(column.expression, parsing));
    ASSIGN_OR_RETURN(ExprPtr value, ExpressionResolver(body, names).resolveForPlan(written));
    expr::Alias alias;
    alias.name = field.name;
    alias.id = expr::newExprId();
    alias.metadata = field.metadata;
    if (column.isMeasure) {
      measures_[alias.id] = std::move(value);
      value = expr::literalNull(asStrings(field.type));
    } else if (const DataType type = asStrings(field.type); !value->dataType().sameType(type)) {
      expr::Cast cast;
      cast.child = std::move(value);
      cast.target = type;
      cast.mode = expr::CastMode::kAnsi;
      value = expr::makeExpr(std::move(cast));
    }
    alias.child = std::move(value);
    metricColumns_.insert(alias.id);
    project.projectList.push_back(expr::makeExpr(std::move(alias)));
  }
  project.child = source.plan;
  plan::SubqueryAlias alias;
  alias.alias = name;
  alias.child = plan::makePlan(std::move(project));
  return ResolvedPlan{plan::makePlan(std::move(alias)), {}, nullptr};
}

ExprPtr PlanResolver::measureOf(expr::ExprId column) const {
  const auto found = measures_.find(column);
  return found == measures_.end() ? nullptr : found->second;
}

Status PlanResolver::requireNoMeasure(const ExprPtr& column) const {
  const auto* attribute = column == nullptr ? nullptr : column->as<expr::AttributeReference>();
  if (attribute == nullptr || measures_.empty() || measureOf(attribute->id) == nullptr) return Status::ok();
  return Error(condition::kMissingAttributesResolvedAttributeMissingFromInput)
      .with("missingAttributes", "\"" + attribute->name + "\"")
      .with("input", "")
      .with("operator", "MetricView")
      .at(column->origin())
      .as(ErrorFamily::kAnalysis);
}

Status PlanResolver::requireAggregation(const SelectBlock& block) const {
  if (metricColumns_.empty() || block.aggregates) return Status::ok();
  for (const plan::LogicalPlan* below = block.child.get(); below != nullptr;) {
    if (const auto* project = below->as<plan::Project>()) {
      const bool metric = std::any_of(project->projectList.begin(), project->projectList.end(), [&](const ExprPtr& each) {
        const auto* alias = each->as<expr::Alias>();
        return alias != nullptr && metricColumns_.contains(alias->id);
      });
      if (metric) return Error(internalError("a metric view can only be read by a query that aggregates")).at(block.origin);
      return Status::ok();
    }
    if (const auto* filter = below->as<plan::Filter>()) {
      below = filter->child.get();
    } else if (const auto* alias = below->as<plan::SubqueryAlias>()) {
      below = alias->child.get();
    } else {
      return Status::ok();
    }
  }
  return Status::ok();
}

}  // namespace flint::analysis
